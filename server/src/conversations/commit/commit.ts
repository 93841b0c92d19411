// The one writer of conversations, turns, transcript items and events. A change is written under the conversation's lock,
// completely or not at all, together with the work that follows from it. Nothing here waits for the network (T12).
import type { Ports } from '../../base/ports.ts'
import { limitLockWait } from '../../database/database.ts'
import type { RootStore, Store, TransactionStore } from '../../database/store.ts'
import { AppError, notFound } from '../../base/errors.ts'
import type { Change, Decision, LockedConversation, MessageClaim, Refusal } from '../machine/change.ts'
import { type Judgement, type Planned, isRefused, judge } from '../machine/plan.ts'
import { describeConversation } from '../../telemetry/gen-ai.ts'
import { type SpanOptions, traced } from '../../telemetry/traces.ts'
import type { Committer } from './committer.ts'
import { type MeasuredChange, measuredIn } from '../machine/measured.ts'
import { type EndedTurn, endedTurns } from '../machine/turn-snapshots.ts'
import { lockConversation } from './lock.ts'
import { type ChangeName, reach } from './pause-points.ts'
import type { TurnLease } from '../turn-runner.ts'
import { writeChanges } from './write-changes.ts'

/** The result of a commit: the decision's answer, and the turn that this node now has to carry out. */
export interface Committed<Answer> {
  answer: Answer
  started: TurnLease | null
  /** Turns that became final. */
  ended_turns: EndedTurn[]
  organization_id: string
  /** What it changes in the organization's list of conversations. */
  listed: 'change' | 'progress' | null
  measured: MeasuredChange
  /** What was decided, for those who know more of the conversation. */
  plan: Planned
}

/** A conversation and the change to make. */
export interface Target {
  change: ChangeName
  id: string
  /** Of the message that the change stores. */
  claim?: MessageClaim | undefined
  /** Absent: the usual limit of a statement. */
  lock_wait_ms?: number | undefined
}

/** One transaction that holds the conversation's lock. Null if the organization has no such conversation. */
export async function underLock<T>(
  store: RootStore,
  ports: Ports,
  target: Target,
  work: (tx: TransactionStore, state: LockedConversation) => Promise<T>,
): Promise<T | null> {
  const result = await store.transaction((tx) => lockWithin(tx, ports, target, work))
  await reach(ports, `${target.change}.committed`)
  return result
}

/** The same, as part of a transaction that the caller commits. */
export async function lockWithin<T>(
  tx: TransactionStore,
  ports: Ports,
  { change, id, claim, lock_wait_ms }: Target,
  work: (tx: TransactionStore, state: LockedConversation) => Promise<T>,
): Promise<T | null> {
  await reach(ports, `${change}.begun`)
  if (lock_wait_ms !== undefined) await limitLockWait(tx, lock_wait_ms)
  const state = await lockConversation(tx, { organization_id: tx.organization_id, id, claim })
  if (!state) return null
  await reach(ports, `${change}.locked`)
  const written = await work(tx, state)
  // Only a pause point needs the statements sent now; otherwise they go with the commit.
  if (ports.reached) await tx.sent()
  await reach(ports, `${change}.written`)
  return written
}

/**
 * Locks the conversation, lets `decide` judge its state, and writes the change together with what `alongside` writes.
 * `decide` may read more while the lock is held. Throws the refusal as an AppError, or `not_found` if the organization has no
 * such conversation.
 */
export async function changeConversation<Answer>(
  store: RootStore,
  committer: Committer,
  target: Target,
  decide: (state: LockedConversation, tx: Store) => Decision<Answer> | Promise<Decision<Answer>>,
  alongside: (tx: TransactionStore, answer: Answer) => Promise<void> = async () => {},
): Promise<Committed<Answer>> {
  const asked_at = committer.ports.clock.monotonic()
  const commit = () =>
    underLock(store, committer.ports, target, async (tx, state) => {
      const judgement = accepted(judge(state, await decide(state, tx)))
      writeChanges({ tx, ...committer }, [judgement.plan])
      await alongside(tx, judgement.answer)
      return committedOf(judgement, asked_at)
    })
  const committed = await traced(committer.traces, 'commit', describeCommit(target), commit)
  if (!committed) throw notFound('Conversation')
  return committed
}

export const describeCommit = ({ change, id }: { change: ChangeName | 'create'; id: string }): SpanOptions => ({
  attributes: { 'parley.change': change, ...describeConversation(id, null) },
})

/** Throws the refusal of a decision. */
export function accepted<Answer>(judged: Refusal | Judgement<Answer>): Judgement<Answer> {
  if (isRefused(judged)) throw new AppError(judged.refused, undefined, judged.fields)
  return judged
}

/** What a decision has brought about once it is committed. */
export function committedOf<Answer>({ plan, answer }: Judgement<Answer>, asked_at: number): Committed<Answer> {
  const { state, change } = plan
  const { organization_id } = state
  const ended_turns = endedTurns(state, change)
  return {
    answer,
    started: startedBy(state, change, asked_at),
    ended_turns,
    organization_id,
    listed: howItIsListed(change),
    measured: measuredIn(state, change),
    plan,
  }
}

function startedBy(state: LockedConversation, { started_turn, new_turn }: Change, asked_at: number): TurnLease | null {
  const turn_id = started_turn?.id ?? (new_turn?.start ? new_turn.id : null)
  const { id: conversation_id, organization_id, next_lease: lease } = state
  return turn_id === null ? null : { organization_id, conversation_id, turn_id, lease, asked_at }
}

function howItIsListed({ end, items, events, handling }: Change): Committed<unknown>['listed'] {
  if (end || (handling && events.some(({ type }) => type.startsWith('conversation.')))) return 'change'
  return items.some(({ type }) => type === 'message') ? 'progress' : null
}
