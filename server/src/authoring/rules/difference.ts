// The exact difference between two JSON values, as a list of changes that turns one into the other. Pure.
import type { ConfigDifference } from '@parley/contract'
import { diffArrays } from 'diff'
import type { Static } from 'typebox'
import type { JsonValue } from '../../base/json.ts'
import { createIdentities } from './identities.ts'

export type Difference = Static<typeof ConfigDifference>

/** A part with more differences than this is one difference, as is one whose paths are longer than this. */
const max_differences = 1000
const max_path_characters = 256 * 1024
/**
 * The square of the number of insertions and removals that are searched for, since the time grows with it: for all lists of a
 * comparison together. Beyond it, entries are compared place by place.
 */
const max_squared_edits = 700 ** 2

interface Place {
  path: string
  label: string
}

/** The differences found so far, and how much may still be spent. */
interface Comparison {
  idOf(value: JsonValue): number
  squared_edits_left: number
}

/** In the order of the values, keys sorted; the contract says what it means and how it is applied. */
export function compareValues(from: JsonValue, to: JsonValue): Difference[] {
  const comparison = { idOf: createIdentities(), squared_edits_left: max_squared_edits }
  return compare(from, to, { path: '', label: '' }, { path: '', label: '' }, comparison)
}

/** `before` and `after` are the places of the same entry in the two values. */
function compare(from: JsonValue, to: JsonValue, before: Place, after: Place, comparison: Comparison): Difference[] {
  if (comparison.idOf(from) === comparison.idOf(to)) return []
  const whole = (): Difference => ({ op: 'changed', ...before, from, to })
  const found = new Collector()
  if (Array.isArray(from) && Array.isArray(to)) compareLists({ from, to, before, after }, found, comparison)
  else if (isObject(from) && isObject(to)) compareObjects({ from, to, before, after }, found, comparison)
  else return [whole()]
  return found.isFull ? [whole()] : found.list
}

interface Pair<T> {
  from: T
  to: T
  before: Place
  after: Place
}

class Collector {
  readonly list: Difference[] = []
  isFull = false
  private characters = 0

  /** Each of these entries will be at least one difference. */
  hasRoomFor(count: number): boolean {
    this.isFull ||= count > max_differences
    return !this.isFull
  }

  add(differences: Difference[]): void {
    if (this.isFull) return
    for (const difference of differences) {
      this.list.push(difference)
      this.characters += difference.path.length + difference.label.length
    }
    this.isFull = this.list.length > max_differences || this.characters > max_path_characters
  }
}

type Values = Record<string, JsonValue>

function compareObjects({ from, to, before, after }: Pair<Values>, found: Collector, comparison: Comparison): void {
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort()
  const isSame = (key: string) =>
    Object.hasOwn(from, key) && Object.hasOwn(to, key) && comparison.idOf(from[key]!) === comparison.idOf(to[key]!)
  const different = keys.filter((key) => !isSame(key))
  if (!found.hasRoomFor(different.length)) return
  for (const key of different) {
    if (found.isFull) return
    const [old, fresh] = [enter(before, key), enter(after, key)]
    if (!Object.hasOwn(to, key)) found.add([{ op: 'removed', ...old, from: from[key]! }])
    else if (!Object.hasOwn(from, key)) found.add([{ op: 'added', ...fresh, to: to[key]! }])
    else found.add(compare(from[key]!, to[key]!, old, fresh, comparison))
  }
}

/** Entries with names are matched by name; others if they are equal, and otherwise by their place in between. */
function compareLists({ from, to, before, after }: Pair<JsonValue[]>, found: Collector, comparison: Comparison): void {
  const names = findNames(from, to)
  const steps = listSteps(from, to, names, comparison)
  if (!found.hasRoomFor(steps.length)) return
  for (const { i, j } of steps) {
    if (found.isFull) return
    const old = i === null ? null : enter(before, i, names?.from[i])
    const fresh = j === null ? null : enter(after, j, names?.to[j])
    if (old && fresh) found.add(compare(from[i!]!, to[j!]!, old, fresh, comparison))
    else if (old) found.add([{ op: 'removed', ...old, from: from[i!]! }])
    else if (fresh) found.add([{ op: 'added', ...fresh, to: to[j!]! }])
  }
}

/** The places of one entry in both lists, or in the only one that has it. */
interface Step {
  i: number | null
  j: number | null
}

/** Those that differ, in order. */
function listSteps(from: JsonValue[], to: JsonValue[], names: Names | null, comparison: Comparison): Step[] {
  const steps: Step[] = []
  let [i, j] = [0, 0]
  for (const { removed, added, kept } of alignLists(from, to, names, comparison)) {
    const pairs = kept + (names ? 0 : Math.min(removed, added))
    for (const end = i + pairs; i < end; i += 1, j += 1) {
      if (comparison.idOf(from[i]!) !== comparison.idOf(to[j]!)) steps.push({ i, j })
    }
    const rest = pairs - kept
    for (let left = removed - rest; left > 0; left -= 1, i += 1) steps.push({ i, j: null })
    for (let left = added - rest; left > 0; left -= 1, j += 1) steps.push({ i: null, j })
  }
  return steps
}

interface Stretch {
  /** Entries that both lists have, before those that only one has. */
  kept: number
  removed: number
  added: number
}

function alignLists(from: JsonValue[], to: JsonValue[], names: Names | null, comparison: Comparison): Stretch[] {
  const max_edits = Math.floor(Math.sqrt(comparison.squared_edits_left))
  const changes = names
    ? diffArrays(names.from, names.to, { maxEditLength: max_edits })
    : diffArrays(from.map(comparison.idOf), to.map(comparison.idOf), { maxEditLength: max_edits })
  const edits = changes
    ? changes.reduce((sum, { added, removed, count }) => sum + (added || removed ? count : 0), 0)
    : max_edits
  comparison.squared_edits_left -= edits ** 2
  if (!changes) return [{ kept: 0, removed: from.length, added: to.length }]
  const stretches: Stretch[] = []
  for (const { added, removed, count } of changes) {
    const last = stretches.at(-1)
    if (added && last) last.added += count
    else if (removed && last) last.removed += count
    else stretches.push({ kept: added || removed ? 0 : count, added: added ? count : 0, removed: removed ? count : 0 })
  }
  return stretches
}

interface Names {
  from: string[]
  to: string[]
}

/** The key that names every entry of both lists, unique within each list. */
function findNames(from: JsonValue[], to: JsonValue[]): Names | null {
  for (const key of ['id', 'name']) {
    const names = { from: namesOf(from, key), to: namesOf(to, key) }
    if (names.from && names.to) return names as Names
  }
  return null
}

function namesOf(list: JsonValue[], key: string): string[] | null {
  const names: string[] = []
  for (const entry of list) {
    const name = isObject(entry) && Object.hasOwn(entry, key) ? entry[key] : null
    if (typeof name !== 'string') return null
    names.push(name)
  }
  return new Set(names).size === names.length ? names : null
}

function enter({ path, label }: Place, segment: string | number, name?: string): Place {
  const pointer = String(segment).replaceAll('~', '~0').replaceAll('/', '~1')
  const word = typeof segment === 'number' ? `[${name ?? segment}]` : label === '' ? segment : `.${segment}`
  return { path: `${path}/${pointer}`, label: label + word }
}

function isObject(value: JsonValue | undefined): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
