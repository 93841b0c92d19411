// Schemas of tool arguments, written by authors and remote servers: what they may contain, which parts of them are checked, and the
// check itself, whose work is always bounded.
import { createHash } from 'node:crypto'
import type { Options, ValidateFunction } from 'ajv'
import { LRUCache } from 'lru-cache'
import { type FieldFault, limitFaults, describeFaults } from '../../base/faults.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { type PatternBudget, PatternsTooCostly, createLinearAjv, sizeOfPattern } from '../../base/linear-validation.ts'
import { listUpTo } from '../../base/validation.ts'
import { isObject } from './config-faults.ts'

/** Objects, lists and plain values in a schema, including itself. */
const max_schema_values = 4000
const max_pattern_characters = 2000
/** Compiled size of all patterns of a configuration. */
export const max_pattern_size = 20_000
/** Values of the schema times values of the arguments, which is about the cost of a check. */
const max_check_work = 20_000_000
/** Up to this cost all faults are listed; beyond it, only the first. */
const max_work_for_all = 200_000
const max_pattern_work = 100_000_000

const judge = createLinearAjv({ left: Number.POSITIVE_INFINITY })

/** The fault of a schema of arguments, or null. */
export function findSchemaFault(schema: JsonObject): string | null {
  if (countValues(schema, max_schema_values) > max_schema_values) return `it has more than ${max_schema_values} values`
  if (judge.validateSchema(schema) !== true) return judge.errorsText(judge.errors, { dataVar: '' }).slice(0, 200)
  const reference = findReference(schema, schema)
  return reference === null ? null : `it refers to ${reference.slice(0, 100)}, which does not exist`
}

/** Counts to at most one more than `most`; the rest is not examined. */
export function countValues(value: JsonValue, most: number): number {
  let count = 1
  if (typeof value !== 'object' || value === null) return count
  for (const key in value) {
    count += countValues((value as JsonObject)[key]!, most - count)
    if (count > most) return count
  }
  return count
}

/** The first reference to something outside the schema. A model's provider would refuse it, and the whole turn would fail. */
function findReference(value: JsonValue, root: JsonObject): string | null {
  if (typeof value !== 'object' || value === null) return null
  for (const [key, entry] of Object.entries(value)) {
    const isReference = key === '$ref' && typeof entry === 'string'
    const found = isReference ? (pointsInto(root, entry) ? null : entry) : findReference(entry, root)
    if (found !== null) return found
  }
  return null
}

function pointsInto(root: JsonObject, reference: string): boolean {
  if (reference !== '#' && !/^#(\/[A-Za-z0-9_$.-]+)+$/.test(reference)) return false
  let found: JsonValue | undefined = root
  for (const part of reference.split('/').slice(1)) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return false
    found = (found as JsonObject)[part]
  }
  return typeof found === 'object' && found !== null && !Array.isArray(found)
}

/** Includes those that are values of something else. */
export function listPatterns(value: JsonValue): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, entry]) => [...patternsOf(key, entry), ...listPatterns(entry)])
}

function patternsOf(key: string, entry: JsonValue): string[] {
  if (key === 'pattern' && typeof entry === 'string') return [entry]
  return key === 'patternProperties' && isObject(entry) ? Object.keys(entry) : []
}

/** `room` is the remaining size for patterns of the whole configuration; it is reduced. */
export function findPatternFault(patterns: string[], room: { left: number }): string | null {
  for (const pattern of new Set(patterns)) {
    if (pattern.length > max_pattern_characters) return `a pattern has more than ${max_pattern_characters} characters`
    if (!isPattern(pattern)) return `a pattern is not a valid regular expression: ${pattern.slice(0, 100)}`
    if (room.left > 0) room.left -= pattern.length + (sizeOfPattern(pattern) ?? 0)
    if (room.left <= 0) return 'the patterns of all tools together are too large; shorten or remove some'
  }
  return null
}

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u') instanceof RegExp
  } catch {
    return false
  }
}

// --- what is checked ---

/** Why arguments are not checked against a schema, or null. Such a check might not end, or might be asynchronous. */
export function whyUnchecked(schema: JsonValue): string | null {
  if (typeof schema !== 'object' || schema === null) return null
  if (isObject(schema) && typeof schema['nullable'] === 'boolean' && !('type' in schema))
    return 'is nullable without a type'
  for (const [key, entry] of Object.entries(schema)) {
    const why = whyKeyword(key, entry) ?? whyUnchecked(entry)
    if (why !== null) return why
  }
  return null
}

/** Why no value can be checked against the whole schema, or null. Compiles it. */
export function whyUncheckable(schema: JsonObject): string | null {
  const why = whyUnchecked(schema)
  if (why !== null) return `it ${why}`
  const check = checkOf(schema)
  try {
    check.judge ??= compile(check, {})
    return null
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 200) : 'it cannot be checked'
  }
}

const references = new Set(['$ref', '$dynamicRef', '$recursiveRef', '$id', '$anchor', '$dynamicAnchor'])

function whyKeyword(key: string, entry: JsonValue): string | null {
  if (references.has(key) && typeof entry === 'string') return 'has a reference'
  if (key === '$async') return 'has $async'
  const isPlain = patternsOf(key, entry).every((pattern) => sizeOfPattern(pattern) !== null)
  return isPlain ? null : 'has a pattern with lookaround, a back-reference or many repetitions'
}

/** The properties of an object's schema that are not checked, and why. */
export function listUnchecked(properties: JsonObject): { name: string; why: string }[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const why = whyUnchecked(schema)
    return why === null ? [] : [{ name, why }]
  })
}

/** An unchecked property accepts any value, because only a part of its schema could mean the opposite. */
function checkedPart(schema: JsonObject): JsonObject {
  const { properties } = schema
  if (!isObject(properties)) return schema
  const kept = Object.entries(properties as JsonObject).map(([name, entry]): [string, JsonValue] => [
    name,
    whyUnchecked(entry) === null ? entry : {},
  ])
  return { ...schema, properties: Object.fromEntries(kept) }
}

// --- the check ---

interface Check {
  schema: JsonObject
  size: number
  budget: PatternBudget
  /** Decides whether arguments are valid, and finds the first fault. */
  judge?: ValidateFunction
  /** Lists the faults of invalid arguments. */
  lister?: ValidateFunction
}

/** Checks by digest of their schema; `maxSize` counts values of schemas. Creating a check takes far longer than using it. */
const checks = new LRUCache<string, Check>({ maxSize: 40_000, sizeCalculation: ({ size }) => size })

/** The faults of arguments. Arguments that cannot be checked in bounded time are refused. */
export function checkAgainst(schema: JsonObject, given: JsonObject): FieldFault[] {
  const check = checkOf(schema)
  const work = check.size * measure(given)
  if (work > max_check_work) return [too_large]
  try {
    const judge = (check.judge ??= compile(check, {}))
    check.budget.left = max_pattern_work
    if (judge(given)) return []
    if (work > max_work_for_all) return limitFaults(describeFaults(judge.errors!))
    const lister = (check.lister ??= compile(check, listUpTo()))
    check.budget.left = max_pattern_work
    return limitFaults(describeFaults(lister(given) ? judge.errors! : lister.errors!))
  } catch (error) {
    if (error instanceof PatternsTooCostly) return [too_large]
    // The schema cannot be compiled, although it passed the other checks.
    return []
  }
}

const too_large: FieldFault = { path: '', message: 'they are too large to be checked against their schema' }

function compile({ schema, budget }: Check, options: Options): ValidateFunction {
  return createLinearAjv(budget, { ...options, validateSchema: false }).compile(checkedPart(schema))
}

function checkOf(schema: JsonObject): Check {
  const key = createHash('sha256').update(JSON.stringify(schema)).digest('base64')
  const known = checks.get(key)
  if (known) return known
  const check: Check = { schema, size: countValues(schema, Number.POSITIVE_INFINITY), budget: { left: 0 } }
  checks.set(key, check)
  return check
}

/** Counts values, with long texts according to their length. */
function measure(value: JsonValue): number {
  if (typeof value === 'string') return 1 + value.length / 8
  if (typeof value !== 'object' || value === null) return 1
  return Object.entries(value).reduce((sum, [key, entry]) => sum + key.length / 8 + measure(entry), 1)
}
