// JSON that multiplies in the code that checks it, put into every field of the contract.
import type { Operation } from '@parley/contract'

/** As text, since no serializer would write half of it. `bytes` is its approximate size. */
export type Shape = (bytes: number) => string

const listOf = (json: string, bytes: number) => `[${repeat(json, bytes).join()}]`
const repeat = (json: string, bytes: number) =>
  Array.from({ length: Math.max(1, Math.floor(bytes / (json.length + 1))) }, () => json)
const objectOf = (bytes: number, value: string) =>
  `{${repeat(`"k12345":${value}`, bytes)
    .map((entry, index) => entry.replace('12345', String(index)))
    .join()}}`
const nul = String.raw`"\u0000"`
const surrogate = String.raw`"\ud800"`

export const shapes: Record<string, Shape> = {
  'a long key over many faults': (bytes) => `{"${'k'.repeat(bytes / 2)}":${listOf(nul, bytes / 2)}}`,
  'long keys, each with a fault': (bytes) => {
    const count = Math.ceil(Math.sqrt(bytes / 16))
    const entries = Array.from({ length: count }, (_, index) => `"${index}${'\\u0001'.repeat(count / 2)}":${nul}`)
    return `{${entries.join()}}`
  },
  'deep and wide': (bytes) => `${'{"k":['.repeat(31)}${listOf(nul, bytes - 400)}${']}'.repeat(31)}`,
  'nested beyond all bounds': (bytes) => `${'['.repeat(bytes / 2)}${']'.repeat(bytes / 2)}`,
  'objects nested beyond all bounds': (bytes) => `${'{"a":'.repeat(bytes / 6)}1${'}'.repeat(bytes / 6)}`,
  'nested up to the bound of the body': () => `${'['.repeat(240)}${']'.repeat(240)}`,
  'large numbers': (bytes) => listOf('1e308', bytes),
  'numbers that print long': (bytes) => listOf('5e-324', bytes),
  'numbers beyond the largest': (bytes) => listOf('1e400', bytes),
  'a list of the wrong type': (bytes) => listOf('1', bytes),
  'a list of empty objects': (bytes) => listOf('{}', bytes),
  'a list of lone surrogates': (bytes) => listOf(surrogate, bytes),
  'many keys': (bytes) => objectOf(bytes, '1'),
  'many keys with texts': (bytes) => objectOf(bytes, '"{{"'),
  'a long text': (bytes) => `"${'a'.repeat(bytes)}"`,
  'a long text of brackets': (bytes) => `"${'{{'.repeat(bytes / 2)}"`,
  'a long text of escapes': (bytes) => `"${'\\u0001'.repeat(bytes / 6)}"`,
  'the prototype': (bytes) =>
    `{"__proto__":{"polluted":${listOf(nul, bytes)}},"constructor":{"prototype":{"polluted":1}}}`,
  'one key again and again': (bytes) => `{${repeat(`"a":${nul}`, bytes).join()}}`,
}

interface Schema {
  type?: string | string[]
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
  enum?: unknown[]
  const?: unknown
}

/** Below this level, shapes replace any value. */
const max_levels = 3

/** A value of this form with the shape instead of each of its fields, `levels` deep. */
function fill(schema: Schema, shape: Shape, bytes: number, levels: number): string {
  const known = schema.anyOf?.find((branch) => branch.properties ?? branch.items) ?? schema
  if (levels > 0 && known.properties) {
    const fields = Object.entries(known.properties)
    const share = Math.floor(bytes / fields.length)
    const entries = fields.map(([name, field]) => {
      // The field that selects a variant must be right, or the rest is not checked.
      const kind = name === 'type' ? (field.const ?? field.enum?.[0]) : undefined
      return `${JSON.stringify(name)}:${kind === undefined ? fill(field, shape, share, levels - 1) : JSON.stringify(kind)}`
    })
    return `{${entries.join()}}`
  }
  if (levels > 0 && known.items) return `[${fill(known.items, shape, bytes, levels)}]`
  return shape(Math.max(16, bytes))
}

/** Bodies that contain the shape: in undeclared fields, and at each depth of declared ones. */
export function* listBodies({ body }: Operation, shape: Shape, bytes: number): Generator<[string, string]> {
  yield ['in what is not declared', `{"undeclared":${shape(bytes)}}`]
  if (!body) return
  const seen = new Set<string>()
  for (let levels = 1; levels <= max_levels; levels += 1) {
    const text = fill(body as Schema, shape, bytes, levels)
    if (!seen.has(text)) yield [`${levels} levels down`, text]
    seen.add(text)
  }
}

/** Query strings. */
export function* listQueries({ query }: Operation): Generator<[string, string]> {
  const names = ['undeclared', ...Object.keys(query?.properties ?? {})]
  const ofAll = (value: string) => names.map((name) => `${name}=${value}`).join('&')
  const share = Math.floor(48_000 / names.length)
  yield ['thousands of parameters', Array.from({ length: 6000 }, (_, index) => `p${index}=1`).join('&')]
  yield [
    'each parameter a thousand times',
    Array.from({ length: share / 24 }, () => ofAll('1'))
      .join('&')
      .slice(0, 48_000),
  ]
  yield ['long values', ofAll('a'.repeat(share - 32))]
  yield ['long numbers', ofAll('9'.repeat(share - 32))]
  yield ['deep JSON', ofAll(`{"a":${'['.repeat(share - 40)}`)]
  yield ['deep JSON that ends', ofAll(`{"a":${'['.repeat(share / 2 - 40)}${']'.repeat(share / 2 - 40)}}`)]
  yield ['a number beyond the largest', ofAll('1e400')]
  yield ['a lone surrogate and a NUL', ofAll('%ED%A0%80%00')]
  yield ['the prototype', '__proto__=1&__proto__[a]=1&constructor=1&constructor.prototype.a=1']
  yield ['what is no encoding', '%&%%=%zz&=&&&=%']
}

export function* listHeaders({ headers }: Operation): Generator<[string, Record<string, string>]> {
  const names = ['authorization', 'cookie', 'idempotency-key', 'if-match', 'accept', 'x-parley-org', 'last-event-id']
  const own = Object.keys(headers?.properties ?? {}).map((name) => name.replaceAll('_', '-'))
  for (const name of new Set([...names, ...own])) {
    yield [`a long ${name}`, { [name]: 'a=1;q=1,'.repeat(4000) }]
  }
}
