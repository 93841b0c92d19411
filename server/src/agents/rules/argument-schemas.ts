// The schemas of tools' arguments, which authors and remote servers write: what may stand in them, what of them is held against
// arguments, and the check itself, whose work is bounded whatever they are.
import { createHash } from 'node:crypto'
import type { Options, ValidateFunction } from 'ajv'
import { LRUCache } from 'lru-cache'
import { type FieldFault, limitFaults, describeFaults } from '../../base/faults.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { type PatternBudget, PatternsTooCostly, createLinearAjv, sizeOfPattern } from '../../base/linear-validation.ts'
import { listUpTo } from '../../base/validation.ts'
import { isObject } from './config-faults.ts'

/** Objects, lists and plain values of one schema, itself included. */
const max_schema_values = 4000
const max_pattern_characters = 2000
/** Of all patterns of a configuration, as they are compiled. */
export const max_pattern_size = 20_000
/** Values of the schema times values of the arguments: about what a check can take. */
const max_check_work = 20_000_000
/** Up to this much work further faults are listed; beyond it, only the first. */
const max_work_for_all = 200_000
const max_pattern_work = 100_000_000

const judge = createLinearAjv({ left: Number.POSITIVE_INFINITY })

/** What is wrong with a schema of arguments, or null. */
export function findSchemaFault(schema: JsonObject): string | null {
  if (countValues(schema, max_schema_values) > max_schema_values) return `it has more than ${max_schema_values} values`
  if (judge.validateSchema(schema) !== true) return judge.errorsText(judge.errors, { dataVar: '' }).slice(0, 200)
  const reference = findReference(schema, schema)
  return reference === null ? null : `it has nothing at ${reference.slice(0, 100)}`
}

/** At most one more than `most`: the rest is not looked at. */
function countValues(value: JsonValue, most: number): number {
  let count = 1
  if (typeof value !== 'object' || value === null) return count
  for (const key in value) {
    count += countValues((value as JsonObject)[key]!, most - count)
    if (count > most) return count
  }
  return count
}

/** The first reference to something that is not in the schema: a model's provider would refuse it, and with it the whole turn. */
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

/** Also where they stand as values of something else. */
export function listPatterns(value: JsonValue): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, entry]) => [...patternsOf(key, entry), ...listPatterns(entry)])
}

function patternsOf(key: string, entry: JsonValue): string[] {
  if (key === 'pattern' && typeof entry === 'string') return [entry]
  return key === 'patternProperties' && isObject(entry) ? Object.keys(entry) : []
}

/** `room` is what the patterns of a whole configuration may take; it is used up. */
export function findPatternFault(patterns: string[], room: { left: number }): string | null {
  for (const pattern of new Set(patterns)) {
    if (pattern.length > max_pattern_characters) return `a pattern has more than ${max_pattern_characters} characters`
    if (!isPattern(pattern)) return `a pattern is no regular expression: ${pattern.slice(0, 100)}`
    if (room.left > 0) room.left -= pattern.length + (sizeOfPattern(pattern) ?? 0)
    if (room.left <= 0) return 'the patterns of all tools are too large together'
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

// --- what of it is checked ---

/** Why arguments are not held against a schema, or null. What it says of them could take for ever to find out, or a promise. */
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

/** Such a property may be anything: a part of its schema alone could mean the opposite. */
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
  /** Says whether arguments are valid, and the first fault. */
  judge?: ValidateFunction
  /** Lists faults of those that are not. */
  lister?: ValidateFunction
}

/** By digest, so many values of schemas: making a check takes far longer than using it. */
const checks = new LRUCache<string, Check>({ maxSize: 40_000, sizeCalculation: ({ size }) => size })

/** What is wrong with arguments, as far as that can be told in little time; what cannot is refused. */
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
    // No schema after all, whatever else let it pass.
    return []
  }
}

const too_large: FieldFault = { path: '', message: 'they are too large to be held against their schema' }

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

/** Values, and long texts for what they are. */
function measure(value: JsonValue): number {
  if (typeof value === 'string') return 1 + value.length / 8
  if (typeof value !== 'object' || value === null) return 1
  return Object.entries(value).reduce((sum, [key, entry]) => sum + key.length / 8 + measure(entry), 1)
}
