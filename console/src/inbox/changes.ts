// Finds changes in the visible list that the stream did not report or that could not be received.
import type { Conversation } from '@parley/contract'
import { ApiError, type Client } from '@parley/sdk'
import type { Filters } from './filters.ts'
import { isUnsettled } from '../transcript/conversation-state.ts'
import { cursorAfter, missingFrom } from './rows.ts'

/** As many as are read at first, so that recent changes are among them. */
const page_size = 100
/** The most new rows that one look fetches. If there are more, the list is read again from the start. */
const pages_at_most = 10
/** Changing rows that no longer match are read one by one. Others follow in the next looks. */
const missing_at_most = 5

export interface Changes {
  /** New rows, and known rows that changed. */
  fresh: Conversation[]
  /** Deleted rows. */
  gone: Set<string>
  /** There is so much that is new that the list must be read from its start. */
  isOverrun: boolean
}

interface Look {
  client: Client
  filters: Filters
  known: readonly Conversation[]
  /** The visible rows among `known`. */
  visible: readonly Conversation[]
  /** The number of looks before this one. */
  round: number
  signal: AbortSignal
}

export async function lookForChanges(look: Look): Promise<Changes> {
  const newest = await readNewest(look)
  if (newest === null) return { fresh: [], gone: new Set(), isOverrun: true }
  const older = await readVisible(look, newest.rows)
  const missing = takeTurn([...newest.missing, ...older.missing].filter(isUnsettled), look.round)
  const reread = await Promise.all(missing.map((row) => readOne(look, row.id)))
  const gone = new Set(missing.filter((_row, index) => reread[index] === null).map(({ id }) => id))
  return {
    fresh: [...newest.rows, ...older.rows, ...reread.filter((row) => row !== null)],
    gone,
    isOverrun: false,
  }
}

function takeTurn(rows: Conversation[], round: number): Conversation[] {
  const turns = Math.ceil(rows.length / missing_at_most)
  const start = (round % Math.max(1, turns)) * missing_at_most
  return rows.slice(start, start + missing_at_most)
}

interface Page {
  rows: Conversation[]
  missing: Conversation[]
}

/** Reads from the newest row to a known one; null if that is too far. */
async function readNewest({ client, filters, known, signal }: Look): Promise<Page | null> {
  const ids = new Set(known.map(({ id }) => id))
  const rows: Conversation[] = []
  for (let pages = 0; pages < pages_at_most; pages += 1) {
    const last = rows.at(-1)
    const start = last ? { cursor: cursorAfter(last) } : {}
    const page = await client.listConversations({ ...filters, ...start, limit: page_size }, { signal })
    rows.push(...page)
    const isLast = page.length < page_size
    if (isLast || page.some(({ id }) => ids.has(id))) return { rows, missing: missingFrom(known, rows, isLast) }
  }
  return null
}

/** Visible rows that still change and are older than the newest ones. */
async function readVisible({ client, filters, known, visible, signal }: Look, newest: Conversation[]): Promise<Page> {
  const oldest = newest.at(-1)?.created_at
  const unsettled = visible.filter((row) => isUnsettled(row) && (oldest === undefined || row.created_at < oldest))
  const [first] = unsettled
  const before = first && known[known.findIndex(({ id }) => id === first.id) - 1]
  if (!before) return { rows: [], missing: [] }
  const page = await client.listConversations({ ...filters, cursor: cursorAfter(before), limit: page_size }, { signal })
  return { rows: page, missing: missingFrom(unsettled, page, page.length < page_size) }
}

async function readOne({ client, signal }: Look, conversation_id: string): Promise<Conversation | null> {
  try {
    const { conversation: _transcript, ...row } = await client.getConversation({ conversation_id }, { signal })
    return row
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null
    throw error
  }
}
