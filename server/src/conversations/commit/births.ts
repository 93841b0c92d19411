// Creates conversations that arrive close together in one statement, which commits by itself.
import { charactersOf } from '../../base/json.ts'
import type { Core } from '../../calls/core.ts'
import { batch } from '../../database/batch.ts'
import { isConnectionLost } from '../../database/failures.ts'
import { type CallKey, contextOf, noteBinding } from '../../idempotency/run-once.ts'
import { describeCommit } from './commit.ts'
import type { Committer } from './committer.ts'
import { type Birth, type Born, isBornAlone, writeBirths } from './new-one.ts'
import { reach } from './pause-points.ts'
import { traced } from '../../telemetry/traces.ts'

export interface ProposedBirth extends Birth {
  /** The version is the newest one of its agent. */
  is_latest: boolean
  /** The key of the call, bound in the same commit. */
  key: CallKey | null
}

/** With the name that its agent has now. */
export type Created = Born & { agent_name: string }

/** Null: it is not created so, because the version was foreseen wrongly, the key is not free, or rooms add to it. */
export type Create = (proposed: ProposedBirth) => Promise<Created | null>

/** As for changes of conversations. */
const lanes = 2
const most = 32
const most_characters = 65_536
const long_characters = 16_384
const most_waiting_characters = 32 * 1024 * 1024

export function createBirths({ database, load }: Pick<Core, 'database' | 'load'>, committer: Committer): Create {
  const { ports, traces } = committer
  const reachAll = async (all: ProposedBirth[], point: 'create.begun' | 'create.sent') => {
    if (ports.reached) await Promise.all(all.map(() => reach(ports, point)))
  }
  const createAll = async (all: ProposedBirth[]): Promise<(Created | null)[]> => {
    await reachAll(all, 'create.begun')
    const births = firstOfEachKey(all).map((one) => ({ ...one, binding: bindingOf(one) }))
    try {
      const [created] = await Promise.all([writeBirths(database, committer, births), reachAll(all, 'create.sent')])
      return all.map(({ key, conversation: { id } }) => {
        const one = created.get(id) ?? null
        if (one && key) noteBinding(key)
        return one
      })
    } catch (error) {
      if (isConnectionLost(error)) throw error
      // The fault of one must not fail the others: each is created alone.
      return all.map(() => null)
    }
  }
  const create = batch(createAll, {
    lanes,
    most,
    ownerOf: ({ organization_id }) => organization_id,
    sizeOf: ({ conversation }) => charactersOf(conversation),
    large_size: long_characters,
    most_size: most_characters,
    most_waiting_size: most_waiting_characters,
    onWait: load.beginWait,
  })
  const joins = !ports.reached || ports.one_statement
  return async (proposed) => {
    if (!joins || !isBornAlone(committer, proposed)) return null
    const { id } = proposed.conversation
    return traced(traces, 'commit', describeCommit({ change: 'create', id }), () => create(proposed))
  }
}

/** The second call with a key depends on the result of the first. */
function firstOfEachKey(all: ProposedBirth[]): ProposedBirth[] {
  const taken = new Set<string>()
  return all.filter(({ key }) => {
    if (!key) return true
    const name = contextOf(key.request)
    const isFirst = !taken.has(name)
    taken.add(name)
    return isFirst
  })
}

function bindingOf({ key, conversation: { id } }: ProposedBirth) {
  return key && { request: key.request, to: { conversation_id: id } }
}
