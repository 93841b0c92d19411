// Changes of different conversations that are asked for at the same moment are committed together. Each is decided by its own
// conversation under its own lock, as if it were alone; what they share is the way to the database.
import type { Channel } from '@parley/contract'
import { type Database, type Executor, type Pipeline, limitLockWait } from '../../database/database.ts'
import { isConnectionLost } from '../../database/failures.ts'
import { batch } from '../../database/batch.ts'
import { openStore } from '../../database/store.ts'
import { type Binding, type CallKey, type LostKeys, bindTogether, forgetBinding } from '../../idempotency/run-once.ts'
import type { Decision, LockedConversation, Refusal } from '../machine/change.ts'
import { type Judgement, type Planned, isRefused, judge } from '../machine/plan.ts'
import type { Core } from '../../calls/core.ts'
import type { CommitAddition } from './additions.ts'
import { type ChannelPort, type Channels, deliveryThrough } from '../channel-port.ts'
import { type Committed, accepted, changeConversation, committedOf } from './commit.ts'
import type { Committer } from './committer.ts'
import { type ConversationKey, lockConversations } from './lock.ts'
import { type ChangeName, type stages, reach } from './pause-points.ts'
import { writeChanges } from './write-changes.ts'

/** A change that needs nothing but the conversation as it stands. `decide` may be asked more than once. */
export interface ProposedChange<Answer> extends ConversationKey {
  change: ChangeName
  decide: (state: LockedConversation) => Decision<Answer>
  /** About how much text it writes. */
  characters: number
  /** The key of the call that asks for it, bound in the same commit, and what it stands for from then on. */
  binding?: { key: CallKey; to: (answer: Answer) => Binding } | undefined
}

/** What a room adds to conversations and to their commits; part of its manifest. */
export interface ConversationContributions {
  readonly additions?: CommitAddition[]
  readonly channels?: ChannelPort[]
}

export interface GroupCommit extends Committer {
  /** Those that conversations can be created on. */
  readonly channels: Channels
  /** Before the first change. */
  contribute(contributions: ConversationContributions): void
  /** As `changeConversation`: throws the refusal, `not_found`, and `CommitInDoubt`. */
  change<Answer>(proposed: ProposedChange<Answer>): Promise<Committed<Answer>>
}

/** Two, so that one is written while the other one waits for the disk. */
const lanes = 2
/** What a commit that fails has to do again, one by one. */
const most = 32
/** In one commit, which is as slow as all that it writes. */
const most_characters = 65_536
/** A longer change keeps nobody else waiting: it goes with others of its organization only, and one lane is left to short ones. */
const long_characters = 16_384
/** Of one organization on a node, in all that waits. */
const most_waiting_characters = 32 * 1024 * 1024
/** What comes while one goes alone is the next group; but one that waits for a lock holds up nobody for longer. */
const alone_ms = 20
/** For a lock that cannot be skipped: an idempotency key that a node of the version before is about to bind. */
const lock_wait_ms = 100

type Proposed = ProposedChange<unknown>
type Outcome = Promise<Committed<unknown>>

export function createGroupCommit({ database, ports, node }: Pick<Core, 'database' | 'ports' | 'node'>): GroupCommit {
  const channels = new Map<Channel, ChannelPort>()
  const additions = [deliveryThrough(channels)]
  const committer: Committer = { ports, node, additions }
  const commitAlone = async ({ organization_id, change, id, decide, binding }: Proposed): Outcome => {
    const store = openStore(database, organization_id)
    const bind = async (tx: Executor, answer: unknown) => binding?.key.bind(tx, binding.to(answer))
    return changeConversation(store, committer, { change, id }, decide, bind)
  }

  const commitAll = async (all: Proposed[]): Promise<Outcome[]> => {
    const one_each = firstOfEach(all)
    const goTogether = one_each.size > 1 || all.some(isLong)
    const outcomes = goTogether ? await commitTogether(database, committer, [...one_each]) : new Map()
    // Whatever could not go with the others.
    const all_outcomes = all.map((proposed): Outcome => outcomes.get(proposed) ?? commitAlone(proposed))
    if (!goTogether && all.length === 1) await settledWithin(alone_ms, all_outcomes[0]!)
    return all_outcomes
  }

  const change = batch(commitAll, {
    lanes,
    most,
    ownerOf: ({ organization_id }) => organization_id,
    sizeOf: ({ characters }) => characters,
    large_size: long_characters,
    most_size: most_characters,
    most_waiting_size: most_waiting_characters,
  })
  const contribute = ({ additions: more = [], channels: ports = [] }: ConversationContributions) => {
    additions.push(...more)
    for (const port of ports) channels.set(port.name, port)
  }
  return { ...committer, channels, contribute, change: change as GroupCommit['change'] }
}

const isLong = ({ characters }: Proposed) => characters > long_characters

function settledWithin(ms: number, outcome: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    const settle = () => {
      clearTimeout(timer)
      resolve()
    }
    outcome.then(settle, settle)
  })
}

/** The second change of a conversation is decided by what the first one makes of it, and the second call of a key by the first. */
function firstOfEach(all: Proposed[]): Set<Proposed> {
  const taken = new Set<string>()
  const isFirst = ({ id, binding }: Proposed) => {
    const names = [id, ...(binding ? [`${binding.key.request.namespace} ${binding.key.request.key}`] : [])]
    const isNew = !names.some((name) => taken.has(name))
    for (const name of names) taken.add(name)
    return isNew
  }
  return new Set(all.filter(isFirst))
}

interface Locked {
  proposed: Proposed
  state: LockedConversation
}

interface Judged extends Locked {
  judgement: Refusal | Judgement<unknown>
}

/**
 * Without those whose conversation is not there or is locked by somebody else, and without all where one of them fails or waits
 * for somebody else.
 */
async function commitTogether(
  database: Database,
  committer: Committer,
  all: Proposed[],
): Promise<Map<Proposed, Outcome>> {
  const reachAll = async (stage: (typeof stages)[number], those: Proposed[]) => {
    for (const { change } of those) await reach(committer.ports, `${change}.${stage}`)
  }
  try {
    const { judged, lost, written } = await database.transaction(async (tx) => {
      await reachAll('begun', all)
      const locked = await lockAll(tx, all)
      await reachAll('locked', locked.map(proposedOf))
      const judged = locked.map(judgeLocked)
      const lost = await bindTogether(tx, judged.flatMap(bindingOf))
      const written = judged.filter((one) => !isRefused(one.judgement) && !whyLost(one, lost))
      writeChanges({ tx, ...committer }, written.flatMap(plansOf))
      if (committer.ports.reached) await tx.sent()
      await reachAll('written', written.map(proposedOf))
      return { judged, lost, written }
    })
    await reachAll('committed', written.map(proposedOf))
    return new Map(judged.map((one) => [one.proposed, settle(() => conclusionOf(one, lost))]))
  } catch (error) {
    if (!isConnectionLost(error)) return fallApart(all)
    const failed = settle(() => {
      throw error
    })
    return new Map(all.map((proposed) => [proposed, failed]))
  }
}

/** Each goes alone, as if it had never been here. */
function fallApart(all: Proposed[]): Map<Proposed, Outcome> {
  for (const { binding } of all) if (binding) forgetBinding(binding.key)
  return new Map()
}

async function lockAll(tx: Pipeline, all: Proposed[]): Promise<Locked[]> {
  const [states] = await Promise.all([lockConversations(tx, all, 'skip'), limitLockWait(tx, lock_wait_ms)])
  return all.flatMap((proposed) => {
    const state = states.get(proposed.id)
    return state ? [{ proposed, state }] : []
  })
}

const judgeLocked = ({ proposed, state }: Locked): Judged => ({
  proposed,
  state,
  judgement: judge(state, proposed.decide(state)),
})

const proposedOf = ({ proposed }: Locked) => proposed

function bindingOf({ proposed: { binding }, judgement }: Judged) {
  return !binding || isRefused(judgement) ? [] : [{ key: binding.key, to: binding.to(judgement.answer) }]
}

const whyLost = ({ proposed: { binding } }: Judged, lost: LostKeys) => binding && lost.get(binding.key)

const plansOf = ({ judgement }: Judged): Planned[] => (isRefused(judgement) ? [] : [judgement.plan])

function conclusionOf(one: Judged, lost: LostKeys): Committed<unknown> {
  const why = whyLost(one, lost)
  if (why) throw why
  return committedOf(accepted(one.judgement))
}

/** A promise whose failure is told to whoever asked for it, later. */
function settle(work: () => Committed<unknown>): Outcome {
  const outcome = new Promise<Committed<unknown>>((resolve) => resolve(work()))
  outcome.catch(() => {})
  return outcome
}
