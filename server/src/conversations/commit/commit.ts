// The one writer of conversations, turns, transcript items and events. A change is written under the conversation's lock, all
// of it or nothing, with the work that follows. Nothing here waits for the network (T12).
import type { Ports } from '../../base/ports.ts'
import { limitLockWait } from '../../database/database.ts'
import type { RootStore, Store, TransactionStore } from '../../database/store.ts'
import { AppError, notFound } from '../../base/errors.ts'
import type { Change, Decision, LockedConversation, Refusal } from '../machine/change.ts'
import { type Judgement, isRefused, judge } from '../machine/plan.ts'
import type { Committer } from './committer.ts'
import { type EndedTurn, endedTurns } from '../machine/turn-snapshots.ts'
import { lockConversation } from './lock.ts'
import { type ChangeName, reach } from './pause-points.ts'
import type { TurnLease } from '../turn-runner.ts'
import { writeChanges } from './write-changes.ts'

/** What was committed: the decision's answer, and the turn that is now this node's to carry out. */
export interface Committed<Answer> {
  answer: Answer
  started: TurnLease | null
  /** Turns that became final. */
  ended_turns: EndedTurn[]
  organization_id: string
  /** How it shows in the list of the organization's conversations. */
  listed: 'change' | 'progress' | null
}

/** A conversation, and what is to become of it. */
export interface Target {
  change: ChangeName
  id: string
  /** Absent: as long as any statement may. */
  lock_wait_ms?: number | undefined
}

/** One transaction that holds the conversation's lock. Null when there is no such conversation here. */
export async function underLock<T>(
  store: RootStore,
  ports: Ports,
  { change, id, lock_wait_ms }: Target,
  work: (tx: TransactionStore, state: LockedConversation) => Promise<T>,
): Promise<T | null> {
  const result = await store.transaction((tx) => lockWithin(tx, ports, { change, id, lock_wait_ms }, work))
  await reach(ports, `${change}.committed`)
  return result
}

/** The same, as a part of a transaction that somebody else commits. */
export async function lockWithin<T>(
  tx: TransactionStore,
  ports: Ports,
  { change, id, lock_wait_ms }: Target,
  work: (tx: TransactionStore, state: LockedConversation) => Promise<T>,
): Promise<T | null> {
  await reach(ports, `${change}.begun`)
  if (lock_wait_ms !== undefined) await limitLockWait(tx, lock_wait_ms)
  const state = await lockConversation(tx, { organization_id: tx.organization_id, id })
  if (!state) return null
  await reach(ports, `${change}.locked`)
  const written = await work(tx, state)
  // Who does not stop here need not wait: it goes with the commit.
  if (ports.reached) await tx.sent()
  await reach(ports, `${change}.written`)
  return written
}

/**
 * Locks the conversation, lets `decide` judge what stands, writes the change, and with it what `alongside` writes. `decide` may
 * read more of what the lock holds still. Throws the refusal as an AppError, and `not_found` when there is no such conversation
 * here.
 */
export async function changeConversation<Answer>(
  store: RootStore,
  committer: Committer,
  target: Target,
  decide: (state: LockedConversation, tx: Store) => Decision<Answer> | Promise<Decision<Answer>>,
  alongside: (tx: Store, answer: Answer) => Promise<void> = async () => {},
): Promise<Committed<Answer>> {
  const committed = await underLock(store, committer.ports, target, async (tx, state) => {
    const judgement = accepted(judge(state, await decide(state, tx)))
    writeChanges({ tx, ...committer }, [judgement.plan])
    await alongside(tx, judgement.answer)
    return committedOf(judgement)
  })
  if (!committed) throw notFound('Conversation')
  return committed
}

/** Throws what a decision refuses with. */
export function accepted<Answer>(judged: Refusal | Judgement<Answer>): Judgement<Answer> {
  if (isRefused(judged)) throw new AppError(judged.refused, undefined, judged.fields)
  return judged
}

/** What a decision will have brought about when it is committed. */
export function committedOf<Answer>({ plan: { state, change }, answer }: Judgement<Answer>): Committed<Answer> {
  const { organization_id } = state
  const ended_turns = endedTurns(state, change)
  return { answer, started: startedBy(state, change), ended_turns, organization_id, listed: howItIsListed(change) }
}

function startedBy(state: LockedConversation, { started_turn, new_turn }: Change): TurnLease | null {
  const turn_id = started_turn?.id ?? (new_turn?.start ? new_turn.id : null)
  const { id: conversation_id, organization_id, next_lease: lease } = state
  return turn_id === null ? null : { organization_id, conversation_id, turn_id, lease }
}

function howItIsListed({ end, items }: Change): Committed<unknown>['listed'] {
  if (end) return 'change'
  return items.some(({ type }) => type === 'message') ? 'progress' : null
}
