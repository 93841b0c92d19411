// Converts values to the types that outputs and inputs declare, only where nothing is lost. Pure.
import type { ValueType } from '@parley/contract'
import { isObject } from '../../agents/rules/config-faults.ts'
import { isExactNumber, parseSentJson } from '../../base/read-json.ts'
import { isStorable } from '../../base/text.ts'

/** A fault says what is wrong, never the value, which may be a secret. */
export type Converted = { value: unknown; fault: null } | { value: null; fault: string }

const done = (value: unknown): Converted => ({ value, fault: null })

const nouns: Record<ValueType, string> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  any: 'any value',
}

/** Null is no value, and stays null in every type. */
export function convertValue(value: unknown, type: ValueType): Converted {
  if (value === undefined || value === null) return done(null)
  const converted = converters[type](value)
  return converted === undefined
    ? { value: null, fault: `must be ${nouns[type]}; ${describeValue(value)} cannot be converted without loss` }
    : done(converted)
}

/** Undefined: it cannot be converted. */
const converters: Record<ValueType, (value: unknown) => unknown> = {
  any: (value) => value,
  string: (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
  number: (value) => (typeof value === 'string' ? readNumber(value) : typeof value === 'number' ? value : undefined),
  boolean: (value) => {
    if (value === 'true' || value === true) return true
    return value === 'false' || value === false ? false : undefined
  },
  array: (value) => (Array.isArray(value) ? value : readJson(value, Array.isArray)),
  object: (value) => (isObject(value) ? value : readJson(value, isObject)),
}

const numberOfJson = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** As JSON writes numbers: `007` may be an id, and more digits than a double holds would be others. */
function readNumber(text: string): number | undefined {
  return numberOfJson.test(text) && isExactNumber(text) ? Number(text) : undefined
}

function readJson(text: unknown, isMeant: (value: unknown) => boolean): unknown {
  if (typeof text !== 'string') return undefined
  try {
    const value = parseSentJson(text)
    return isMeant(value) && isStorable(value) ? value : undefined
  } catch {
    return undefined
  }
}

function describeValue(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  switch (typeof value) {
    case 'string':
      return value === '' ? 'an empty text' : 'this text'
    case 'object':
      return 'an object'
    default:
      return `a ${typeof value}`
  }
}

export interface FieldOfOutput {
  name: string
  type: ValueType
  value: unknown
}

/** The output of an execution from evaluated fields, or the first field that cannot be converted. */
export function convertOutput(fields: readonly FieldOfOutput[]): Converted {
  const values: [string, unknown][] = []
  for (const { name, type, value } of fields) {
    const converted = convertValue(value, type)
    if (converted.fault !== null) return { value: null, fault: `The output "${name}" ${converted.fault}.` }
    values.push([name, converted.value])
  }
  return done(Object.fromEntries(values))
}

export interface FieldOfInput {
  name: string
  type: ValueType
  required: boolean
  default: unknown
}

export interface CheckedInput {
  /** Every declared field; those without a value are null. */
  values: Record<string, unknown>
  /** By field. */
  faults: { field: string; message: string }[]
}

/** Null counts as not given. Fields that are not declared are left out. */
export function checkInput(fields: readonly FieldOfInput[], data: Readonly<Record<string, unknown>>): CheckedInput {
  const faults: CheckedInput['faults'] = []
  const values = fields.map(({ name, type, required, default: standard }): [string, unknown] => {
    const sent = Object.hasOwn(data, name) ? (data[name] ?? null) : null
    const given = sent ?? standard ?? null
    if (given === null && required) faults.push({ field: name, message: 'is required' })
    const { value, fault } = convertValue(given, type)
    if (fault !== null) faults.push({ field: name, message: fault })
    return [name, value]
  })
  return { values: Object.fromEntries(values), faults }
}
