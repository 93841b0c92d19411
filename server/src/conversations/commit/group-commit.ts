// Commits simultaneous changes of different conversations together. Each is decided by its own conversation under its own
// lock, as if it were alone; they share only the round trips to the database.
import type { Channel } from '@parley/contract'
import { type Database, type Executor, type Pipeline } from '../../database/database.ts'
import { isConnectionLost } from '../../database/failures.ts'
import { batch } from '../../database/batch.ts'
import { openStore } from '../../database/store.ts'
import {
  type Binding,
  type CallKey,
  type LostKeys,
  bindTogether,
  forgetBinding,
  noteBinding,
} from '../../idempotency/run-once.ts'
import type { Decision, LockedConversation, Refusal } from '../machine/change.ts'
import { type Judgement, type Planned, isRefused, judge } from '../machine/plan.ts'
import type { Core } from '../../calls/core.ts'
import { noTraces, traced } from '../../telemetry/traces.ts'
import type { CommitAddition } from './additions.ts'
import { type Create, createBirths } from './births.ts'
import { type ChannelPort, type Channels, deliveryThrough } from '../channel-port.ts'
import { type Committed, accepted, changeConversation, committedOf, describeCommit } from './commit.ts'
import type { Committer, Erase, InSql } from './committer.ts'
import { type Writable, groupWritable, writeIfUnchanged } from './if-unchanged.ts'
import { type LockTarget, lockConversations } from './lock.ts'
import { type ChangeName, type stages, reach } from './pause-points.ts'
import { writeChanges } from './write-changes.ts'

/** A change that needs only the conversation's current state. `decide` may be called more than once. */
export interface ProposedChange<Answer> extends LockTarget {
  change: ChangeName
  decide: (state: LockedConversation) => Decision<Answer>
  /** Roughly how much text it writes, at most. */
  characters: number
  /** The state that the conversation has, unless others have changed it: then nothing has to be read first. Null: not known. */
  expected?: LockedConversation | null
  /** If it is not as expected, nothing is decided: throws `NotAsExpected`. */
  only_expected?: boolean
  /** The idempotency key of the call, bound in the same commit, and the answer that the key stands for from then on. */
  binding?: { key: CallKey; to: (answer: Answer) => Binding } | undefined
}

/** What a room adds to conversations and their commits; part of its manifest. */
export interface ConversationContributions {
  readonly additions?: CommitAddition[]
  readonly channels?: ChannelPort[]
  /** Erases the room's part of a conversation, in the commit of its deletion. */
  readonly erase?: Erase
  /** Removes the room's part of its content, in the commit of its purge. */
  readonly purge?: Erase
  /** Whether nothing of the room's comes before a conversation: those of which it is true may be created without a look. */
  readonly beginsAtOnce?: InSql
}

export interface GroupCommit extends Committer {
  /** Those on which conversations can be created. */
  readonly channels: Channels
  /** Must be called before the first change. */
  contribute(contributions: ConversationContributions): void
  create: Create
  /** Like `changeConversation`: throws the refusal, `not_found` or `CommitInDoubt`. */
  change<Answer>(proposed: ProposedChange<Answer>): Promise<Committed<Answer>>
}

/** Two, so that one is written while the other waits for the disk. */
const lanes = 2
/** Changes per group: a group that fails has to be repeated one by one. */
const most = 32
/** Per commit, which takes as long as everything it writes. */
const most_characters = 65_536
/** A longer change delays only its own organization: it is grouped with no other, and one lane stays free for short changes. */
const long_characters = 16_384
/** Per organization on a node, over all waiting changes. */
const most_waiting_characters = 32 * 1024 * 1024
/**
 * Changes that arrive while one runs alone form the next group; but a change that waits for a lock delays others no longer than
 * this.
 */
const alone_ms = 20
/** For a lock that cannot be skipped: an idempotency key that a node of the previous version is about to bind. */
const lock_wait_ms = 100

type Proposed = ProposedChange<unknown>
type Outcome = Promise<Committed<unknown>>

export function createGroupCommit({
  database,
  ports,
  node,
  traces,
  load,
  config: { default_model },
}: Pick<Core, 'database' | 'ports' | 'node' | 'traces' | 'load' | 'config'>): GroupCommit {
  const channels = new Map<Channel, ChannelPort>()
  const additions = [deliveryThrough(channels)]
  const erasers: Erase[] = []
  const purgers: Erase[] = []
  const beginnings: InSql[] = []
  const committer: Committer = { ports, node, traces, default_model, additions, erasers, purgers, beginnings }
  // The change itself is the span, with its wait for others that are committed with it.
  const untraced = { ...committer, traces: noTraces }
  const commitAlone = async ({ organization_id, change, id, claim, decide, binding }: Proposed): Outcome => {
    const store = openStore(database, organization_id)
    const bind = async (tx: Executor, answer: unknown) => binding?.key.bind(tx, binding.to(answer))
    return changeConversation(store, untraced, { change, id, claim }, decide, bind)
  }

  const commitAll = async (all: Proposed[]): Promise<Outcome[]> => {
    const { expecting = [], others = [] } = Object.groupBy(firstOfEach(all), isExpecting)
    const goTogether = others.length > 1 || others.some(isLong)
    const [unchanged, together] = await Promise.all([
      commitUnchanged(database, committer, expecting),
      goTogether ? commitTogether(database, committer, others) : new Map<Proposed, Outcome>(),
    ])
    // As expected or not, a long one takes the place of a group.
    const long = expecting.filter((one) => isLong(one) && !one.only_expected && !unchanged.has(one))
    const after = long.length > 0 ? await commitTogether(database, committer, long) : []
    const outcomes = new Map([...unchanged, ...together, ...after])
    // Those that could not go with the others.
    const all_outcomes = all.map(
      (proposed): Outcome =>
        outcomes.get(proposed) ?? (proposed.only_expected ? failNotAsExpected() : commitAlone(proposed)),
    )
    if (!goTogether && all.length === 1 && outcomes.size === 0) await settledWithin(alone_ms, all_outcomes[0]!)
    return all_outcomes
  }

  const joins = !ports.reached || ports.one_statement
  const isExpecting = ({ expected, binding }: Proposed) =>
    joins && expected && !binding?.key.bound ? 'expecting' : 'others'

  const change = batch(commitAll, {
    lanes,
    most,
    ownerOf: ({ organization_id }) => organization_id,
    sizeOf: ({ characters }) => characters,
    large_size: long_characters,
    most_size: most_characters,
    most_waiting_size: most_waiting_characters,
    onWait: load.beginWait,
  })
  const contribute = (added: ConversationContributions) => {
    const { additions: more = [], channels: ports = [], erase, purge, beginsAtOnce } = added
    additions.push(...more)
    if (erase) erasers.push(erase)
    if (purge) purgers.push(purge)
    if (beginsAtOnce) beginnings.push(beginsAtOnce)
    for (const port of ports) channels.set(port.name, port)
  }
  const changeTraced = (proposed: Proposed) =>
    traced(traces, 'commit', describeCommit(proposed), () => change(proposed))
  const create = createBirths({ database, load }, committer)
  return { ...committer, channels, contribute, create, change: changeTraced as GroupCommit['change'] }
}

/** Others have changed the conversation, or its change needs more than a statement. */
export class NotAsExpected extends Error {}

const failNotAsExpected = () =>
  settle(() => {
    throw new NotAsExpected('the conversation is not as expected')
  })

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

/** The second change of a conversation depends on the result of the first, and so does the second call with a key. */
function firstOfEach(all: Proposed[]): Proposed[] {
  const taken = new Set<string>()
  const isFirst = ({ id, binding }: Proposed) => {
    const names = [id, ...(binding ? [`${binding.key.request.namespace} ${binding.key.request.key}`] : [])]
    const isNew = !names.some((name) => taken.has(name))
    for (const name of names) taken.add(name)
    return isNew
  }
  return all.filter(isFirst)
}

/** Commits those whose conversation is as expected, and leaves out the others. */
async function commitUnchanged(
  database: Database,
  committer: Committer,
  all: Proposed[],
): Promise<Map<Proposed, Outcome>> {
  const asked_at = committer.ports.clock.monotonic()
  const judged = all.flatMap((proposed) => judgeLocked({ proposed, state: proposed.expected! })).flatMap(writableOf)
  const outcomes = groupWritable(committer, judged).map(async ([way, group]) => {
    const proposed = group.map((one) => one.proposed)
    await reachAll(committer, 'begun', proposed)
    try {
      const states = await writeIfUnchanged(database, committer, way, group)
      const written = proposed.filter(({ id }) => states.has(id))
      noteBindings(written)
      await reachAll(committer, 'committed', written)
      return concludeWritten(written, states, asked_at)
    } catch (error) {
      // What another kind of change has written stays written.
      if (!isConnectionLost(error)) return new Map<Proposed, Outcome>()
      // They may be stored with their keys, so what is found out about that is the answer.
      noteBindings(proposed)
      return failAll(proposed, error)
    }
  })
  return new Map((await Promise.all(outcomes)).flatMap((one) => [...one]))
}

function noteBindings(all: Proposed[]): void {
  for (const { binding } of all) if (binding) noteBinding(binding.key)
}

function writableOf({ proposed, judgement }: Judged): (Writable & { proposed: Proposed })[] {
  if (isRefused(judgement)) return []
  const { binding } = proposed
  const { plan, answer } = judgement
  return [{ proposed, plan, binding: binding ? { request: binding.key.request, to: binding.to(answer) } : null }]
}

/** Decided once more, with the time and the lease that the statement has taken: the change is the same. */
function concludeWritten(
  all: Proposed[],
  states: Map<string, LockedConversation>,
  asked_at: number,
): Map<Proposed, Outcome> {
  const concludeWith = (state: LockedConversation, { decide }: Proposed) =>
    committedOf(accepted(judge(state, decide(state))), asked_at)
  return new Map(all.map((proposed) => [proposed, settle(() => concludeWith(states.get(proposed.id)!, proposed))]))
}

function failAll(all: Proposed[], error: unknown): Map<Proposed, Outcome> {
  const failed = settle(() => {
    throw error
  })
  return new Map(all.map((proposed) => [proposed, failed]))
}

interface Locked {
  proposed: Proposed
  state: LockedConversation
}

interface Judged extends Locked {
  judgement: Refusal | Judgement<unknown>
}

/**
 * Commits the group. Leaves out changes whose conversation does not exist or is locked by another transaction, and commits
 * none of them if one fails or waits for another transaction.
 */
async function commitTogether(
  database: Database,
  committer: Committer,
  all: Proposed[],
): Promise<Map<Proposed, Outcome>> {
  const asked_at = committer.ports.clock.monotonic()
  try {
    const { judged, lost, written } = await database.transaction(async (tx) => {
      await reachAll(committer, 'begun', all)
      const locked = await lockAll(tx, all)
      await reachAll(committer, 'locked', locked.map(proposedOf))
      const judged = locked.flatMap(judgeLocked)
      const lost = await bindTogether(tx, judged.flatMap(bindingOf))
      const written = judged.filter((one) => !isRefused(one.judgement) && !whyLost(one, lost))
      writeChanges({ tx, ...committer }, written.flatMap(plansOf))
      if (committer.ports.reached) await tx.sent()
      await reachAll(committer, 'written', written.map(proposedOf))
      return { judged, lost, written }
    }, lock_wait_ms)
    await reachAll(committer, 'committed', written.map(proposedOf))
    return new Map(judged.map((one) => [one.proposed, settle(() => conclusionOf(one, lost, asked_at))]))
  } catch (error) {
    return isConnectionLost(error) ? failAll(all, error) : fallApart(all)
  }
}

async function reachAll({ ports }: Committer, stage: (typeof stages)[number], those: Proposed[]): Promise<void> {
  for (const { change } of those) await reach(ports, `${change}.${stage}`)
}

/** Every change is committed alone, as if the group had not been tried. */
function fallApart(all: Proposed[]): Map<Proposed, Outcome> {
  for (const { binding } of all) if (binding) forgetBinding(binding.key)
  return new Map()
}

async function lockAll(tx: Pipeline, all: Proposed[]): Promise<Locked[]> {
  const states = await lockConversations(tx, all, 'skip')
  return all.flatMap((proposed) => {
    const state = states.get(proposed.id)
    return state ? [{ proposed, state }] : []
  })
}

/** One that cannot be judged goes alone, and fails alone. */
function judgeLocked({ proposed, state }: Locked): Judged[] {
  try {
    return [{ proposed, state, judgement: judge(state, proposed.decide(state)) }]
  } catch {
    return []
  }
}

const proposedOf = ({ proposed }: Locked) => proposed

function bindingOf({ proposed: { binding }, judgement }: Judged) {
  return !binding || isRefused(judgement) ? [] : [{ key: binding.key, to: binding.to(judgement.answer) }]
}

const whyLost = ({ proposed: { binding } }: Judged, lost: LostKeys) => binding && lost.get(binding.key)

const plansOf = ({ judgement }: Judged): Planned[] => (isRefused(judgement) ? [] : [judgement.plan])

function conclusionOf(one: Judged, lost: LostKeys, asked_at: number): Committed<unknown> {
  const why = whyLost(one, lost)
  if (why) throw why
  return committedOf(accepted(one.judgement), asked_at)
}

/** A promise whose failure is reported later, to the caller who asked for it. */
function settle(work: () => Committed<unknown>): Outcome {
  const outcome = new Promise<Committed<unknown>>((resolve) => resolve(work()))
  outcome.catch(() => {})
  return outcome
}
