// Recorded exchanges of a client of the AnyReach API, as data, and the comparison of an answer with what was recorded.
import { isDeepStrictEqual } from 'node:util'
import type { Answer } from '../../../server/test/support/scripted-model.ts'

/** One thing that clients rely on, with the requests that show it, in order. */
export interface Line {
  name: string
  /** What the model answers, in order. */
  model?: Answer[]
  exchanges: Exchange[]
  /** The tools that the model could call in the last answer, each with its `name` and `description`. */
  tools?: Shape
}

export interface Exchange {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** `<name>` stands for a value that an earlier answer gave, here and in headers, bodies and expected values. */
  path: string
  /** Besides those that every request of the client has; null leaves one of these out. */
  headers?: Record<string, string | null>
  body?: unknown
  status: number
  /** Default `application/json`. */
  media_type?: string
  answer?: Shape
  /** Values of the answer for later requests, by their path in it, such as `0.id`. */
  keep?: Record<string, string>
}

const kinds = {
  text: (value: unknown) => typeof value === 'string',
  filled: (value: unknown) => typeof value === 'string' && value.trim() !== '',
  integer: Number.isInteger,
  number: Number.isFinite,
  boolean: (value: unknown) => typeof value === 'boolean',
  object: (value: unknown) => isRecord(value),
  list: Array.isArray,
  null: (value: unknown) => value === null,
  uuid: (value: unknown) => typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value),
  time: (value: unknown) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(value),
} satisfies Record<string, (value: unknown) => boolean>

type Kind = keyof typeof kinds

/** What an answer has to be like. Objects may have more fields than `fields` names, but not than `only` does. */
export type Shape =
  | Kind
  | `${Kind}?`
  | { is: unknown }
  | { matches: RegExp }
  | { lacks: readonly string[] }
  | { fields: Record<string, Shape> }
  | { only: Record<string, Shape> }
  | { each: Shape }
  | { some: Shape }
  | { entries: readonly Shape[] }
  | { all: readonly Shape[] }

export const is = (value: unknown): Shape => ({ is: value })
export const fields = (named: Record<string, Shape>): Shape => ({ fields: named })

export type Known = ReadonlyMap<string, string>

/** Fills in `<name>` at any depth. */
export function fillIn<T>(value: T, known: Known): T {
  if (typeof value === 'string') return fillText(value, known) as T
  if (Array.isArray(value)) return value.map((entry: unknown) => fillIn(entry, known)) as T
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, fillIn(entry, known)])) as T
}

function fillText(text: string, known: Known): string {
  return text.replaceAll(/<([a-z_]+)>/g, (_whole, name: string) => {
    const value = known.get(name)
    if (value === undefined) throw new Error(`no earlier answer gave <${name}>`)
    return value
  })
}

export function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce((found, key) => (found as Record<string, unknown> | undefined)?.[key], value)
}

/** Where the value differs from the shape, and how. */
export function differencesOf(value: unknown, shape: Shape, known: Known, path = 'answer'): string[] {
  const differs = (expected: string) => [`${path} is ${JSON.stringify(value)}, not ${expected}`]
  if (typeof shape === 'string') {
    const kind = shape.replace('?', '') as Kind
    return (shape.endsWith('?') && value === null) || kinds[kind](value) ? [] : differs(shape)
  }
  if ('is' in shape) {
    const expected = fillIn(shape.is, known)
    return isDeepStrictEqual(value, expected) ? [] : differs(JSON.stringify(expected))
  }
  if ('matches' in shape) return shape.matches.test(String(value)) ? [] : differs(String(shape.matches))
  if ('all' in shape) return shape.all.flatMap((part) => differencesOf(value, part, known, path))
  if ('each' in shape || 'some' in shape || 'entries' in shape) return differencesOfList(value, shape, known, path)
  if (!isRecord(value)) return differs('an object')
  if ('lacks' in shape) return shape.lacks.flatMap((name) => (name in value ? [`${path} has ${name}`] : []))
  const named = 'only' in shape ? shape.only : shape.fields
  const more = 'only' in shape ? Object.keys(value).filter((name) => !(name in named)) : []
  return [
    ...more.map((name) => `${path} has ${name} too`),
    ...Object.entries(named).flatMap(([name, part]) =>
      name in value ? differencesOf(value[name], part, known, `${path}.${name}`) : [`${path} lacks ${name}`],
    ),
  ]
}

type ListShape = Extract<Shape, { each: Shape } | { some: Shape } | { entries: readonly Shape[] }>

function differencesOfList(value: unknown, shape: ListShape, known: Known, path: string): string[] {
  if (!Array.isArray(value)) return [`${path} is ${JSON.stringify(value)}, not a list`]
  const of = (entry: unknown, part: Shape, index: number) => differencesOf(entry, part, known, `${path}.${index}`)
  if ('each' in shape) return value.flatMap((entry, index) => of(entry, shape.each, index))
  if ('some' in shape) {
    const isThere = value.some((entry, index) => of(entry, shape.some, index).length === 0)
    return isThere ? [] : [`${path} has no entry like ${JSON.stringify(shape.some)}`]
  }
  if (value.length !== shape.entries.length) return [`${path} has ${value.length} entries, not ${shape.entries.length}`]
  return shape.entries.flatMap((part, index) => of(value[index], part, index))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
