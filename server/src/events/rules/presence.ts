// What a stream tells of who is there: who types, and, to people who answer, who looks. Only what has changed is told. Pure.
import { type PresenceState, handOffBounds } from '@parley/contract'
import type { Present } from '../events.ts'

/** For whom a stream tells it. */
export interface PresenceReader {
  /** Whether it is an end user, who sees no ids and no viewers. */
  isEndUser: boolean
  /** Whether it may see who looks. */
  seesViewers: boolean
  /** Their own id; null: none. They are not told that they type. */
  own_id: string | null
  /** As end users are shown people. */
  shownName: (name: string | null) => string | null
}

export type PresenceEvent =
  | {
      event: 'typing'
      data: { by: { type: 'end_user' | 'user'; id: string | null; name: string | null }; typing: boolean }
    }
  | { event: 'presence'; data: ViewersTold }

export interface ViewersTold {
  viewers: { user_id: string; name: string | null; state: PresenceState }[]
  more_viewers: number
}

type Typing = Extract<PresenceEvent, { event: 'typing' }>['data']

export interface PresenceTold {
  /** As they were shown: those who stop are named as when they began. */
  typing: ReadonlyMap<string, Typing['by']>
  viewers: string
}

export const nothingTold: PresenceTold = { typing: new Map(), viewers: JSON.stringify(viewersOf([])) }

/** A person of another desk has no account; their id is what their desk gave. */
export function viewersOf(present: readonly Present[]): ViewersTold {
  const people = present.filter(({ type }) => type !== 'end_user')
  const viewers = people.slice(0, handOffBounds.viewers).map(({ id, name, is_typing }) => {
    const state: PresenceState = is_typing ? 'typing' : 'viewing'
    return { user_id: id ?? '', name, state }
  })
  return { viewers, more_viewers: people.length - viewers.length }
}

const keyOf = ({ type, id }: Present) => `${type} ${id}`

export function tellPresence(
  before: PresenceTold,
  present: readonly Present[],
  reader: PresenceReader,
): { events: PresenceEvent[]; told: PresenceTold } {
  const isOwn = ({ type, id }: Present) =>
    reader.isEndUser ? type === 'end_user' : id !== null && id === reader.own_id
  const now = present.filter((one) => one.is_typing && !isOwn(one)).map((one) => [keyOf(one), one] as const)
  const typing = new Map(now.map(([key, one]) => [key, before.typing.get(key) ?? describe(one, reader)]))
  const told = (by: Typing['by'], typing: boolean): PresenceEvent => ({ event: 'typing', data: { by, typing } })
  const stopped = [...before.typing].filter(([key]) => !typing.has(key)).map(([, by]) => told(by, false))
  const begun = [...typing].filter(([key]) => !before.typing.has(key)).map(([, by]) => told(by, true))
  const data = viewersOf(present)
  const viewers = JSON.stringify(data)
  const isNew = reader.seesViewers && viewers !== before.viewers
  return {
    events: [...stopped, ...begun, ...(isNew ? [{ event: 'presence' as const, data }] : [])],
    told: { typing, viewers },
  }
}

function describe({ type, id, name }: Present, { isEndUser, shownName }: PresenceReader): Typing['by'] {
  if (type === 'end_user') return { type, id: null, name: null }
  return isEndUser ? { type: 'user' as const, id: null, name: shownName(name) } : { type: 'user' as const, id, name }
}

/** When to look again although nothing was reported; undefined: nothing lapses. */
export function nextLapse(present: readonly Present[]): number | undefined {
  const times = present.map(({ lapses_in_ms }) => Math.max(50, lapses_in_ms + 20))
  return times.length === 0 ? undefined : Math.min(...times)
}
