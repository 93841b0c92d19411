// Follows the stream of changes for the visible list. Changes are collected for a moment, then applied if they belong to the list.
import type { Conversation } from '@parley/contract'
import type { Client } from '@parley/sdk'
import type { Changes } from './changes.ts'
import { type Filters, isFiltered } from './filters.ts'

/** Changes within this time are shown together. */
const gather_ms = 200
/** With filters, only the server knows which conversations match. This bounds how often it is asked. */
const gather_filtered_ms = 1000
/** Up to this many are read one by one. If there are more, the list is searched for changes. */
const asked_at_most = 2

export interface Followed {
  client: Client
  filters: Filters
  /** Where to continue; undefined for now. */
  after: number | undefined
  signal: AbortSignal
  readList: () => List
  /** With these, the list is complete up to the position. */
  onChanges: (changes: Changes, position: number) => void
  /** Changes may have been missed, so the list must be searched for them. */
  onGap: () => void
}

export interface List {
  ids: ReadonlySet<string>
  /** When the last loaded row started; undefined if there are no more. */
  oldest: string | undefined
}

/** Ends by throwing if the signal aborts or the stream cannot be read. */
export async function followChanges(followed: Followed): Promise<void> {
  const { client, filters, after, signal, readList, onChanges, onGap } = followed
  const { agent_id, user_turn_count_above, user_turn_count_below } = filters
  const areTurnsFiltered = [user_turn_count_above, user_turn_count_below, filters.parley_turn_outcome].some(
    (bound) => bound !== undefined,
  )
  const told = new Map<string, Conversation | null>()
  let position = after ?? 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const gather = () => {
    timer ??= setTimeout(
      () => {
        void flush().finally(() => {
          timer = undefined
          if (told.size > 0 && !signal.aborted) gather()
        })
      },
      isJudgedHere(filters) ? gather_ms : gather_filtered_ms,
    )
  }
  const flush = async () => {
    const [upTo, rows] = [position, new Map(told)]
    told.clear()
    const judged = await judge(followed, rows).catch(() => null)
    if (signal.aborted) return
    if (judged) onChanges(judged, upTo)
    if (!judged || judged.isGap) onGap()
  }

  const start = { ...(agent_id === undefined ? {} : { agent_id }), ...(after === undefined ? {} : { after }) }
  try {
    for await (const event of client.streamConversationChanges(start, { signal })) {
      if ('id' in event) position = event.id
      if (event.event === 'position') {
        onChanges(nothing, position)
        onGap()
      } else if (event.event === 'reset') onChanges({ ...nothing, isOverrun: true }, position)
      else if (event.event !== 'presence') {
        const { conversation_id, conversation } = event.data
        const isNew = !told.has(conversation_id) && !readList().ids.has(conversation_id)
        // Activity in a conversation that is not in the list does not matter.
        if (event.event === 'progress' && isNew && !areTurnsFiltered) continue
        told.set(conversation_id, conversation)
        gather()
      }
    }
  } finally {
    clearTimeout(timer)
  }
}

const nothing: Changes = { fresh: [], gone: new Set(), isOverrun: false }

/** The stream is filtered by agent on the server. */
function isJudgedHere({ agent_id: _agent, ...others }: Filters): boolean {
  return !isFiltered(others)
}

async function judge(
  { client, filters, signal, readList }: Followed,
  told: ReadonlyMap<string, Conversation | null>,
): Promise<Changes & { isGap: boolean }> {
  const { ids, oldest } = readList()
  const known = [...told].filter(([id]) => ids.has(id))
  const changed = known.flatMap(([, row]) => (row ? [row] : []))
  const gone = new Set(known.flatMap(([id, row]) => (row ? [] : [id])))
  // Older rows appear when the user scrolls to them.
  const others = [...told].flatMap(([id, row]) =>
    row && !ids.has(id) && (oldest === undefined || row.created_at > oldest) ? [row] : [],
  )
  if (isJudgedHere(filters)) return { fresh: [...changed, ...others], gone, isOverrun: false, isGap: false }
  const isGap = others.length > asked_at_most
  const asked = await Promise.all(isGap ? [] : others.map((row) => findInList(client, filters, row, signal)))
  return { fresh: [...changed, ...asked.flat()], gone, isOverrun: false, isGap }
}

/** Start times are unique, so this finds the row if it matches the filters. */
async function findInList(client: Client, filters: Filters, { created_at }: Conversation, signal: AbortSignal) {
  const { created_after = created_at, created_before = created_at } = filters
  const time = Date.parse(created_at)
  if (time < Date.parse(created_after) || time > Date.parse(created_before)) return []
  return client.listConversations({ ...filters, created_after: created_at, created_before: created_at }, { signal })
}
