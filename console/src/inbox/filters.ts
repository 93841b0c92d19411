// The filters of the list, named as in the API and kept in the address. Pure.
import {
  type ConversationFilters,
  channels,
  conversationStatuses,
  directions,
  endReasons,
  handlers,
  unansweredOutcomes,
} from '@parley/contract'
import { isJsonObject } from '../base/json.ts'

export type Filters = ConversationFilters

/** One filter: one parameter, or two that bound a range. */
export type FilterName =
  | 'status'
  | 'agent_id'
  | 'created'
  | 'updated'
  | 'channel'
  | 'direction'
  | 'end_reason'
  | 'turn_outcome'
  | 'duration'
  | 'user_turn_count'
  | 'custom_metadata'
  | 'agent_version_id'
  | 'agent_number'
  | 'web_widget_id'

/** In the order of the menu. The search for end users is separate. */
export const filterNames: readonly FilterName[] = [
  'status',
  'agent_id',
  'created',
  'updated',
  'channel',
  'direction',
  'end_reason',
  'turn_outcome',
  'duration',
  'user_turn_count',
  'custom_metadata',
  'agent_version_id',
  'agent_number',
  'web_widget_id',
]

export const parametersOf: Record<FilterName, readonly (keyof Filters)[]> = {
  status: ['status'],
  agent_id: ['agent_id'],
  created: ['created_after', 'created_before'],
  updated: ['updated_after', 'updated_before'],
  channel: ['channel'],
  direction: ['direction'],
  end_reason: ['parley_end_reason'],
  turn_outcome: ['parley_turn_outcome'],
  duration: ['duration_above', 'duration_below'],
  user_turn_count: ['user_turn_count_above', 'user_turn_count_below'],
  custom_metadata: ['custom_metadata'],
  agent_version_id: ['agent_version_id'],
  agent_number: ['agent_number'],
  web_widget_id: ['web_widget_id'],
}

const choices: { [name in keyof Filters]?: readonly string[] } = {
  status: conversationStatuses,
  channel: channels,
  direction: directions,
  parley_end_reason: endReasons,
  parley_turn_outcome: unansweredOutcomes,
  parley_handled_by: handlers,
}

type Reader = (value: unknown, name: keyof Filters) => string | number | undefined

const readText: Reader = (value) => (typeof value === 'string' && value.trim() !== '' ? value.slice(0, 512) : undefined)
const readChoice: Reader = (value, name) => (choices[name]!.includes(value as string) ? (value as string) : undefined)
const readNumber: Reader = (value) => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}
const readTime: Reader = (value) =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? new Date(value).toISOString() : undefined
const readMetadata: Reader = (value) => (typeof value === 'string' && isJsonObject(value) ? value : undefined)

const readers: Record<keyof Filters, Reader> = {
  user_id: readText,
  status: readChoice,
  agent_id: readText,
  agent_version_id: readText,
  channel: readChoice,
  direction: readChoice,
  created_after: readTime,
  created_before: readTime,
  updated_after: readTime,
  updated_before: readTime,
  duration_above: readNumber,
  duration_below: readNumber,
  user_turn_count_above: readNumber,
  user_turn_count_below: readNumber,
  custom_metadata: readMetadata,
  agent_number: readText,
  web_widget_id: readText,
  parley_end_reason: readChoice,
  parley_turn_outcome: readChoice,
  parley_handled_by: readChoice,
  parley_assignee: readText,
  parley_team: readText,
  parley_tag: readText,
}

/** Reads an address, and leaves out what the API would refuse or does not know. */
export function readFilters(search: Record<string, unknown>): Filters {
  const names = Object.keys(readers) as (keyof Filters)[]
  const entries = names.map((name) => [name, readers[name](search[name], name)] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Filters
}

export function isFiltered(filters: Filters): boolean {
  return Object.values(filters).some((value) => value !== undefined)
}

export function isSet(filters: Filters, name: FilterName): boolean {
  return parametersOf[name].some((parameter) => filters[parameter] !== undefined)
}

export function withoutFilter(filters: Filters, name: FilterName): Filters {
  const removed = new Set<string>(parametersOf[name])
  return Object.fromEntries(Object.entries(filters).filter(([parameter]) => !removed.has(parameter)))
}
