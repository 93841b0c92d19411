// Removes from messages, results and errors what a conversation must not keep. Pure. Ids, tool names and metadata stay as they
// are.
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { Change, NewItem } from './change.ts'
import type { ContentPart, RedactedKind, Redaction } from './content.ts'
import type { ItemRecord } from './rows.ts'

// Every repetition has a bound, so the time is linear in the text. A card number stands alone, unlike the digits of an id.
const expressions: Record<RedactedKind, RegExp> = {
  email_address: /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g,
  card_number: /(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])/g,
}

/** Null: nothing is removed, and the same change is returned. */
export function redactChange(change: Change, rules: Redaction | null): Change {
  if (rules === null) return change
  return {
    ...change,
    items: change.items.map((item) => redactItem(item, rules)),
    ended_turns: change.ended_turns.map((end) => ({ ...end, error: redactText(end.error, rules) })),
    end: change.end && { ...change.end, ended_by: redactReason(change.end.ended_by, rules) },
    ending: change.ending && { ...change.ending, ended_by: redactReason(change.ending.ended_by, rules) },
    events: change.events.map((event) => ({ ...event, data: redactEvent(event.data, rules) })),
  }
}

function redactItem(item: NewItem, rules: Redaction): NewItem {
  switch (item.type) {
    case 'message':
      return { ...item, content: item.content.map((part) => redactPart(part, rules)) }
    case 'function_call':
      return { ...item, ...heldText(item, rules), arguments: redactValue(item.arguments, rules) as JsonObject }
    case 'function_call_output':
      return { ...item, ...heldText(item, rules), output: redactValue(item.output, rules) }
  }
}

const heldText = ({ text }: { text?: string }, rules: Redaction) =>
  text === undefined ? {} : { text: redactText(text, rules) }

function redactPart(part: ContentPart, rules: Redaction): ContentPart {
  switch (part.type) {
    case 'text':
      return { ...part, text: redactText(part.text, rules) }
    case 'audio':
      return { ...part, transcript: redactText(part.transcript, rules) }
    case 'file':
      return { ...part, name: redactText(part.name, rules), text: redactText(part.text, rules) }
  }
}

/** A stored item of a conversation that is imported with its history. */
export function redactRow<Row extends Omit<ItemRecord, 'position'>>(row: Row, rules: Redaction | null): Row {
  if (rules === null) return row
  return {
    ...row,
    content: row.content && row.content.map((text) => redactText(text, rules)),
    parts: row.parts && row.parts.map((part) => redactPart(part, rules)),
    arguments: redactValue(row.arguments, rules) as JsonObject | null,
    output: redactValue(row.output, rules),
  }
}

/** The fields of events that hold speech. */
const spoken: ReadonlySet<string> = new Set(['content', 'output', 'error', 'summary', 'analysis_reason'])

function redactEvent(data: JsonObject, rules: Redaction): JsonObject {
  const fields = Object.entries(data).map(([name, value]): [string, JsonValue] => {
    if (spoken.has(name)) return [name, redactValue(value, rules)]
    if (name === 'analysis') return [name, redactAnalysis(value, rules)]
    const isReason = name === 'ended_by' && typeof value === 'object' && value !== null && !Array.isArray(value)
    return [name, isReason ? redactReason(value as JsonObject & { reason: string | null }, rules) : value]
  })
  return Object.fromEntries(fields)
}

/** The texts of an analysis. Its times and figures could look like numbers of people. */
function redactAnalysis(value: JsonValue, rules: Redaction): JsonValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const texts = ['summary', 'outcome', 'extracted', 'success_reason'] as const
  return { ...value, ...Object.fromEntries(texts.map((name) => [name, redactValue(value[name] ?? null, rules)])) }
}

function redactReason<By extends { reason: string | null }>(by: By, rules: Redaction): By {
  return { ...by, reason: redactText(by.reason, rules) }
}

/** Keys too: the keys of a tool's arguments and results come from the model and the tool. */
function redactValue(value: JsonValue, rules: Redaction): JsonValue {
  if (typeof value === 'string') return redactText(value, rules)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((entry) => redactValue(entry, rules))
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [redactText(key, rules), redactValue(entry, rules)]),
  )
}

export function redactText<Text extends string | null>(text: Text, rules: Redaction | null): Text {
  if (text === null || rules === null) return text
  return rules.kinds.reduce<string>((left, kind) => left.replaceAll(expressions[kind], `[${kind}]`), text) as Text
}
