// Follows the stream of changes for a list that is on the screen: what it tells is gathered for a moment, and put into the list if it
// belongs there.
import type { Conversation } from '@parley/contract'
import type { Client } from '@parley/sdk'
import type { Changes } from './changes.ts'
import { type Filters, isFiltered } from './filters.ts'

/** What comes within it is shown together. */
const gather_ms = 200
/** With filters only the server knows what belongs to the list, and is not to be asked without end. */
const gather_filtered_ms = 1000
/** Asked for one by one; where there are more, the list is looked through. */
const asked_at_most = 2

export interface Followed {
  client: Client
  filters: Filters
  /** Where it goes on; undefined: now. */
  after: number | undefined
  signal: AbortSignal
  readList: () => List
  /** All up to the position is in the list with that. */
  onChanges: (changes: Changes, position: number) => void
  /** Something may have been missed: the list has to be looked through. */
  onGap: () => void
}

export interface List {
  ids: ReadonlySet<string>
  /** When the last row that was read began; undefined where there are no more. */
  oldest: string | undefined
}

/** Ends by throwing: when the signal aborts, or the stream cannot be read. */
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
      else {
        const { conversation_id, conversation } = event.data
        const isNew = !told.has(conversation_id) && !readList().ids.has(conversation_id)
        // Of a conversation that is not in the list, that it goes on says nothing.
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

/** The stream itself keeps to the agent. */
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
  // What is older than all that was read comes when it is scrolled to.
  const others = [...told].flatMap(([id, row]) =>
    row && !ids.has(id) && (oldest === undefined || row.created_at > oldest) ? [row] : [],
  )
  if (isJudgedHere(filters)) return { fresh: [...changed, ...others], gone, isOverrun: false, isGap: false }
  const isGap = others.length > asked_at_most
  const asked = await Promise.all(isGap ? [] : others.map((row) => findInList(client, filters, row, signal)))
  return { fresh: [...changed, ...asked.flat()], gone, isOverrun: false, isGap }
}

/** No two conversations began at the same time: the row, if the filters take it in. */
async function findInList(client: Client, filters: Filters, { created_at }: Conversation, signal: AbortSignal) {
  const { created_after = created_at, created_before = created_at } = filters
  const time = Date.parse(created_at)
  if (time < Date.parse(created_after) || time > Date.parse(created_before)) return []
  return client.listConversations({ ...filters, created_after: created_at, created_before: created_at }, { signal })
}
