// What one stream of changes tells of who is there. A member who reads it is online.
import type { Person, PresenceChange } from '@parley/contract'
import { AppError } from '../base/errors.ts'
import type { Context } from '../calls/context.ts'
import type { Present } from '../events/events.ts'
import { viewersOf } from '../events/rules/presence.ts'
import type { SignalKey } from '../live/signals.ts'
import type { FeedServices } from './feed.ts'

/** What lapses is noticed so soon. */
const look_ms = 5000
/** A member counts as online for 45 seconds. */
const mark_ms = 15_000

export interface FeedPresence {
  readonly keys: SignalKey[]
  /** Undefined: nothing is told. */
  readonly again_ms: number | undefined
  look(): Promise<PresenceChange[]>
}

const silent: FeedPresence = { keys: [], again_ms: undefined, look: async () => [] }

export function createFeedPresence(ctx: Context<FeedServices>, isWanted: boolean): FeedPresence {
  const { source } = ctx.room.presence
  if (!isWanted || !source) return silent
  const { access, store, core } = ctx
  if (!access.scopes.has('conversations:reply') || access.agent_ids !== null) throw new AppError('forbidden')
  const { clock } = core.ports
  const people = createDifferences<Person>()
  const conversations = createDifferences<Present[]>()
  let marked_at = -Infinity
  return {
    keys: [source.organizationKey(store.organization_id)],
    again_ms: look_ms,
    async look() {
      if (access.actor.type === 'user' && !access.view && clock.monotonic() - marked_at >= mark_ms) {
        marked_at = clock.monotonic()
        await source.mark(store, access.actor.id!, null)
      }
      const seen = await source.readPeople(store)
      const changed = people(new Map(seen.people.map((person) => [person.user_id, person])))
      // Who sees only their teams is not told of conversations here.
      const moved = access.sees_teams ? [] : conversations(seen.conversations)
      return [
        ...changed.flatMap(([, person]) => (person ? [{ person, conversation: null }] : [])),
        ...moved.map(([conversation_id, present]) => ({
          person: null,
          conversation: { conversation_id, ...viewersOf(present ?? []) },
        })),
      ]
    },
  }
}

/** What is new, changed or gone (undefined) since the last time. */
function createDifferences<Value>() {
  let before = new Map<string, string>()
  return (now: ReadonlyMap<string, Value>): [string, Value | undefined][] => {
    const written = new Map([...now].map(([key, value]) => [key, writeWithoutTimes(value)]))
    const changed = [...now].filter(([key]) => before.get(key) !== written.get(key))
    const gone = [...before.keys()].filter((key) => !now.has(key)).map((key): [string, undefined] => [key, undefined])
    before = written
    return [...changed, ...gone]
  }
}

const writeWithoutTimes = (value: unknown) =>
  JSON.stringify(value, (key, each: unknown) => (key === 'lapses_in_ms' ? undefined : each))
