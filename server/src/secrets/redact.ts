// Takes secrets out of what others have sent, in whatever everyday form they wrote it: plain, percent-encoded, Base64, with the
// escapes of JSON or HTML. Pure.
import type { JsonValue } from '../json.ts'
import { type Trace, createTrace, shortest_length, viewsOf } from './traces.ts'

/** Bytes that one character of a secret can take in the forms that are looked for. */
const most_bytes_of_character = 12

export interface Redactor {
  /** Values by name. */
  readonly secrets: ReadonlyMap<string, string>
  /** Whoever cuts a text reads so much more first, lest half a secret is left at the end. */
  readonly margin_bytes: number
  redactText(text: string): string
  redactValue<T extends JsonValue>(value: T): T
}

export function createRedactor(secrets: ReadonlyMap<string, string>): Redactor {
  // The longest first: one may be a part of another.
  const traces = [...secrets]
    .filter(([, value]) => value.length >= shortest_length)
    .toSorted((a, b) => b[1].length - a[1].length)
    .map(([name, value]) => createTrace(value, markerOf(name)))
  const redactText = (text: string) => (traces.length === 0 ? text : redact(text, traces))
  return {
    secrets,
    margin_bytes: traces.length === 0 ? 0 : traces[0]!.length * most_bytes_of_character,
    redactText,
    redactValue: <T extends JsonValue>(value: T) => (traces.length === 0 ? value : (redactDeep(value, traces) as T)),
  }
}

/** A value with `[secret NAME]` wherever the value of a secret stood. */
export function redactSecrets<T extends JsonValue>(value: T, secrets: ReadonlyMap<string, string>): T {
  return createRedactor(secrets).redactValue(value)
}

function markerOf(name: string): string {
  return `[secret ${name}]`
}

const markers = /\[secret [A-Z_][A-Z0-9_]{0,63}\]/g

/** A marker may hold what is a secret's value, such as its name. */
const lookAt = (text: string) => viewsOf(text.replace(markers, '[]'))

function redact(given: string, traces: readonly Trace[]): string {
  let text = given
  let views = lookAt(text)
  for (const trace of traces) {
    if (!trace.isIn(views)) continue
    for (const replace of trace.replacements) {
      text = replace(text)
      views = lookAt(text)
      if (!trace.isIn(views)) break
    }
    // Written in a way that can be read but not be located: nothing of it is kept.
    if (trace.isIn(views)) return trace.marker
  }
  return text
}

function redactDeep(value: JsonValue, traces: readonly Trace[]): JsonValue {
  if (typeof value === 'string') return redact(value, traces)
  if (typeof value === 'number') return redactNumber(value, traces)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((entry) => redactDeep(entry, traces))
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [redact(key, traces), redactDeep(entry, traces)]),
  )
}

/** A long number loses digits when it is parsed, and is a secret all the same. */
function redactNumber(value: number, traces: readonly Trace[]): JsonValue {
  const same = traces.find((trace) => trace.number === value)
  if (same) return same.marker
  const text = redact(String(value), traces)
  return text === String(value) ? value : text
}
