// Removes from messages, results and errors what a conversation must not keep. Pure. Ids, tool names and metadata stay as they
// are.
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { Change, Ending, NewItem } from './change.ts'
import {
  type AppliedRules,
  type Redaction,
  applyRules,
  redactText,
  redactValue,
} from '../../redaction/rules/redaction.ts'
import type { ContentPart } from './content.ts'
import type { HandlingRecord } from './handling.ts'
import type { ImportedEnd, ItemRecord, NewConversation } from './rows.ts'

/** Null: nothing is removed, and the same change is returned. */
export function redactChange(change: Change, redaction: Redaction | null): Change {
  if (redaction === null) return change
  const rules = applyRules(redaction)
  return {
    ...change,
    items: change.items.map((item) => redactItem(item, rules)),
    retrievals: change.retrievals.map((one) => ({ ...one, query: redactText(one.query, rules) })),
    ended_turns: change.ended_turns.map((end) => ({ ...end, error: redactText(end.error, rules) })),
    end: change.end && { ...change.end, ended_by: redactReason(change.end.ended_by, rules) },
    begun: change.begun && { ...change.begun, initial_context: redactText(change.begun.initial_context, rules) },
    ending: change.ending && redactEnding(change.ending, rules),
    handling: change.handling && redactHandling(change.handling, rules),
    events: change.events.map((event) => ({ ...event, data: redactEvent(event.data, rules) })),
  }
}

function redactEnding({ closing, ...ending }: Ending, rules: AppliedRules): Ending {
  const said = closing ? { closing: { ...closing, text: redactText(closing.text, rules) } } : {}
  return { ...ending, ...said, ended_by: redactReason(ending.ended_by, rules) }
}

/** A text that is not part of the transcript. */
export function redactWith(text: string, redaction: Redaction | null): string {
  return redaction === null ? text : redactText(text, applyRules(redaction))
}

/** What people wrote about the conversation. */
function redactHandling(handling: HandlingRecord, rules: AppliedRules): HandlingRecord {
  const { text, tags } = handling
  return { ...handling, text: redactText(text, rules), tags: tags.map((tag) => redactText(tag, rules)) }
}

function redactItem(item: NewItem, rules: AppliedRules): NewItem {
  switch (item.type) {
    case 'message':
      return {
        ...item,
        content: item.content.map((part) => redactPart(part, rules)),
        ...(item.values ? { values: redactValue(item.values, rules) as JsonObject } : {}),
      }
    case 'function_call':
      return { ...item, ...heldText(item, rules), arguments: redactValue(item.arguments, rules) }
    case 'function_call_output':
      return { ...item, ...heldText(item, rules), output: redactValue(item.output, rules) }
  }
}

const heldText = ({ text }: { text?: string }, rules: AppliedRules) =>
  text === undefined ? {} : { text: redactText(text, rules) }

function redactPart(part: ContentPart, rules: AppliedRules): ContentPart {
  switch (part.type) {
    case 'text':
      return { ...part, text: redactText(part.text, rules) }
    case 'audio':
      return { ...part, transcript: redactText(part.transcript, rules) }
    case 'file':
      return { ...part, name: redactText(part.name, rules), text: redactText(part.text, rules) }
  }
}

/**
 * A new conversation. Its texts are redacted; what identifies and addresses the end user stays, as do the metadata, which only
 * the caller writes, and filters and tools use.
 */
export function redactBirth(conversation: NewConversation): NewConversation {
  const { redaction, initial_context, subject } = conversation
  if (redaction === null) return conversation
  const rules = applyRules(redaction)
  return {
    ...conversation,
    initial_context: redactText(initial_context, rules),
    subject: redactText(subject, rules),
  }
}

/** The end of a conversation that is imported. */
export function redactEnd(end: ImportedEnd, redaction: Redaction | null): ImportedEnd {
  if (redaction === null) return end
  const rules = applyRules(redaction)
  const { summary, analysis, ended_by } = end
  const redacted = { summary: redactText(summary, rules), ended_by: redactReason(ended_by, rules) }
  return { ...end, ...redacted, analysis: redactAnalysis(analysis as JsonValue, rules) as typeof analysis }
}

type Row = Omit<ItemRecord, 'position'>

/** The stored items of a conversation that is imported with its history. */
export function redactHistory<Item extends Row>(rows: Item[], redaction: Redaction | null): Item[] {
  if (redaction === null) return rows
  const rules = applyRules(redaction)
  return rows.map((row) => redactRow(row, rules))
}

function redactRow<Item extends Row>(row: Item, rules: AppliedRules): Item {
  return {
    ...row,
    content: row.content && row.content.map((text) => redactText(text, rules)),
    parts: row.parts && row.parts.map((part) => redactPart(part, rules)),
    arguments: redactValue(row.arguments, rules),
    output: redactValue(row.output, rules),
    values: redactValue(row.values, rules),
  }
}

/** The fields of events that hold speech. */
const spoken: ReadonlySet<string> = new Set([
  ...['content', 'output', 'error', 'summary', 'analysis_reason', 'values'],
  ...['text', 'tags', 'comment'],
])

function redactEvent(data: JsonObject, rules: AppliedRules): JsonObject {
  const fields = Object.entries(data).map(([name, value]): [string, JsonValue] => {
    if (spoken.has(name)) return [name, redactValue(value, rules)]
    if (name === 'analysis') return [name, redactAnalysis(value, rules)]
    const isReason = name === 'ended_by' && typeof value === 'object' && value !== null && !Array.isArray(value)
    return [name, isReason ? redactReason(value as JsonObject & { reason: string | null }, rules) : value]
  })
  return Object.fromEntries(fields)
}

/** The texts of an analysis. Its times and figures could look like numbers of people. */
function redactAnalysis(value: JsonValue, rules: AppliedRules): JsonValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const texts = ['summary', 'outcome', 'extracted', 'success_reason'] as const
  return { ...value, ...Object.fromEntries(texts.map((name) => [name, redactValue(value[name] ?? null, rules)])) }
}

function redactReason<By extends { reason: string | null }>(by: By, rules: AppliedRules): By {
  return { ...by, reason: redactText(by.reason, rules) }
}
