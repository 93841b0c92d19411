// The redactor of a conversation: it replaces what must not be kept, of a whole text, of JSON, and of a text that arrives in
// pieces. A text gives the same result however it is cut. Pure.
import { LRUCache } from 'lru-cache'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { compilePatterns } from './patterns.ts'
import { createPatternStream } from './pattern-stream.ts'
import { createKindStream, mayHoldKinds } from './kind-stream.ts'
import type { NamedPattern, RedactedKind, RedactingStream, Redaction, RedactionRule } from './types.ts'

export type { RedactingStream, Redaction }

export interface TextRedactor {
  /** `label`: what the text is the value of, for numbers whose meaning depends on it. */
  redactText(text: string, label?: string): string
  /** Texts, keys and numbers. */
  redactValue(value: JsonValue): JsonValue
  begin(): RedactingStream
  /** Whether a stored value has lost something: it contains the placeholder of one of the rules. */
  hasPlaceholder(value: JsonValue): boolean
}

const redactors = new LRUCache<string, TextRedactor>({ max: 500 })

/** Null: nothing is redacted. */
export function redactorOf(redaction: Redaction | null): TextRedactor | null {
  if (redaction === null || redaction.rules.length === 0) return null
  const key = JSON.stringify(redaction.rules)
  const known = redactors.get(key)
  if (known) return known
  const made = createRedactor(redaction.rules)
  redactors.set(key, made)
  return made
}

const kindOf = (rule: RedactionRule): RedactedKind[] => (typeof rule === 'string' ? [rule] : [])
const patternOf = (rule: RedactionRule): NamedPattern[] => (typeof rule === 'string' ? [] : [rule])

function createRedactor(rules: RedactionRule[]): TextRedactor {
  const kinds = new Set(rules.flatMap(kindOf))
  const patterns = compilePatterns(rules.flatMap(patternOf))
  const placeholders = rules.map((rule) => `[${typeof rule === 'string' ? rule : rule.name}]`)

  // The author's own patterns first: they may name what looks like a phone number.
  const begin = (label = ''): RedactingStream => {
    const stages = [
      ...(patterns.length > 0 ? [createPatternStream(patterns)] : []),
      ...(kinds.size > 0 ? [createKindStream(kinds, label)] : []),
    ]
    return {
      push: (text) => stages.reduce((left, stage) => stage.push(left), text),
      end: () => stages.reduce((left, stage) => stage.push(left) + stage.end(), ''),
    }
  }

  const redactText = (text: string, label?: string): string => {
    if (text === '' || (patterns.length === 0 && !mayHoldKinds(text))) return text
    const stream = begin(label)
    return stream.push(text) + stream.end()
  }

  const redactValue = (value: JsonValue, label?: string): JsonValue => {
    if (typeof value === 'string') return redactText(value, label)
    if (typeof value === 'number') return redactNumber(value, (text) => redactText(text, label))
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((entry) => redactValue(entry, label))
    const entries = Object.entries(value)
    const names = distinct(
      entries.map(([key]) => redactText(key)),
      new Set(Object.keys(value)),
    )
    return Object.fromEntries(entries.map(([key, entry], index) => [names[index], redactValue(entry, labelOf(key))]))
  }

  return {
    redactText,
    redactValue: (value) => redactValue(value),
    begin: () => begin(),
    hasPlaceholder: (value) => {
      const text = JSON.stringify(value)
      return placeholders.some((placeholder) => text.includes(placeholder))
    },
  }
}

/** Keys that have become the same are numbered, so that no entry is lost: `[email]`, `[email] 2`. */
function distinct(keys: string[], original: ReadonlySet<string>): string[] {
  const counts = new Map<string, number>()
  const taken = new Set<string>()
  return keys.map((key) => {
    let count = (counts.get(key) ?? 0) + 1
    let name = count === 1 ? key : `${key} ${count}`
    // Another key may already be called so.
    while (taken.has(name) || (count > 1 && original.has(name))) name = `${key} ${(count += 1)}`
    counts.set(key, count)
    taken.add(name)
    return name
  })
}

/** A key of JSON as words: `phoneNumber`, `phone_number`. */
function labelOf(key: string): string {
  return `${key
    .slice(0, 64)
    .replaceAll(/(?<=[a-z])(?=[A-Z])|[_-]/g, ' ')
    .toLowerCase()}: `
}

/** Shorter numbers are never redacted. */
const shortest_number = 1_000_000

/** A number that is redacted becomes a text. */
function redactNumber(value: number, redactText: (text: string) => string): JsonValue {
  if (!Number.isSafeInteger(value) || value < shortest_number) return value
  const text = redactText(String(value))
  return text === String(value) ? value : text
}

export function redactText<Text extends string | null>(text: Text, redaction: Redaction | null): Text {
  return text === null ? text : ((redactorOf(redaction)?.redactText(text) ?? text) as Text)
}

export function redactValue<Value extends JsonValue | JsonObject>(value: Value, redaction: Redaction | null): Value {
  return (redactorOf(redaction)?.redactValue(value) ?? value) as Value
}
