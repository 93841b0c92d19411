// The brief of a conversation: what a model is asked, what its answer means, and what rules extract without it. Pure.
import { type AgentAssistBrief, confidences, moodLevels } from '@parley/contract'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { ModelRequest } from '../../models/models.ts'
import type { ShownMessage } from '../assist/rows.ts'
import { showLines, speakerOf } from './shown-lines.ts'

export const unknown_caller = 'Unknown Caller'

/** What the brief says besides the transcript. */
export type Findings = Omit<AgentAssistBrief, 'header' | 'transcript'> & {
  caller_name: string
  sentiment: AgentAssistBrief['header']['sentiment']
}

const texts = (least: number, most: number): JsonObject => ({
  type: 'array',
  items: { type: 'string' },
  minItems: least,
  maxItems: most,
})

const schema: JsonObject = {
  type: 'object',
  properties: {
    caller_name: { type: 'string' },
    sentiment: {
      type: 'object',
      properties: { label: { type: 'string' }, level: { type: 'string', enum: [...moodLevels] } },
      required: ['label', 'level'],
      additionalProperties: false,
    },
    transfer_reason: { type: 'string' },
    call_summary: texts(3, 5),
    information_collected: {
      type: 'array',
      items: {
        type: 'object',
        properties: { key: { type: 'string' }, value: { type: 'string' } },
        required: ['key', 'value'],
        additionalProperties: false,
      },
    },
    suggested_next_steps: {
      type: 'array',
      minItems: 1,
      maxItems: 3,
      items: {
        type: 'object',
        properties: { action: { type: 'string' }, confidence: { type: 'string', enum: [...confidences] } },
        required: ['action', 'confidence'],
        additionalProperties: false,
      },
    },
    compliance_flags: texts(0, 10),
  },
  required: [
    ...['caller_name', 'sentiment', 'transfer_reason', 'call_summary', 'information_collected'],
    ...['suggested_next_steps', 'compliance_flags'],
  ],
  additionalProperties: false,
}

export function briefRequest(messages: readonly ShownMessage[], metadata: JsonObject): ModelRequest {
  const { rule, text } = showLines(messages, metadata)
  const system = `You brief a person who takes over a support conversation. Answer with JSON. caller_name: the end user's name as they gave it, or "${unknown_caller}". sentiment: a word for their mood, and its level. transfer_reason: one sentence. call_summary: 3 to 5 sentences. information_collected: facts that were given, each with a short key and the value exactly as it was written; invent nothing. suggested_next_steps: 1 to 3. compliance_flags: what was said that policy may concern; usually none. ${rule}`
  return { system, messages: [{ role: 'user', text }], tools: [], output: { name: 'brief', schema } }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''
const isOneOf = <T extends string>(values: readonly T[], value: unknown): value is T => values.includes(value as T)

/** Null: the answer is not usable. */
export function readFindings(answer: string): Findings | null {
  let given: Partial<Record<keyof Findings, unknown>>
  try {
    given = JSON.parse(/\{[\s\S]*\}/.exec(answer)?.[0] ?? '') as typeof given
  } catch {
    return null
  }
  const { sentiment, call_summary, suggested_next_steps: steps, information_collected, compliance_flags } = given
  const mood = (sentiment ?? {}) as { label?: unknown; level?: unknown }
  const summary = listOf(call_summary).filter(isText)
  const next = listOf(steps).flatMap((step) => {
    const { action, confidence } = (step ?? {}) as { action?: unknown; confidence?: unknown }
    return isText(action) && isOneOf(confidences, confidence) ? [{ action, confidence }] : []
  })
  if (!isOneOf(moodLevels, mood.level) || !isText(given.transfer_reason)) return null
  if (summary.length < 3 || next.length === 0) return null
  return {
    caller_name: isText(given.caller_name) ? given.caller_name.trim() : unknown_caller,
    sentiment: { label: isText(mood.label) ? mood.label : mood.level, level: mood.level },
    transfer_reason: given.transfer_reason,
    call_summary: summary.slice(0, 5),
    information_collected: listOf(information_collected).flatMap((entry) => {
      const { key, value } = (entry ?? {}) as { key?: unknown; value?: JsonValue }
      return isText(key) && value !== undefined && value !== null && value !== '' ? [{ key, value }] : []
    }),
    suggested_next_steps: next.slice(0, 3),
    compliance_flags: listOf(compliance_flags).filter(isText).slice(0, 10),
  }
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

const plain = (text: string) => text.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim()

/** Without values that neither the transcript nor the metadata have. */
export function dropInvented(found: Findings, messages: readonly ShownMessage[], metadata: JsonObject): Findings {
  const said = plain([...messages.map(({ text }) => text), ...valuesOf(metadata)].join('\n'))
  const digits = said.replaceAll(/\D/g, '')
  const isFound = (value: JsonValue) => {
    const written = plain(typeof value === 'string' ? value : JSON.stringify(value))
    if (written === '') return false
    const number = written.replaceAll(/\D/g, '')
    // A number may be written in groups.
    const isNumber = number.length >= 5 && /^[\d\s()+./-]+$/.test(written)
    return said.includes(written) || (isNumber && digits.includes(number))
  }
  return {
    ...found,
    caller_name: isFound(found.caller_name) ? found.caller_name : unknown_caller,
    information_collected: found.information_collected.filter(({ value }) => isFound(value as JsonValue)),
  }
}

function valuesOf(value: JsonValue): string[] {
  if (value === null) return []
  if (typeof value !== 'object') return [String(value)]
  return Object.values(value).flatMap(valuesOf)
}

const most_shown = 300
const short = (text: string) => {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length <= most_shown ? line : `${line.slice(0, most_shown - 1).toWellFormed()}…`
}

const email = /[\w.+-]+@[\w-]+\.[\w.-]*\w/g
const name_keys = ['name', 'full_name', 'caller_name', 'customer_name', 'user_name']

const counted = (count: number, what: string) => `${count === 0 ? 'no' : count} ${what}${count === 1 ? '' : 's'}`

/** What can be said without a model. */
export function extractFindings(
  messages: readonly ShownMessage[],
  metadata: JsonObject,
  reason: string | null,
): Findings {
  const said = messages.filter(({ role }) => role === 'user').map(({ text }) => text)
  const [first, last] = [said[0], said.at(-1)]
  const asked = messages.findIndex(({ role }) => role === 'user')
  // Neither what the agent says first, nor what the server says, answers anything.
  const answers = messages.filter((one, at) => at > asked && ['agent', 'person'].includes(speakerOf(one))).length
  const name = name_keys.map((key) => metadata[key]).find(isText)
  const facts = Object.entries(metadata).flatMap(([key, value]) =>
    typeof value === 'object' || value === '' ? [] : [{ key, value }],
  )
  const emails = [...new Set(said.flatMap((text) => text.match(email) ?? []))].map((value) => ({ key: 'email', value }))
  return {
    caller_name: name ?? unknown_caller,
    sentiment: { label: 'unknown', level: 'calm' },
    transfer_reason: reason ?? 'No reason was given.',
    call_summary: [
      first === undefined ? 'The end user has said nothing yet.' : `The end user began with: “${short(first)}”`,
      last === undefined || last === first
        ? 'There was no other message of the end user.'
        : `The newest message is: “${short(last)}”`,
      `There ${said.length === 1 ? 'is' : 'are'} ${counted(said.length, 'message')} of the end user and ${counted(asked === -1 ? 0 : answers, 'answer')}.`,
    ],
    information_collected: [...facts, ...emails].slice(0, 50),
    suggested_next_steps: [{ action: 'Read the conversation, and answer the newest message.', confidence: 'low' }],
    compliance_flags: [],
  }
}

export function transcriptOf(messages: readonly ShownMessage[]): AgentAssistBrief['transcript'] {
  return messages.map((message) => ({
    role: message.role,
    speaker: message.author?.name ?? speakerOf(message),
    text: message.text,
    timestamp: message.created_at,
    marker: markerOf(message),
  }))
}

function markerOf(message: ShownMessage): string | null {
  if (speakerOf(message) === 'system') return 'hand_off'
  return message.interrupted ? 'interrupted' : null
}
