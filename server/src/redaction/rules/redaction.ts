// The redactor of a conversation: it replaces what must not be kept, of the texts of a change, of JSON, and of a text that arrives
// in pieces. A text gives the same result however it is cut. Pure.
import { LRUCache } from 'lru-cache'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { compilePatterns } from './patterns.ts'
import { createPatternStream } from './pattern-stream.ts'
import { createKindStream, mayHoldKinds } from './kind-stream.ts'
import type { NamedPattern, RedactedKind, RedactingStream, Redaction, RedactionRule } from './types.ts'

export type { RedactingStream, Redaction }

/** For the texts of one change: they share the steps that patterns may take. An equal text is redacted once. */
export interface AppliedRules {
  redactText(text: string): string
  /** Texts, keys and numbers. */
  redactValue(value: JsonValue): JsonValue
}

export interface TextRedactor extends AppliedRules {
  apply(): AppliedRules
  /** Steps are counted for this text alone. */
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
  const hasPatterns = patterns.patterns.length > 0
  const placeholders = rules.map((rule) => `[${typeof rule === 'string' ? rule : rule.name}]`)

  // The author's own patterns first: they may name what looks like a phone number.
  const begin = (own = createPatternStream(patterns), label = ''): RedactingStream => {
    const stages = [...(hasPatterns ? [own] : []), ...(kinds.size > 0 ? [createKindStream(kinds, label)] : [])]
    return {
      push: (text) => stages.reduce((left, stage) => stage.push(left), text),
      end: () => stages.reduce((left, stage) => stage.push(left) + stage.end(), ''),
    }
  }

  const apply = (): AppliedRules => {
    const own = createPatternStream(patterns)
    return rememberResults((text, label) => {
      if (text === '' || (!hasPatterns && !mayHoldKinds(text))) return text
      const stream = begin(own, label)
      return stream.push(text) + stream.end()
    })
  }

  return {
    redactText: (text) => apply().redactText(text),
    redactValue: (value) => apply().redactValue(value),
    apply,
    begin: () => begin(),
    hasPlaceholder: (value) => {
      const text = JSON.stringify(value)
      return placeholders.some((placeholder) => text.includes(placeholder))
    },
  }
}

/** `label`: what the text is the value of, for numbers whose meaning depends on it. */
type RedactLabelled = (text: string, label?: string) => string

/** An item and its event hold the same text or value, and so do many keys. */
function rememberResults(redactNew: RedactLabelled): AppliedRules {
  const texts = new Map<string, string>()
  const values = new Map<object, JsonValue>()

  const redactText: RedactLabelled = (text, label) => {
    if (label !== undefined) return redactNew(text, label)
    const known = texts.get(text) ?? redactNew(text)
    texts.set(text, known)
    return known
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
    redactText: (text) => redactText(text),
    redactValue: (value) => {
      if (typeof value !== 'object' || value === null) return redactValue(value)
      const known = values.get(value) ?? redactValue(value)
      values.set(value, known)
      return known
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
    // Another key may already have this name.
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

const unchanged: AppliedRules = { redactText: (text) => text, redactValue: (value) => value }

/** To the texts of one change. */
export function applyRules(redaction: Redaction): AppliedRules {
  return redactorOf(redaction)?.apply() ?? unchanged
}

export function redactText<Text extends string | null>(text: Text, rules: AppliedRules): Text {
  return text === null ? text : (rules.redactText(text) as Text)
}

export function redactValue<Value extends JsonValue | JsonObject>(value: Value, rules: AppliedRules): Value {
  return rules.redactValue(value) as Value
}
