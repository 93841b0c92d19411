// Turns the validator's errors about a configuration into faults that people can act on: one for each correction.
import { without_effect } from '@parley/contract'
import type { ErrorObject } from 'ajv'
import { type Telling, describeError } from '../../base/faults.ts'

/** The parts of a JSON Schema that this room reads. */
export interface Schema {
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  required?: string[]
  properties?: Record<string, Schema>
  items?: Schema
  maxItems?: number
  anyOf?: Schema[]
  additionalProperties?: unknown
  [without_effect]?: true
}

/** Each one is cheap, but there can be as many as the configuration has values. */
const max_described = 1000

/** Describes errors of a configuration. They must come from a validator with `verbose`. */
export function tellingOf(errors: readonly ErrorObject[], prefix: string): Telling {
  const findUnion = indexUnions(errors)
  return { prefix, most: max_described, isMeant: (error) => isMeant(error, findUnion), describe }
}

type FindUnion = (error: ErrorObject) => ErrorObject | undefined

/** For a value with several alternatives, only the errors of the intended alternative are useful. */
function isMeant(error: ErrorObject, findUnion: FindUnion): boolean {
  if (error.keyword === 'anyOf') return findMeantBranch(error.parentSchema as Schema, error.data) === undefined
  const union = findUnion(error)
  if (union === undefined) return true
  const schema = union.parentSchema as Schema
  const meant = findMeantBranch(schema, union.data)
  const branch = error.schemaPath.slice(union.schemaPath.length + 1).split('/')[0]
  return meant !== undefined && schema.anyOf![Number(branch)] === meant
}

/** Finds the innermost union that contains an error, by the paths in the schema and the value. */
function indexUnions(errors: readonly ErrorObject[]): FindUnion {
  const unions = new Map<string, Map<string, ErrorObject>>()
  for (const error of errors) {
    if (error.keyword !== 'anyOf') continue
    const ofSchema = unions.get(error.schemaPath) ?? new Map<string, ErrorObject>()
    unions.set(error.schemaPath, ofSchema.set(error.instancePath, error))
  }
  return ({ schemaPath, instancePath }) => {
    for (const path of ancestors(schemaPath)) {
      const ofSchema = unions.get(path)
      if (!ofSchema) continue
      for (const place of [instancePath, ...ancestors(instancePath)]) {
        const union = ofSchema.get(place)
        if (union) return union
      }
    }
    return undefined
  }
}

/** `/a/b/c` is in `/a/b`, in `/a` and in the whole value. */
function* ancestors(path: string): Generator<string> {
  for (let end = path.lastIndexOf('/'); end >= 0; end = path.lastIndexOf('/', end - 1)) {
    yield path.slice(0, end)
    if (end === 0) return
  }
}

/** The branch of a union that matches a value by its JSON type and, for objects, its `type`. */
export function findMeantBranch(schema: Schema, value: unknown): Schema | undefined {
  return schema.anyOf?.find((branch) => {
    if (typeof value === 'string') return branch.type === 'string'
    if (!isObject(value) || branch.type !== 'object') return false
    const kinds = kindsOf(branch)
    return kinds === undefined || (Object.hasOwn(value, 'type') && kinds.includes(value['type']))
  })
}

/** The possible values of `type` for such an object, if `type` distinguishes it from others. */
function kindsOf({ properties }: Schema): unknown[] | undefined {
  const { const: kind, enum: kinds } = properties?.['type'] ?? {}
  return kind === undefined ? kinds : [kind]
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function describe(error: ErrorObject): string {
  const { limit } = error.params as { limit?: number }
  const { enum: values } = error.parentSchema as Schema
  switch (error.keyword) {
    case 'type':
      // The values say more than their type.
      if (values) return describeChoice(values)
      return `must be ${joinWords([error.params['type'] as string | string[]].flat().map(describeType))}`
    case 'anyOf':
      return `must be ${joinWords((error.parentSchema as Schema).anyOf!.map(describeBranch))}`
    case 'enum':
      return describeChoice(values!)
    case 'minimum':
      return `must be at least ${limit}`
    case 'maximum':
      return `must be at most ${limit}`
    case 'minLength':
      return limit === 1 ? describeError(error) : `must have at least ${limit} characters`
    case 'maxLength':
      return `must have at most ${limit} characters`
    case 'minItems':
      return `must have at least ${limit} ${limit === 1 ? 'entry' : 'entries'}`
    case 'maxItems':
      return describeLength(limit!)
    default:
      return describeError(error)
  }
}

function describeChoice(values: readonly unknown[]): string {
  return `must be one of ${values.filter((value) => value !== null).join(', ')}`
}

export function describeLength(most: number): string {
  return `must have at most ${most} entries`
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

/** Joins to `a, b or null`, always with null last. */
function joinWords(words: string[]): string {
  const sorted = [...words.filter((word) => word !== 'null'), ...words.filter((word) => word === 'null')]
  const last = sorted.pop()!
  return sorted.length === 0 ? last : `${sorted.join(', ')} or ${last}`
}
