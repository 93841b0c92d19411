// Changes of different conversations that are asked for at the same moment are committed together. Each is decided by its own
// conversation under its own lock, as if it were alone; what they share is the way to the database.
import type { Database } from '../database/database.ts'
import { isUnavailable } from '../database/failures.ts'
import { gather } from '../database/gather.ts'
import { openStore } from '../database/store.ts'
import { type Decision, type LockedConversation, isRefusal } from './change.ts'
import { type Committed, type Environment, accepted, changeConversation, committedOf } from './commit.ts'
import { type ConversationKey, lockConversations } from './lock.ts'
import { type ChangeName, type stages, reach } from './pause-points.ts'
import { type Planned, writeChanges } from './write-changes.ts'

/** A change that needs nothing but the conversation as it stands. `decide` may be asked more than once. */
export interface ProposedChange<Answer> extends ConversationKey {
  change: ChangeName
  decide: (state: LockedConversation) => Decision<Answer>
}

export interface GroupCommit {
  /** As `changeConversation`: throws the refusal, `not_found`, and `CommitInDoubt`. */
  change<Answer>(proposed: ProposedChange<Answer>): Promise<Committed<Answer>>
}

/** Two, so that one is written while the other one waits for the disk. */
const lanes = 2
/** What a commit that fails has to do again, one by one. */
const most = 32

type Proposed = ProposedChange<unknown>
type Outcome = Promise<Committed<unknown>>

export function createGroupCommit(database: Database, environment: Environment): GroupCommit {
  const commitAlone = async ({ organization_id, change, id, decide }: Proposed): Outcome =>
    changeConversation(openStore(database, organization_id), environment, { change, id }, decide)

  const commitAll = async (all: Proposed[]): Promise<Outcome[]> => {
    const one_each = firstOfEach(all)
    const outcomes = one_each.size > 1 ? await commitTogether(database, environment, [...one_each]) : new Map()
    // Whatever could not go with the others.
    return all.map((proposed) => outcomes.get(proposed) ?? commitAlone(proposed))
  }

  const change = gather(commitAll, { lanes, most })
  return { change: change as GroupCommit['change'] }
}

/** The second change of a conversation is decided by what the first one makes of it. */
function firstOfEach(all: Proposed[]): Set<Proposed> {
  const firsts = new Map<string, Proposed>()
  for (const proposed of all) if (!firsts.has(proposed.id)) firsts.set(proposed.id, proposed)
  return new Set(firsts.values())
}

/** Without those whose conversation is not there or is locked by somebody else, and without all where one of them fails. */
async function commitTogether(
  database: Database,
  environment: Environment,
  all: Proposed[],
): Promise<Map<Proposed, Outcome>> {
  const reachAll = async (stage: (typeof stages)[number]) => {
    if (environment.ports.reached) for (const { change } of all) await reach(environment.ports, `${change}.${stage}`)
  }
  try {
    const outcomes = await database.transaction(async (tx) => {
      await reachAll('begun')
      const states = await lockConversations(tx, all, 'skip')
      await reachAll('locked')
      const decided = all.flatMap((proposed) => {
        const state = states.get(proposed.id)
        return state ? [{ proposed, state, decision: proposed.decide(state) }] : []
      })
      const plans = decided.flatMap(({ state, decision }): Planned[] =>
        isRefusal(decision) ? [] : [{ state, change: decision.change }],
      )
      writeChanges({ tx, ...environment }, plans)
      if (environment.ports.reached) await tx.posted()
      await reachAll('written')
      return decided
    })
    await reachAll('committed')
    return new Map(
      outcomes.map(({ proposed, state, decision }) => [proposed, settle(() => committedOf(state, accepted(decision)))]),
    )
  } catch (error) {
    if (!isUnavailable(error)) return new Map()
    const failed = settle(() => {
      throw error
    })
    return new Map(all.map((proposed) => [proposed, failed]))
  }
}

/** A promise whose failure is told to whoever asked for it, later. */
function settle(work: () => Committed<unknown>): Outcome {
  const outcome = new Promise<Committed<unknown>>((resolve) => resolve(work()))
  outcome.catch(() => {})
  return outcome
}
