// What an analysis asks of a transcript besides a summary: one request for all of it, and the checks of the answer, which is never
// trusted. Pure.
import { type ReadSchema, readExtractSchema } from '../../agents/rules/extract-schema.ts'
import { checkAgainst } from '../../agents/rules/argument-schemas.ts'
import type { ResolvedConfig } from '../../agents/rules/config.ts'
import type { FieldFault } from '../../base/faults.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { storedBytes } from '../../base/json-size.ts'
import { parseSentJson } from '../../base/read-json.ts'
import { findUnstorable } from '../../base/text.ts'
import type { ModelRequest } from '../../models/models.ts'
import type { ShownTranscript } from './transcript.ts'

/** Of the answer as text, and of the extracted fields as JSON. */
export const max_answer_bytes = 65_536
export const max_reason_characters = 500
/** Of a faulty answer that the model is shown again. */
const shown_again = 8000
const max_told_faults = 20

export interface Questions {
  outcome: { name: string; description: string | null }[] | null
  extract: JsonObject | null
  success: string | null
  /** Of the whole answer. */
  schema: JsonObject
}

export interface Answers {
  outcome: string | null
  extracted: JsonObject | null
  success: boolean | null
  success_reason: string | null
}

/** Null: nothing is asked. A fault: a version from before schemas were checked has one that cannot be used. */
export function readQuestions({
  outcome,
  extract,
  success,
}: Pick<ResolvedConfig['analysis'], 'outcome' | 'extract' | 'success'>): Questions | { fault: string } | null {
  if (outcome === null && extract === null && success === null) return null
  const read: ReadSchema | null = extract && readExtractSchema(extract)
  if (read && 'fault' in read) return read
  const properties: JsonObject = {
    ...(outcome && { outcome: { type: 'string', enum: [...new Set(outcome.map(({ name }) => name))] } }),
    ...(read && { extracted: read.schema }),
    ...(success !== null && { success: { type: 'boolean' }, success_reason: { type: 'string' } }),
  }
  const schema = { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
  return { outcome, extract: read && read.schema, success, schema }
}

export function questionsRequest(questions: Questions, transcript: ShownTranscript): ModelRequest {
  const { outcome, extract, success, schema } = questions
  const options = outcome?.map(
    ({ name, description }) => `  - ${JSON.stringify(name)}${description ? `: ${description}` : ''}`,
  )
  const rules = [
    'You answer questions about a conversation between an end user and an agent.',
    transcript.rule,
    'Answer only from what the transcript says; add nothing and guess nothing.',
    'Your answer is one JSON object with these keys, and nothing else:',
    options && `- "outcome": the one of these names that fits the conversation best:\n${options.join('\n')}`,
    extract &&
      '- "extracted": what the transcript states. Leave out what it does not state; if it is required, give null if that is valid.',
    success !== null && `- "success": true or false, the answer to this question: ${success}`,
    success !== null && '- "success_reason": one short sentence that says why.',
    `The object must be valid against this JSON Schema:\n${JSON.stringify(schema)}`,
  ]
  return {
    system: rules.filter((rule) => rule).join('\n'),
    messages: [{ role: 'user', text: `Transcript:\n${transcript.text}\n\nAnswer (one JSON object):` }],
    tools: [],
    output: { name: 'analysis', schema },
  }
}

/** Asks again, with what is wrong with the answer. */
export function repairRequest(request: ModelRequest, answer: string, faults: readonly FieldFault[]): ModelRequest {
  const told = faults
    .slice(0, max_told_faults)
    .map(({ path, message }) => `- ${path === '' ? '' : `${path}: `}${message}`)
  return {
    ...request,
    messages: [
      ...request.messages,
      { role: 'assistant', text: answer.slice(0, shown_again).toWellFormed() || '(no answer)', tool_calls: [] },
      {
        role: 'user',
        text: `That answer cannot be used:\n${told.join('\n')}\nAnswer again, with the whole JSON object only.`,
      },
    ],
  }
}

/** The answers in a model's text, or what is wrong with it. */
export function judgeAnswers(text: string, { schema }: Questions): { answers: Answers } | { faults: FieldFault[] } {
  if (Buffer.byteLength(text) > 2 * max_answer_bytes) return faulty(`has more than ${max_answer_bytes} bytes`)
  const value = parseJson(text)
  if (value === undefined) return faulty('is not JSON')
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return faulty('is not a JSON object')
  const unstorable = findUnstorable(value)
  if (unstorable.length > 0) return { faults: unstorable }
  if (hasPrototypeKey(value)) return faulty('has a key __proto__')
  if (storedBytes(value) > max_answer_bytes) return faulty(`has more than ${max_answer_bytes} bytes`)
  const faults = checkAgainst(schema, value)
  if (faults.length > 0) return { faults }
  const { outcome = null, extracted = null, success = null, success_reason = null } = value
  return {
    answers: {
      outcome: outcome as string | null,
      extracted: extracted as JsonObject | null,
      success: success as boolean | null,
      success_reason: shortenReason(success_reason as string | null),
    },
  }
}

const faulty = (message: string) => ({ faults: [{ path: '', message }] })

/** Models like to put JSON into a code block. */
function parseJson(text: string): JsonValue | undefined {
  const bare = text.trim().replace(/^```[a-z]{0,10}\n([^]*)\n```$/i, '$1')
  try {
    return parseSentJson(bare) as JsonValue
  } catch {
    return undefined
  }
}

function hasPrototypeKey(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasPrototypeKey)
}

function shortenReason(reason: string | null): string | null {
  if (reason === null || reason.length <= max_reason_characters) return reason
  return `${reason.slice(0, max_reason_characters - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

/**
 * Why answers could not be used, also for readers without `read_sensitive`: keys that the schema does not name are left out,
 * since they can come from the transcript.
 */
export function tellFaults([first]: readonly FieldFault[], { schema }: Questions): string {
  const { path, message } = first!
  const known = namesIn(schema)
  const shown = path.split('.').map((name) => (known.has(name) || /^\d+$/.test(name) ? name : '*'))
  return `The model's answer, also when asked again, could not be used: ${path === '' ? 'it' : `\`${shown.join('.')}\``} ${message}`.slice(
    0,
    500,
  )
}

/** The properties that a schema names, at any depth. */
function namesIn(schema: JsonValue): Set<string> {
  if (typeof schema !== 'object' || schema === null) return new Set()
  const { properties } = schema as JsonObject
  const own = typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
  return new Set([...own, ...Object.values(schema).flatMap((entry) => [...namesIn(entry)])])
}
