// Turns the answer of a remote tool into a result that can be stored and shown to a model: bounded, as JSON.
import { type JsonValue, canonicalJson } from '../../base/json.ts'
import { parseJson } from '../../base/read-json.ts'
import type { Redactor } from '../../secrets/rules/redact.ts'
import { makeStorable } from '../../base/text.ts'
import { max_output_bytes } from '../rules/output-size.ts'
import { isObject } from './remote-tool.ts'

const max_depth = 48

/** The text alone if there is nothing else; the structured content if the text only repeats it. */
export function outputOf(
  result: { content?: unknown; structuredContent?: unknown },
  redactor: Redactor,
  most_bytes = max_output_bytes,
): JsonValue {
  const bounds = { redactor, most_bytes }
  const content = Array.isArray(result.content) ? result.content : []
  const structured = result.structuredContent === undefined ? undefined : toStorable(result.structuredContent)
  const only = content.length === 1 && isObject(content[0]) ? content[0] : null
  const text = only && only['type'] === 'text' && typeof only['text'] === 'string' ? makeStorable(only['text']) : null
  if (structured === undefined) return bound(text ?? { content: boundBlocks(content, bounds) }, bounds)
  if (content.length === 0 || (text !== null && repeats(text, structured))) return bound(structured, bounds)
  return bound({ content: boundBlocks(content, bounds), structured_content: structured }, bounds)
}

function repeats(text: string, structured: JsonValue): boolean {
  try {
    return canonicalJson(parseJson(text)) === canonicalJson(structured)
  } catch {
    return false
  }
}

interface Bounds {
  redactor: Redactor
  most_bytes: number
}

/** Blocks as long as they fit; of one that does not, only its type. */
function boundBlocks(blocks: unknown[], { redactor, most_bytes }: Bounds): JsonValue[] {
  let left = most_bytes - reserve_bytes
  const kept: JsonValue[] = []
  for (const block of blocks) {
    const value = toStorable(block)
    const bytes = sizeOf(value)
    const redacted = bytes <= left ? redactor.redactValue(value) : null
    const fits = redacted !== null && sizeOf(redacted) <= left
    const shown = fits ? redacted : { type: redactor.redactText(kindOf(block)), omitted_bytes: bytes }
    left -= sizeOf(shown)
    if (left < 0) break
    kept.push(shown)
  }
  return kept
}

const reserve_bytes = 64

function kindOf(block: unknown): string {
  const type = isObject(block) ? block['type'] : null
  return typeof type === 'string' ? makeStorable(type.slice(0, 32)) : 'unknown'
}

function sizeOf(value: JsonValue): number {
  return Buffer.byteLength(JSON.stringify(value)) + 1
}

function bound(value: JsonValue, { redactor, most_bytes }: Bounds): JsonValue {
  if (sizeOf(value) <= most_bytes + 1) {
    const redacted = redactor.redactValue(value)
    if (sizeOf(redacted) <= most_bytes + 1) return redacted
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  // Cut off only after secrets were removed.
  const read = text.slice(0, most_bytes + redactor.margin_bytes)
  return cutOff(redactor.redactCut(read, read !== text), most_bytes)
}

/** As much of a text as fits as JSON, including escapes. */
function cutOff(text: string, most_bytes: number): string {
  let [least, most] = [0, Math.min(text.length, most_bytes)]
  while (least < most) {
    const middle = Math.ceil((least + most) / 2)
    if (sizeOf(makeStorable(text.slice(0, middle))) <= most_bytes + 1) least = middle
    else most = middle - 1
  }
  return makeStorable(text.slice(0, least))
}

/** A result of `JSON.parse`, without what PostgreSQL cannot store. */
function toStorable(value: unknown, depth = 0): JsonValue {
  if (typeof value === 'string') return makeStorable(value)
  // JSON has no infinity, but `JSON.parse` returns it for `1e400`.
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (typeof value !== 'object' || value === null) return (value ?? null) as JsonValue
  if (depth >= max_depth) return '…'
  if (Array.isArray(value)) return value.map((entry) => toStorable(entry, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]): [string, JsonValue] => [makeStorable(key), toStorable(entry, depth + 1)]),
  )
}
