// What the desk shows, as its address says: the view, what it is narrowed to, and the open conversation. Pure.
import {
  type InboxOrder,
  type InboxView,
  type Priority,
  type SlaState,
  inboxOrders,
  inboxViews,
  priorities,
  slaStates,
} from '@parley/contract'

export interface DeskFilters {
  view: InboxView
  team?: string
  tag?: string
  priority?: Priority
  sla?: SlaState
  order?: InboxOrder
}

export interface DeskSearch extends Partial<DeskFilters> {
  /** The id of the open conversation. */
  open?: string
}

const choiceOf =
  <T extends string>(choices: readonly T[]) =>
  (value: unknown): T | undefined =>
    choices.includes(value as T) ? (value as T) : undefined
const textOf = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? value.slice(0, 100) : undefined)

const readers = {
  view: choiceOf(inboxViews),
  team: textOf,
  tag: textOf,
  priority: choiceOf(priorities),
  sla: choiceOf(slaStates),
  order: choiceOf(inboxOrders),
  open: textOf,
}

/** Leaves out what the API would refuse. */
export function readDeskSearch(search: Record<string, unknown>): DeskSearch {
  const entries = Object.entries(readers).map(([name, read]) => [name, read(search[name])] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as DeskSearch
}

export function filtersOf({ open: _open, ...search }: DeskSearch): DeskFilters {
  return { ...search, view: search.view ?? 'mine' }
}

/** What has ended is always ordered by its end. */
export const orderOf = ({ view, order = 'waiting' }: DeskFilters): InboxOrder => (view === 'ended' ? 'newest' : order)

export function isNarrowed({ tag, priority, sla }: DeskFilters): boolean {
  return tag !== undefined || priority !== undefined || sla !== undefined
}
