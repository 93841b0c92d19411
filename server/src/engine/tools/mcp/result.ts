// What a remote tool answers, as a result that can be stored and shown to a model: bounded, as JSON.
import { type JsonValue, canonicalJson } from '../../../json.ts'
import { makeStorable } from '../../../text.ts'
import { isObject } from './remote-tool.ts'

export const max_output_bytes = 262_144
const max_depth = 48

/** The text alone where there is nothing else; what the server structured, where the text only repeats it. */
export function outputOf(result: { content?: unknown; structuredContent?: unknown }): JsonValue {
  const content = Array.isArray(result.content) ? result.content : []
  const structured = result.structuredContent === undefined ? undefined : toStorable(result.structuredContent)
  const only = content.length === 1 && isObject(content[0]) ? content[0] : null
  const text = only && only['type'] === 'text' && typeof only['text'] === 'string' ? makeStorable(only['text']) : null
  if (structured === undefined) return bound(text ?? { content: boundBlocks(content) })
  if (content.length === 0 || (text !== null && repeats(text, structured))) return bound(structured)
  return bound({ content: boundBlocks(content), structured_content: structured })
}

function repeats(text: string, structured: JsonValue): boolean {
  try {
    return canonicalJson(JSON.parse(text)) === canonicalJson(structured)
  } catch {
    return false
  }
}

/** Blocks as long as there is room; of one that has none, what it was. */
function boundBlocks(blocks: unknown[]): JsonValue[] {
  let left = max_output_bytes - reserve_bytes
  const kept: JsonValue[] = []
  for (const block of blocks) {
    const value = toStorable(block)
    const bytes = sizeOf(value)
    const shown = bytes <= left ? value : { type: kindOf(block), omitted_bytes: bytes }
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

function bound(value: JsonValue): JsonValue {
  if (sizeOf(value) <= max_output_bytes + 1) return value
  return cutOff(typeof value === 'string' ? value : JSON.stringify(value))
}

/** So much of a text that it fits as JSON, whatever escapes that takes. */
function cutOff(text: string): string {
  let [least, most] = [0, Math.min(text.length, max_output_bytes)]
  while (least < most) {
    const middle = Math.ceil((least + most) / 2)
    if (sizeOf(makeStorable(text.slice(0, middle))) <= max_output_bytes + 1) least = middle
    else most = middle - 1
  }
  return makeStorable(text.slice(0, least))
}

/** What came out of `JSON.parse`, without what PostgreSQL cannot hold. */
function toStorable(value: unknown, depth = 0): JsonValue {
  if (typeof value === 'string') return makeStorable(value)
  if (typeof value !== 'object' || value === null) return (value ?? null) as JsonValue
  if (depth >= max_depth) return '…'
  if (Array.isArray(value)) return value.map((entry) => toStorable(entry, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]): [string, JsonValue] => [makeStorable(key), toStorable(entry, depth + 1)]),
  )
}
