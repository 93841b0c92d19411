// Turns the validator's errors about a configuration into faults that a person can act on: one for each thing to put right.
import { without_effect } from '@parley/contract'
import type { ErrorObject } from 'ajv'
import type { FieldFault } from '../errors.ts'

/** What this room reads of a JSON Schema. */
export interface Schema {
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  required?: string[]
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
  additionalProperties?: unknown
  [without_effect]?: true
}

/** The errors come from a validator with `allErrors` and `verbose`. */
export function describeFaults(errors: readonly ErrorObject[], prefix: string): FieldFault[] {
  const unions = errors.filter((error) => error.keyword === 'anyOf')
  return errors
    .filter((error) => isMeant(error, unions))
    .map((error) => ({ path: pathOf(error, prefix), message: describeError(error) }))
}

/** Of a value that may be one thing or another, only the errors of the one that was meant are worth telling. */
function isMeant(error: ErrorObject, unions: readonly ErrorObject[]): boolean {
  if (error.keyword === 'anyOf') return findMeantBranch(error.parentSchema as Schema, error.data) === undefined
  const union = unions.find((one) => isInside(error, one))
  if (union === undefined) return true
  const schema = union.parentSchema as Schema
  const meant = findMeantBranch(schema, union.data)
  const branch = error.schemaPath.slice(union.schemaPath.length + 1).split('/')[0]
  return meant !== undefined && schema.anyOf![Number(branch)] === meant
}

function isInside(error: ErrorObject, union: ErrorObject): boolean {
  const isSameValue = error.instancePath === union.instancePath
  return (
    (isSameValue || error.instancePath.startsWith(`${union.instancePath}/`)) &&
    error.schemaPath.startsWith(`${union.schemaPath}/`)
  )
}

/** The branch of a union that a value looks like, by its JSON type and, for objects, its `type`. */
export function findMeantBranch(schema: Schema, value: unknown): Schema | undefined {
  return schema.anyOf?.find((branch) => {
    if (typeof value === 'string') return branch.type === 'string'
    if (!isObject(value) || branch.type !== 'object') return false
    const kinds = kindsOf(branch)
    return kinds === undefined || (Object.hasOwn(value, 'type') && kinds.includes(value['type']))
  })
}

/** What the `type` of such an object may be, where that is what tells it from others. */
function kindsOf({ properties }: Schema): unknown[] | undefined {
  const { const: kind, enum: kinds } = properties?.['type'] ?? {}
  return kind === undefined ? kinds : [kind]
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function pathOf(error: ErrorObject, prefix: string): string {
  const parts = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (error.keyword === 'required') parts.push(String(error.params['missingProperty']))
  return [prefix, ...parts].join('.')
}

function describeError(error: ErrorObject): string {
  const { limit } = error.params as { limit?: number }
  switch (error.keyword) {
    case 'required':
      return 'is required'
    case 'type':
      return `must be ${joinWords([error.params['type'] as string | string[]].flat().map(describeType))}`
    case 'anyOf':
      return `must be ${joinWords((error.parentSchema as Schema).anyOf!.map(describeBranch))}`
    case 'enum':
      return `must be one of ${(error.params['allowedValues'] as unknown[]).filter((value) => value !== null).join(', ')}`
    case 'minimum':
      return `must be at least ${limit}`
    case 'maximum':
      return `must be at most ${limit}`
    case 'minLength':
      return limit === 1 ? 'must not be empty' : `must have at least ${limit} characters`
    case 'maxLength':
      return `must have at most ${limit} characters`
    case 'minItems':
      return `must have at least ${limit} ${limit === 1 ? 'entry' : 'entries'}`
    case 'maxItems':
      return `must have at most ${limit} entries`
    default:
      return error.message ?? 'is not valid'
  }
}

function describeType(type: string): string {
  switch (type) {
    case 'string':
      return 'text'
    case 'integer':
      return 'a whole number'
    case 'boolean':
      return 'true or false'
    case 'array':
      return 'a list'
    case 'null':
      return 'null'
    default:
      return type === 'object' ? 'an object' : `a ${type}`
  }
}

function describeBranch(branch: Schema): string {
  const kinds = kindsOf(branch)
  if (kinds === undefined) return describeType([branch.type].flat()[0] ?? 'value')
  return `{type: ${[kinds.join(' | '), ...(branch.required ?? []).filter((name) => name !== 'type')].join(', ')}}`
}

/** `a, b or null`, with null last wherever it stood. */
function joinWords(words: string[]): string {
  const sorted = [...words.filter((word) => word !== 'null'), ...words.filter((word) => word === 'null')]
  const last = sorted.pop()!
  return sorted.length === 0 ? last : `${sorted.join(', ')} or ${last}`
}
