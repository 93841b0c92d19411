// A request to a webhook as its workflow sees it: the body by its media type, the query, and the headers without credentials. Pure.
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { parseForeignJson } from '../../base/read-json.ts'

/** As deep as values may be nested that the server stores. */
const max_depth = 64

export type HookBody =
  | { value: JsonValue; fault: null }
  /** `media_type`: it is of none that is read. `malformed`: it is not what its type says. */
  | { value: null; fault: 'media_type' | 'malformed' }

const read = (value: JsonValue): HookBody => ({ value, fault: null })
const refuse = (fault: 'media_type' | 'malformed'): HookBody => ({ value: null, fault })

/** Null without a body. JSON as its value, a form as an object of its fields, anything else that is text as a text. */
export function readHookBody(content_type: string | null, body: Uint8Array): HookBody {
  if (body.length === 0) return read(null)
  const [type = '', ...parameters] = (content_type ?? '').split(';').map((part) => part.trim().toLowerCase())
  const charset = parameters.find((part) => part.startsWith('charset='))?.slice('charset='.length)
  if (charset !== undefined && !/^"?(utf-?8|us-ascii)"?$/.test(charset)) return refuse('media_type')
  const text = decode(body)
  if (isJson(type)) return text === null ? refuse('malformed') : readJson(text)
  if (type === 'application/x-www-form-urlencoded') return text === null ? refuse('malformed') : read(readForm(text))
  if (!type.startsWith('text/')) return refuse('media_type')
  return text === null ? refuse('malformed') : read(text)
}

const isJson = (type: string) => /^application\/(?:[^;\s]+\+)?json$/.test(type) || type === 'text/json'

function decode(body: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    return null
  }
}

function readJson(text: string): HookBody {
  if (isDeeper(text, max_depth)) return refuse('malformed')
  try {
    return read(parseForeignJson(text) as JsonValue)
  } catch {
    return refuse('malformed')
  }
}

function isDeeper(text: string, most: number): boolean {
  let depth = 0
  let isText = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (isText) {
      if (character === '\\') at += 1
      else if (character === '"') isText = false
    } else if (character === '"') isText = true
    else if (character === '[' || character === '{') {
      depth += 1
      if (depth > most) return true
    } else if (character === ']' || character === '}') depth -= 1
  }
  return false
}

/** Of a form or a query. A field that comes several times is a list. */
export function readForm(text: string): JsonObject {
  const fields = new Map<string, string | string[]>()
  for (const [name, value] of new URLSearchParams(text)) {
    const known = fields.get(name)
    if (known === undefined) fields.set(name, value)
    else if (typeof known === 'string') fields.set(name, [known, value])
    else known.push(value)
  }
  return Object.fromEntries(fields)
}

/** By what it may be called, in the words of its name. */
const credential =
  /(^|[-_])(authorization|cookie2?|tokens?|secrets?|passwords?|credentials?|api-?keys?|key|session)($|[-_])/

/** Their names in small letters. Those that carry credentials are dropped: those who can read the execution must not see them. */
export function keepHeaders(headers: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]): [string, string] => [name.toLowerCase(), value])
      .filter(([name]) => !credential.test(name)),
  )
}

/** How deep the chain of calls is that a request comes from. What is not a number counts as none. */
export function readDepth(header: string | null): number {
  return header !== null && /^\d{1,4}$/.test(header.trim()) ? Number(header) : 0
}

export { most_depth } from '../../calls/rules/depth.ts'
