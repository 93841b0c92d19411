// The filters of the audit log, named as in the API and kept in the address. Pure.
import { auditOutcomes, auditTargetTypes, auditVias } from '@parley/contract'
import type { Input } from '@parley/sdk'

export type Filters = Omit<Input<'listAuditLog'>, 'limit' | 'cursor'>

/** One filter: one parameter, or two that belong together. */
export type FilterName = 'time' | 'actor' | 'action' | 'target' | 'via' | 'outcome'

/** In the order of the menu. */
export const filterNames: readonly FilterName[] = ['time', 'actor', 'action', 'target', 'via', 'outcome']

const parametersOf: Record<FilterName, readonly (keyof Filters)[]> = {
  time: ['after', 'before'],
  actor: ['actor_id'],
  action: ['action'],
  target: ['target_type', 'target_id'],
  via: ['via'],
  outcome: ['outcome'],
}

type Reader = (value: unknown) => string | undefined

const readText =
  (most: number): Reader =>
  (value) =>
    typeof value === 'string' && value.trim() !== '' && value.length <= most ? value.trim() : undefined
const readChoice =
  (choices: readonly string[]): Reader =>
  (value) =>
    choices.find((choice) => choice === value)
const readTime: Reader = (value) =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? new Date(value).toISOString() : undefined

const readers: Record<keyof Filters, Reader> = {
  actor_id: readText(200),
  action: readText(100),
  target_type: readChoice(auditTargetTypes),
  target_id: readText(200),
  via: readChoice(auditVias),
  outcome: readChoice(auditOutcomes),
  after: readTime,
  before: readTime,
}

/** Reads an address, and leaves out what the API would refuse or does not know. */
export function readFilters(search: Record<string, unknown>): Filters {
  const names = Object.keys(readers) as (keyof Filters)[]
  const entries = names.map((name) => [name, readers[name](search[name])] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Filters
}

export function isFiltered(filters: Filters): boolean {
  return Object.values(filters).some((value) => value !== undefined)
}

export function withoutFilter(filters: Filters, name: FilterName): Filters {
  const removed = new Set<string>(parametersOf[name])
  return Object.fromEntries(Object.entries(filters).filter(([parameter]) => !removed.has(parameter)))
}
