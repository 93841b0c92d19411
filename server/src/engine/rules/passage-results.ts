// Shows the model the passages in tool results as it is shown all passages: in a fence that their text cannot close. Pure.
import { type FencedPassage, fencePassages, fenceText } from '@parley/contract'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { ModelMessage, ModelToolResult } from '../../models/models.ts'
import { cut_off } from './output-size.ts'

/**
 * Results of calls that have searched can have passages anywhere: their texts are the author's, with passages in them. What the
 * agent's tools do now says nothing of a call that was made before.
 */
export function fenceResults(
  messages: ModelMessage[],
  hasSearched: (call_id: string) => boolean,
  code: () => string,
): ModelMessage[] {
  const fenceOne = (result: ModelToolResult): ModelToolResult =>
    hasSearched(result.call_id) ? { ...result, output: fence(result.output, code) } : result
  return messages.map((message) =>
    message.role === 'tool' ? { ...message, results: message.results.map(fenceOne) } : message,
  )
}

/** The names of an object are the author's, who chose what to save as what; any text in it can have come from a passage. */
function fence(output: JsonValue, code: () => string): JsonValue {
  if (typeof output !== 'object' || output === null || Array.isArray(output)) return fenceValue(output, code)
  return Object.fromEntries(Object.entries(output).map(([name, value]) => [name, fenceValue(value, code)]))
}

function fenceValue(value: JsonValue, code: () => string): JsonValue {
  if (typeof value === 'string') return value === '' ? value : fenceText(value, code())
  if (arePassages(value)) return fencePassages(value, code())
  return hasText(value) ? fenceText(JSON.stringify(value), code()) : value
}

/** Names count too: inside a value they are not the author's. */
function hasText(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'string'
  return Array.isArray(value) ? value.some(hasText) : Object.keys(value).length > 0
}

type Saved = FencedPassage & JsonObject

function arePassages(value: JsonValue): value is Saved[] & JsonValue[] {
  return Array.isArray(value) && value.length > 0 && value.every(isPassage)
}

function isPassage(value: JsonValue): value is Saved {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return (
    typeof value['number'] === 'number' && typeof value['text'] === 'string' && typeof value['source_name'] === 'string'
  )
}

/** How much of a passage that was cut off must be in a result so that the model was shown it. */
const recognized_characters = 40

/**
 * The numbers of the passages that a result has: where it has them as data, and where a template has written their texts, as they
 * are, in another case or with the escapes of JSON or HTML. What is written whole counts only for itself, not for another one that
 * begins in the same way.
 */
export function findShown(output: JsonValue, passages: readonly { number: number; text: string }[]): Set<number> {
  const { saved, texts } = readParts(output)
  const shown = new Set(
    passages.flatMap(({ number, text }) => (saved.some((one) => isCutFrom(one, { number, text })) ? [number] : [])),
  )
  let rest = texts.map(plainOf).join('\n')
  const left = passages.filter(({ number }) => !shown.has(number))
  for (const { number, text } of left) {
    for (const form of formsOf(text)) {
      if (!rest.includes(form)) continue
      shown.add(number)
      rest = rest.replaceAll(form, '\n')
    }
  }
  for (const { number, text } of left) {
    if (formsOf(text).some((form) => rest.includes(form.slice(0, recognized_characters)))) shown.add(number)
  }
  return shown
}

function readParts(output: JsonValue): { saved: Saved[]; texts: string[] } {
  const [saved, texts]: [Saved[], string[]] = [[], []]
  const read = (value: JsonValue): void => {
    if (typeof value === 'string') texts.push(value)
    else if (isPassage(value)) saved.push(value)
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(read)
  }
  read(output)
  return { saved, texts }
}

function isCutFrom(saved: Saved, { number, text }: { number: number; text: string }): boolean {
  if (saved.number !== number) return false
  const kept = saved.text.endsWith(cut_off) ? saved.text.slice(0, -cut_off.length) : saved.text
  return kept === text || (kept !== '' && text.startsWith(kept))
}

const escapes = /\\u([\da-f]{4})|\\.|&#?\w{1,8};/gi

/** Only letters and digits, in lower case, without escapes. */
function plainOf(text: string): string {
  const unescaped = text.replaceAll(escapes, (_escape, unit?: string) =>
    unit === undefined ? '' : String.fromCharCode(parseInt(unit, 16)),
  )
  return unescaped.replaceAll(/[^\p{L}\p{N}]+/gu, '').toLowerCase()
}

/** Of a text with backslashes, escaped or not. Never empty. */
function formsOf(text: string): string[] {
  return [...new Set([plainOf(text), plainOf(JSON.stringify(text))])].filter((form) => form !== '')
}
