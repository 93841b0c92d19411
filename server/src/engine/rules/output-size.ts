// Limits the size of tool results, and shortens larger ones. Pure.
import type { ItemRecord } from '../../conversations/machine/rows.ts'
import { storedBytes } from '../../base/json-size.ts'
import type { JsonValue } from '../../base/json.ts'
import { makeStorable } from '../../base/text.ts'

/** Per call, as JSON. */
export const max_output_bytes = 262_144
/** For all calls of a turn: a conversation must be readable as a whole. */
export const max_turn_output_bytes = 2 * 1024 * 1024
/** Around an answer of that size, such as its status. */
const frame_bytes = 1024
/** This much of a result is always kept. */
const least_output_bytes = 1000

/** What the results of a turn may still add. */
export interface OutputRoom {
  left: number
}

/** The size when stored, or when sent. */
type SizeOf = (value: JsonValue) => number

/** `items`: those that earlier attempts have stored for the turn. */
export function roomAfter(items: readonly Pick<ItemRecord, 'type' | 'output'>[]): OutputRoom {
  const outputs = items.filter(({ type }) => type === 'function_call_output')
  return { left: outputs.reduce((left, { output }) => left - storedBytes(output), max_turn_output_bytes) }
}

/** Takes the result's size from what is left, and cuts the result off if it does not fit. */
export function takeRoom(room: OutputRoom, output: JsonValue): JsonValue {
  const fitted = fitOutput(output, Math.max(least_output_bytes, Math.min(max_output_bytes + frame_bytes, room.left)))
  room.left -= storedBytes(fitted)
  return fitted
}

/** The value with its longest texts cut off, all at the same length; if that is not enough, its JSON, cut off as a text. */
export function fitOutput(value: JsonValue, max_bytes: number, sizeOf: SizeOf = storedBytes): JsonValue {
  const excess = sizeOf(value) - max_bytes
  if (excess <= 0) return value
  const longest = longestThatFits(listTextSizes(value), excess)
  const shorter = longest === null ? value : cutTexts(value, longest)
  if (sizeOf(shorter) <= max_bytes) return shorter
  return cutOff(typeof value === 'string' ? value : JSON.stringify(value), max_bytes)
}

/** A text has the same size stored and sent. */
function listTextSizes(value: JsonValue): number[] {
  if (typeof value === 'string') return [storedBytes(value)]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(listTextSizes)
}

/** The length at which texts must be cut off to lose `excess` in total; null: they are not that long. */
function longestThatFits(sizes: number[], excess: number): number | null {
  sizes.sort((a, b) => b - a)
  let sum = 0
  for (const [index, size] of sizes.entries()) {
    sum += size
    const next = sizes[index + 1] ?? 0
    const limit = Math.floor((sum - excess) / (index + 1))
    if (limit >= next) return limit > cut_off.length + 8 ? limit : null
  }
  return null
}

function cutTexts(value: JsonValue, max_bytes: number): JsonValue {
  if (typeof value === 'string') return storedBytes(value) > max_bytes ? cutOff(value, max_bytes) : value
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((entry) => cutTexts(entry, max_bytes))
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]): [string, JsonValue] => [key, cutTexts(entry, max_bytes)]),
  )
}

/** The end of a text that was cut off. */
export const cut_off = ' … (cut off)'

/** As much of a text as fits as JSON, including escapes. */
export function cutOff(text: string, max_bytes: number): string {
  const ended = (length: number) => `${makeStorable(text.slice(0, length))}${cut_off}`
  let [least, most] = [0, Math.min(text.length, max_bytes)]
  while (least < most) {
    const middle = Math.ceil((least + most) / 2)
    if (storedBytes(ended(middle)) <= max_bytes) least = middle
    else most = middle - 1
  }
  return ended(least)
}
