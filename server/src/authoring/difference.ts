// The exact difference between two JSON values, as a list that makes one of the other. Pure.
import type { ConfigDifference } from '@parley/contract'
import { diffArrays } from 'diff'
import type { Static } from 'typebox'
import { type JsonValue, canonicalJson } from '../json.ts'

export type Difference = Static<typeof ConfigDifference>

/** A part with more than this is one difference, as is one whose paths are longer than this. */
const max_differences = 1000
const max_path_characters = 256 * 1024
/** Insertions and removals in a list up to which they are looked for; beyond, entries are compared place by place. */
const max_edits = 1000

interface Place {
  path: string
  label: string
}

/** In the order of the values, keys sorted; see the contract for what it means and how it is carried out. */
export function compareValues(from: JsonValue, to: JsonValue): Difference[] {
  return compare(from, to, { path: '', label: '' }, { path: '', label: '' })
}

/** `before` and `after` are the places of the same thing in the one and the other. */
function compare(from: JsonValue, to: JsonValue, before: Place, after: Place): Difference[] {
  const whole = (): Difference => ({ op: 'changed', ...before, from, to })
  const found = new Collector()
  if (Array.isArray(from) && Array.isArray(to)) compareLists(from, to, before, after, found)
  else if (isObject(from) && isObject(to)) compareObjects(from, to, before, after, found)
  else return canonicalJson(from) === canonicalJson(to) ? [] : [whole()]
  return found.isFull ? [whole()] : found.list
}

class Collector {
  readonly list: Difference[] = []
  isFull = false
  private characters = 0

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

function compareObjects(from: Values, to: Values, before: Place, after: Place, found: Collector): void {
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort()
  for (const key of keys) {
    if (found.isFull) return
    const [old, fresh] = [enter(before, key), enter(after, key)]
    if (!Object.hasOwn(to, key)) found.add([{ op: 'removed', ...old, from: from[key]! }])
    else if (!Object.hasOwn(from, key)) found.add([{ op: 'added', ...fresh, to: to[key]! }])
    else found.add(compare(from[key]!, to[key]!, old, fresh))
  }
}

/** Entries with names are the same if their names are; others if they are equal, and else by their place in between. */
function compareLists(from: JsonValue[], to: JsonValue[], before: Place, after: Place, found: Collector): void {
  const names = findNames(from, to)
  let [i, j] = [0, 0]
  for (const { removed, added, kept } of alignLists(from, to, names)) {
    const pairs = kept + (names ? 0 : Math.min(removed, added))
    for (let end = i + pairs; i < end && !found.isFull; i += 1, j += 1) {
      found.add(compare(from[i]!, to[j]!, enter(before, i, names?.from[i]), enter(after, j, names?.to[j])))
    }
    if (found.isFull) return
    const rest = pairs - kept
    for (let left = removed - rest; left > 0 && !found.isFull; left -= 1, i += 1) {
      found.add([{ op: 'removed', ...enter(before, i, names?.from[i]), from: from[i]! }])
    }
    for (let left = added - rest; left > 0 && !found.isFull; left -= 1, j += 1) {
      found.add([{ op: 'added', ...enter(after, j, names?.to[j]), to: to[j]! }])
    }
  }
}

interface Stretch {
  /** Entries that both have, before those that only one has. */
  kept: number
  removed: number
  added: number
}

function alignLists(from: JsonValue[], to: JsonValue[], names: Names | null): Stretch[] {
  const [left, right] = names ? [names.from, names.to] : [from.map(canonicalJson), to.map(canonicalJson)]
  const changes = diffArrays(left, right, { maxEditLength: max_edits })
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

/** The key that names every entry of both lists, each once in its list. */
function findNames(from: JsonValue[], to: JsonValue[]): Names | null {
  for (const key of ['id', 'name']) {
    const names = { from: namesOf(from, key), to: namesOf(to, key) }
    if (names.from && names.to) return names as Names
  }
  return null
}

function namesOf(list: JsonValue[], key: string): string[] | null {
  const names = list.map((entry) => (isObject(entry) && Object.hasOwn(entry, key) ? entry[key] : null))
  const isNamed = names.every((name) => typeof name === 'string') && new Set(names).size === names.length
  return isNamed ? (names as string[]) : null
}

function enter({ path, label }: Place, segment: string | number, name?: string): Place {
  const pointer = String(segment).replaceAll('~', '~0').replaceAll('/', '~1')
  const word = typeof segment === 'number' ? `[${name ?? segment}]` : label === '' ? segment : `.${segment}`
  return { path: `${path}/${pointer}`, label: label + word }
}

function isObject(value: JsonValue | undefined): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
