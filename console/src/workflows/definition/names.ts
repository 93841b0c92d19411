// The names that the expressions of a step can use, with what they were in the last execution. Pure.
import type { TriggerType } from '@parley/contract'
import { type Definition, type Step, findStep, isEntry, isObject, listOf, nameOf } from './definition.ts'
import { stepsBefore } from './edit.ts'

export interface Name {
  /** As an expression has it: `request.body.tier`. */
  text: string
  /** Of the step. */
  source: string
  /** What it was last; undefined: not known. */
  sample?: unknown
}

/** By step id, what steps answered in an execution; `trigger` and `input` are what started it. */
export type Samples = Readonly<Record<string, unknown>>

const most_depth = 3
const most_of_step = 40

const conversation = ['conversation_id', 'agent_id', 'channel', 'user_id']
const ofConversation = [...conversation, 'phone_number', 'direction']

/** What the payloads of triggers have. */
export const payloadFields: Record<TriggerType, readonly string[]> = {
  manual: [],
  ongoing_conversation: ['conversation_id', 'agent_id', 'tool', 'call_id'],
  timer: ['scheduled_at', 'missed'],
  webhook: ['method', 'headers', 'query', 'body'],
  event: ['event', 'conversation'],
  post_call: [...ofConversation, 'status', 'duration', 'summary', 'transcript', 'messages'],
  pre_call: ofConversation,
}

const answers: Partial<Record<Step['type'], readonly string[]>> = {
  http: ['status_code', 'body', 'headers'],
  wait: ['waited_seconds', 'resumed', 'data'],
}

const plain = /^[A-Za-z_][A-Za-z0-9_]*$/
/** Words of the expressions' language. */
const words = new Set(['and', 'or', 'in', 'true', 'false', 'null', 'function'])

export const quoteName = (name: string) => (plain.test(name) && !words.has(name) ? name : `\`${name}\``)

export function namesFor(definition: Definition, step_id: string, samples: Samples): Name[] {
  const own = findStep(definition, step_id)
  // A step that nothing leads to yet can be told of all others.
  const found = stepsBefore(definition, step_id)
  const before = found.length > 0 ? found : definition.nodes.filter((step) => step !== own && step.type !== 'note')
  const steps = before.filter(({ type, id }) => type !== 'output' && id !== step_id)
  const failure = ['code', 'message', 'step_id'].map((field) => ({ text: `error.${field}`, source: 'error' }))
  const about = ['id', 'started_at'].map((field) => ({ text: `execution.${field}`, source: 'execution' }))
  return [...steps.flatMap((step) => namesOfStep(step, samples)), ...about, ...failure]
}

function namesOfStep(step: Step, samples: Samples): Name[] {
  const root = isEntry(step) ? step.type : quoteName(step.id)
  const sample = samples[step.id] ?? (isEntry(step) ? samples[step.type] : undefined)
  const source = nameOf(step)
  const known = knownFields(step)
  const sampled = sample === undefined ? [] : fieldsIn(sample, root, source, 1)
  const told = new Set(sampled.map(({ text }) => text))
  const others = known.map((field): Name => ({ text: `${root}.${quoteName(field)}`, source }))
  const all = [...sampled, ...others.filter(({ text }) => !told.has(text))].slice(0, most_of_step)
  return all.length > 0 ? all : [{ text: root, source }]
}

function knownFields({ type, config }: Step): readonly string[] {
  if (type === 'trigger') return payloadFields[config['type'] as TriggerType] ?? []
  if (type === 'input') return listOf(config['fields']).map(({ name }) => String(name ?? ''))
  return answers[type] ?? []
}

function fieldsIn(value: unknown, at: string, source: string, depth: number): Name[] {
  if (!isObject(value) || depth > most_depth || Object.keys(value).length === 0)
    return [{ text: at, source, sample: value }]
  return Object.entries(value).flatMap(([key, entry]) => {
    const place = `${at}.${quoteName(key)}`
    const inner = fieldsIn(entry, place, source, depth + 1)
    return isObject(entry) && inner.length > 1 ? [{ text: place, source, sample: entry }, ...inner] : inner
  })
}

const partBefore = (text: string) => /[A-Za-z0-9_.`-]*$/.exec(text)![0]

/**
 * The part of a name before the caret; null: the caret is in no expression. `isBare`: a text without braces is an expression as a whole,
 * and a name in it has begun with its first letter.
 */
export function partAt(text: string, caret: number, isBare = false): { from: number; part: string } | null {
  const before = text.slice(0, caret)
  const open = before.lastIndexOf('{{')
  const isInside = open !== -1 && !before.includes('}}', open)
  const part = partBefore(before.slice(isInside ? open + 2 : 0))
  const isBegun = isInside || (isBare && !text.includes('{{') && part !== '')
  return isBegun ? { from: caret - part.length, part } : null
}

/** Puts a name where the part before the caret is, and says where the caret is then. */
export function insertName(text: string, caret: number, name: string, isBare = false): { text: string; caret: number } {
  const found = partAt(text, caret, isBare)
  const isPlain = isBare && !text.includes('{{')
  const from = found?.from ?? caret
  const [before, after] = [text.slice(0, from), text.slice(caret)]
  const space = before.endsWith('{{') ? ' ' : ''
  const close = after.includes('}}') ? '' : ' }}'
  const inserted = isPlain ? name : found ? `${space}${name}${close}` : `{{ ${name} }}`
  return { text: before + inserted + after, caret: from + inserted.length }
}

export function matchNames(names: readonly Name[], part: string): Name[] {
  const wanted = part.toLowerCase()
  const starts = names.filter(({ text }) => text.toLowerCase().startsWith(wanted))
  const others = names.filter((name) => !starts.includes(name) && name.text.toLowerCase().includes(wanted))
  return [...starts, ...others]
}
