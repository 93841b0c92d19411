// The body of an answer as a value: JSON is parsed, text is kept, anything else is Base64. Pure.
import type { JsonValue } from '../../base/json.ts'
import { parseForeignJson } from '../../base/read-json.ts'
import { isStorable, makeStorable } from '../../base/text.ts'

/** Empty bodies are null. Text that claims to be JSON stays text if it cannot be parsed or stored. */
export function readBody(body: Uint8Array, content_type: string | null): JsonValue {
  if (body.length === 0) return null
  const type = (content_type ?? '').split(';', 1)[0]!.trim().toLowerCase()
  const text = type === '' ? readUnknown(body) : textual.test(type) ? decode(body, content_type) : null
  if (text === null) return { base64: Buffer.from(body).toString('base64'), content_type }
  return (mayBeJson.test(type) ? readJson(text) : undefined) ?? makeStorable(text)
}

const textual =
  /^(?:text\/|[^/]+\/(?:.+\+)?(?:json|xml|yaml|javascript|ecmascript|x-www-form-urlencoded|graphql|.*ndjson)$)/
const mayBeJson = /^(?:$|[^/]+\/(?:.+\+)?json$)/

/** Of a type that nobody names. Null: it is no text. */
function readUnknown(body: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
    return text.includes('\0') ? null : text
  } catch {
    return null
  }
}

function decode(body: Uint8Array, content_type: string | null): string {
  const charset = /;\s*charset\s*=\s*"?([\w-]+)/i.exec(content_type ?? '')?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(charset).decode(body)
  } catch {
    // The character set is unknown.
    return new TextDecoder().decode(body)
  }
}

/** Undefined: it is no JSON, or cannot be stored. */
function readJson(text: string): JsonValue | undefined {
  try {
    const value = parseForeignJson(text) as JsonValue
    return isStorable(value) ? value : undefined
  } catch {
    return undefined
  }
}
