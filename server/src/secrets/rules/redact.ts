// Removes secrets from data that others sent, in any common form: plain, percent-encoded, Base64, or with escapes of JSON or HTML.
// Pure.
import type { JsonValue } from '../../base/json.ts'
import { type Owners, type Search, createSearch } from './locate.ts'
import { type Budget, BudgetSpent, Matcher } from './matcher.ts'
import { type Trace, createTrace, shortest_length, viewsOf } from './traces.ts'

/** Maximum bytes of a character of a secret in the forms that are searched for. */
const most_bytes_of_character = 12

export interface Redactor {
  /** Values by name. */
  readonly secrets: ReadonlyMap<string, string>
  /** How much more to read before a text is cut, so that no half of a secret is left at the end. */
  readonly margin_bytes: number
  redactText(text: string): string
  /** `is_cut`: the text was read up to the margin, so what may be half a secret at its end is removed. */
  redactCut(text: string, is_cut: boolean): string
  /** How many characters at the end of a text may be the beginning of a plain value whose rest has not arrived yet. */
  beginningAtEnd(text: string): number
  redactValue<T extends JsonValue>(value: T): T
}

export function createRedactor(secrets: ReadonlyMap<string, string>): Redactor {
  // Longest first, because one may be part of another.
  const sought = [...secrets]
    .filter(([, value]) => value.length >= shortest_length)
    .toSorted((a, b) => b[1].length - a[1].length)
  if (sought.length === 0)
    return {
      secrets,
      margin_bytes: 0,
      redactText: (text) => text,
      redactCut: (text) => text,
      beginningAtEnd: () => 0,
      redactValue: (value) => value,
    }
  // Created lazily, because most redactors are never used.
  let prepared: Prepared | undefined
  const prepare = () => (prepared ??= prepareSearch(sought))
  const longest = sought[0]![1].length
  const margin_bytes = longest * most_bytes_of_character
  let beginnings: Matcher | undefined
  return {
    secrets,
    margin_bytes,
    redactText: (text) => redact(text, prepare()).text,
    redactCut(given, is_cut) {
      const { text, is_replaced } = redact(given, prepare())
      return is_cut && !is_replaced ? text.slice(0, Math.max(0, text.length - margin_bytes)) : text
    },
    beginningAtEnd(text) {
      beginnings ??= new Matcher(sought.map(([, value]) => ({ text: value, owner: 0 })))
      return beginnings.lengthAtEnd(text.slice(-longest))
    },
    redactValue: <T extends JsonValue>(value: T) => redactJson(value, prepare()) as T,
  }
}

interface Prepared {
  traces: readonly Trace[]
  search: Search
}

function prepareSearch(sought: readonly (readonly [string, string])[]): Prepared {
  const traces = sought.map(([name, value]) => createTrace(value, markerOf(name)))
  return { traces, search: createSearch(traces) }
}

/** The value with every secret replaced by `[secret NAME]`. */
export function redactSecrets<T extends JsonValue>(value: T, secrets: ReadonlyMap<string, string>): T {
  return createRedactor(secrets).redactValue(value)
}

function markerOf(name: string): string {
  return `[secret ${name}]`
}

const markers = /\[secret [A-Z_][A-Z0-9_]{0,63}\]/g

/** Occurs in no text; separates the texts of JSON, and replaces what is not searched. */
const blank = '\ufffe'

/** A marker may contain the value of a secret, for example if it equals a name. */
function withoutMarkers(text: string): string {
  return text.replace(markers, (marker) => blank.repeat(marker.length))
}

/** Removing a match can join characters into a new match. */
const most_rounds = 4

/** Steps for a text in all its rounds, about a second. */
const most_steps = 50_000_000

/** Replaces a text that could not be completely searched. */
export const withheld = '[withheld: the search for secrets in this text reached its limit]'

interface Redacted {
  text: string
  /** Whether a notice has replaced the whole text. */
  is_replaced: boolean
}

function redact(text: string, prepared: Prepared): Redacted {
  try {
    return redactWithin(text, prepared, { steps: most_steps })
  } catch (error) {
    if (error instanceof BudgetSpent) return { text: withheld, is_replaced: true }
    throw error
  }
}

function redactWithin(given: string, { traces, search }: Prepared, budget: Budget): Redacted {
  let text = given
  for (let round = 0; round <= most_rounds; round += 1) {
    const read = withoutMarkers(text)
    const found = search.findIn(viewsOf(read), budget)
    if (found === null) break
    // The secret can be read in the text but not located, so nothing of the text is kept.
    if (round === most_rounds) return { text: traces[found]!.marker, is_replaced: true }
    text = replaceOwned(text, search.locate(read, budget), traces)
  }
  return { text, is_replaced: false }
}

function replaceOwned(text: string, owners: Owners, traces: readonly Trace[]): string {
  const pieces: string[] = []
  for (let from = 0; from < text.length;) {
    const owner = owners[from]!
    let to = from + 1
    while (to < text.length && owners[to] === owner) to += 1
    pieces.push(owner === 0 ? text.slice(from, to) : traces[owner - 1]!.marker)
    from = to
  }
  return pieces.join('')
}

// --- JSON ---

/** Searches all parts as one text, so that their number costs nothing. */
function redactJson(value: JsonValue, prepared: Prepared): JsonValue {
  const parts: string[] = []
  listParts(value, parts)
  const joined = parts.map((part) => part.replaceAll(blank, '\ufffd')).join(blank)
  const redacted = redact(joined, prepared).text.split(blank)
  // A match extends beyond its part, or cannot be located.
  if (redacted.length !== Math.max(1, parts.length)) return redacted[0]!
  // A long number loses digits when it is parsed, but may still be a secret.
  const numbers = new Map(
    prepared.traces.toReversed().flatMap(({ number, marker }) => (number === null ? [] : [[number, marker] as const])),
  )
  return withParts(value, redacted[Symbol.iterator](), numbers)
}

/** Texts, keys and numbers, in a fixed order. */
function listParts(value: JsonValue, parts: string[]): void {
  if (typeof value === 'string' || typeof value === 'number') parts.push(String(value))
  else if (Array.isArray(value)) for (const entry of value) listParts(entry, parts)
  else if (typeof value === 'object' && value !== null) {
    for (const [key, entry] of Object.entries(value)) {
      parts.push(key)
      listParts(entry, parts)
    }
  }
}

function withParts(value: JsonValue, parts: Iterator<string>, numbers: ReadonlyMap<number, string>): JsonValue {
  const next = () => parts.next().value as string
  if (typeof value === 'string') return next()
  if (typeof value === 'number') {
    const part = next()
    return numbers.get(value) ?? (part === String(value) ? value : part)
  }
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((entry) => withParts(entry, parts, numbers))
  return Object.fromEntries(
    Object.entries(value).map(([, entry]): [string, JsonValue] => [next(), withParts(entry, parts, numbers)]),
  )
}
