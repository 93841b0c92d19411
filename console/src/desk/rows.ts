// The rows of the desk, from pages and from what the feed tells: in the order of the API, each once, none lost. The feed tells of every
// conversation; whether one belongs to a view is judged here as the server judges it. Pure.
import { type Conversation, type InboxRow, priorities } from '@parley/contract'
import { isHeldBy } from '../handling/standing.ts'
import { isActive } from '../transcript/conversation-state.ts'
import { type DeskFilters, orderOf } from './desk-search.ts'

export function belongs(conversation: Conversation, filters: DeskFilters, user_id: string | null): boolean {
  const { team, tag, priority, sla } = filters
  if (team !== undefined && conversation.team?.key !== team) return false
  if (tag !== undefined && !conversation.tags.includes(tag)) return false
  if (priority !== undefined && conversation.priority !== priority) return false
  const clocks = Object.values(conversation.handling?.sla ?? {})
  if (sla !== undefined && !clocks.some((clock) => clock?.state === sla)) return false
  return isOfView(conversation, filters, user_id)
}

function isOfView(conversation: Conversation, { view }: DeskFilters, user_id: string | null): boolean {
  const { handled_by, assignee, handling } = conversation
  if (view === 'ended') return !isActive(conversation) && (handling?.taken_at ?? null) !== null
  if (!isActive(conversation) || handled_by === 'agent') return false
  switch (view) {
    case 'mine':
      return isHeldBy(conversation, user_id)
    case 'unassigned':
      return handled_by === 'queue' && assignee === null
    case 'all':
      return true
    case 'snoozed':
      return (handling?.snoozed_until ?? null) !== null
  }
}

/** Never equal for two rows. */
function compareRows(a: InboxRow, b: InboxRow, filters: DeskFilters): number {
  const [one, other] = [a.conversation, b.conversation]
  if (filters.view === 'ended') return newestFirst(one, other, ({ ended_at }) => ended_at ?? '')
  if (orderOf(filters) === 'newest') return newestFirst(one, other, ({ created_at }) => created_at)
  const byPriority = priorities.indexOf(other.priority) - priorities.indexOf(one.priority)
  // What nobody has left unanswered comes last.
  return byPriority || compareTexts(waitedSince(one), waitedSince(other)) || compareTexts(one.id, other.id)
}

function newestFirst(one: Conversation, other: Conversation, timeOf: (conversation: Conversation) => string): number {
  return compareTexts(timeOf(other), timeOf(one)) || compareTexts(other.id, one.id)
}

const last = '~'
const waitedSince = ({ handling }: Conversation) => handling?.unanswered_since ?? last
/** Times have one format, so they compare as text. */
const compareTexts = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

export interface DeskRows {
  /** In order. */
  rows: readonly InboxRow[]
  /** Whether rows after the last of these are not read yet. */
  isCut: boolean
}

export const noRows: DeskRows = { rows: [], isCut: false }

/** What pages tell, which may overlap: the newest state of each row. */
export function gatherRows(pages: readonly (readonly InboxRow[])[], isCut: boolean, filters: DeskFilters): DeskRows {
  const rows = new Map<string, InboxRow>()
  for (const page of pages) {
    for (const row of page) {
      const known = rows.get(row.conversation.id)
      if (!known || known.conversation.updated_at <= row.conversation.updated_at) rows.set(row.conversation.id, row)
    }
  }
  return { rows: [...rows.values()].toSorted((a, b) => compareRows(a, b, filters)), isCut }
}

/** What the feed tells of one conversation; null: it is deleted. The same rows if it changes nothing. */
export function hearRow(
  known: DeskRows,
  id: string,
  conversation: Conversation | null,
  filters: DeskFilters,
  user_id: string | null,
): DeskRows {
  const before = known.rows.find((row) => row.conversation.id === id)
  if (before && conversation && conversation.updated_at < before.conversation.updated_at) return known
  const isThere = conversation !== null && belongs(conversation, filters, user_id)
  if (!before && !isThere) return known
  const others = before ? known.rows.filter((row) => row !== before) : known.rows
  if (!isThere) return { ...known, rows: others }
  // The feed tells nothing of the message, so the last one that was read stays until the row is read again.
  const row: InboxRow = { last_message: null, last_message_by: null, ...before, conversation }
  const place = findPlace(others, row, filters)
  // Behind the last row that was read, it comes when the list is read on.
  if (known.isCut && place === others.length) return before ? { ...known, rows: others } : known
  return { ...known, rows: others.toSpliced(place, 0, row) }
}

function findPlace(rows: readonly InboxRow[], row: InboxRow, filters: DeskFilters): number {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareRows(rows[middle]!, row, filters) < 0) low = middle + 1
    else high = middle
  }
  return low
}
