// What the demo model answers to questions about a transcript: values that fit a schema, quoted from what the end user wrote.
// Deterministic, and texts say that they come from the demo model.
import type { JsonObject, JsonValue } from '../base/json.ts'
import { DEMO_LABEL } from './demo.ts'

const max_quote_characters = 200

interface Said {
  /** All that the end user wrote. */
  all: string
  last: string
}

/** JSON as far as the schema can be filled: a pattern, for example, is not followed. */
export function answerWithDemo(schema: JsonObject, transcript: readonly { role: string; text: string }[]): string {
  const texts = transcript.filter(({ role }) => role === 'user').map(({ text }) => text)
  return JSON.stringify(fill(schema, { all: texts.join('\n'), last: texts.at(-1) ?? '' }) ?? {})
}

/** Undefined: this schema cannot be filled. */
function fill(schema: JsonValue | undefined, said: Said): JsonValue | undefined {
  if (!isSchema(schema)) return undefined
  if (schema['const'] !== undefined) return schema['const']
  if (Array.isArray(schema['enum'])) return choose(schema['enum'], said)
  const branches = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(branches)) return branches.map((branch) => fill(branch, said)).find((value) => value !== undefined)
  const type = [schema['type']].flat()[0]
  switch (type) {
    case 'string':
      return fillText(schema, said)
    case 'integer':
    case 'number':
      return fillNumber(schema, said, type)
    case 'boolean':
      return said.all !== ''
    case 'array':
      return fillList(schema, said)
    case 'object':
      return fillObject(schema, said)
    case 'null':
      return null
    default:
      return undefined
  }
}

/** The first that the end user mentioned, or the first. */
function choose(values: JsonValue[], { all }: Said): JsonValue | undefined {
  const text = all.toLowerCase()
  return values.find((value) => typeof value === 'string' && text.includes(value.toLowerCase())) ?? values[0]
}

const formats: Record<string, { found: RegExp; otherwise: string }> = {
  email: { found: /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/, otherwise: 'demo@example.com' },
  uri: { found: /https?:\/\/[\w./-]{1,200}/, otherwise: 'https://example.com/' },
  uuid: { found: /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i, otherwise: '00000000-0000-0000-0000-000000000000' },
  'date-time': { found: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, otherwise: '2000-01-01T00:00:00Z' },
  date: { found: /\d{4}-\d\d-\d\d/, otherwise: '2000-01-01' },
}

function fillText({ format, maxLength }: JsonObject, { all, last }: Said): string {
  const known = typeof format === 'string' && Object.hasOwn(formats, format) ? formats[format]! : null
  if (known) return known.found.exec(all)?.[0] ?? known.otherwise
  const quote = [...last.replaceAll(/\s+/g, ' ').trim()].slice(0, max_quote_characters).join('')
  return [...`${DEMO_LABEL} “${quote}”`].slice(0, typeof maxLength === 'number' ? maxLength : undefined).join('')
}

function fillNumber({ minimum, maximum }: JsonObject, { all }: Said, type: 'integer' | 'number'): number {
  const found = Number(/-?\d{1,15}(?:\.\d{1,6})?/.exec(all)?.[0] ?? 0)
  const least = typeof minimum === 'number' ? minimum : Number.NEGATIVE_INFINITY
  const most = typeof maximum === 'number' ? maximum : Number.POSITIVE_INFINITY
  const number = Math.min(most, Math.max(least, found))
  return type === 'integer' ? Math.round(number) : number
}

function fillList({ items, minItems }: JsonObject, said: Said): JsonValue[] {
  const entry = typeof minItems === 'number' && minItems > 0 ? fill(items, said) : undefined
  return entry === undefined ? [] : Array.from({ length: Math.min(Number(minItems), 100) }, () => entry)
}

function fillObject({ properties }: JsonObject, said: Said): JsonObject {
  if (!isSchema(properties)) return {}
  const filled = Object.entries(properties).map(([name, one]) => [name, fill(one, said)] as const)
  return Object.fromEntries(filled.filter((entry): entry is [string, JsonValue] => entry[1] !== undefined))
}

function isSchema(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
