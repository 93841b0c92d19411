// What differs between two definitions, and one person's changes on top of what another has saved. Pure.
import { type Definition, type JsonObject, type Path, type Step, isObject, writeAt } from './definition.ts'

export interface Difference {
  /** With the id of a step instead of its number: `nodes.request.config.url`. */
  path: Path
  before: unknown
  after: unknown
}

/** The steps by id, so that those of two definitions meet. */
const asRecord = ({ nodes, ...rest }: Definition): JsonObject => ({
  ...rest,
  nodes: Object.fromEntries(nodes.map((step) => [step.id, step])),
})

const textOf = (value: unknown): string =>
  JSON.stringify(value, (_key, entry: unknown) =>
    isObject(entry) ? Object.fromEntries(Object.entries(entry).toSorted(([a], [b]) => (a < b ? -1 : 1))) : entry,
  ) ?? ''

export const isSame = (one: unknown, other: unknown) => Object.is(one, other) || textOf(one) === textOf(other)

/** Value by value: objects are entered; lists, positions, and steps that one side lacks are compared whole. */
function differencesIn(before: unknown, after: unknown, path: Path = []): Difference[] {
  if (isSame(before, after)) return []
  const isWhole = path.at(-1) === 'position' || !(isObject(before) && isObject(after))
  if (isWhole) return [{ path, before, after }]
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names.flatMap((name) => differencesIn(before[name], after[name], [...path, name]))
}

export const differencesOf = (before: Definition, after: Definition): Difference[] =>
  differencesIn(asRecord(before), asRecord(after))

/** The changes from `base` to `mine`, on top of `theirs`. Of a step that they have removed, nothing comes back. */
export function rebase(base: Definition, mine: Definition, theirs: Definition): Definition {
  const record = differencesOf(base, mine).reduce<unknown>((merged, { path, after }) => {
    const [root, id, ...within] = path
    const isInStep = root === 'nodes' && within.length > 0
    const steps = (merged as JsonObject)['nodes'] as JsonObject
    return isInStep && !Object.hasOwn(steps, id!) ? merged : writeAt(merged, path, after)
  }, asRecord(theirs)) as JsonObject
  const nodes = Object.values(record['nodes'] as Record<string, Step>)
  const ids = new Set(nodes.map(({ id }) => id))
  return { ...record, schema_version: 1, nodes: nodes.map((step) => withoutLost(step, ids)) }
}

/** What one has connected, the other may have removed. */
function withoutLost(step: Step, ids: ReadonlySet<string>): Step {
  if (!step.next) return step
  const kept = Object.entries(step.next).filter(([, target]) => ids.has(target))
  return kept.length === Object.keys(step.next).length ? step : { ...step, next: Object.fromEntries(kept) }
}
