// The built-in demo model: deterministic, and says in its first words that it is not a language model. It quotes and
// counts its input and knows nothing else; of passages it quotes the best one and names its source.
import { createHash } from 'node:crypto'
import { citationRules, readFirstPassage } from '@parley/contract'
import {
  type Model,
  type ModelMessage,
  type ModelPart,
  type ModelRequest,
  type ModelToolResult,
  notReported,
} from './port.ts'

export const DEMO_PROVIDER = 'demo'
export const DEMO_MODEL = 'parley-demo'
export const DEMO_MODEL_ID = `${DEMO_PROVIDER}/${DEMO_MODEL}`

/** The first words of every text that the demo model writes. */
export const DEMO_LABEL = '[Demo model, not an AI]'

const MAX_QUOTE_CHARS = 200
const MAX_PASSAGE_CHARS = 400
const MAX_TOOL_NAMES = 5
const MAX_LISTED = 20
const MAX_INPUT_CHARS = 1000

export function createDemoModel(): Model {
  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelPart> {
    signal.throwIfAborted()
    const call = findRequestedCall(request)
    if (call !== null) {
      yield call
      yield finish(request, 'tool_calls', countWords(call.arguments) + 1)
      return
    }
    const words = splitWords(composeReply(request))
    const limit = Math.min(words.length, request.max_output_tokens ?? words.length)
    for (const word of words.slice(0, limit)) {
      signal.throwIfAborted()
      yield { type: 'text', text: word }
    }
    signal.throwIfAborted()
    yield finish(request, limit < words.length ? 'length' : 'stop', limit)
  }
  return { id: DEMO_MODEL_ID, stream }
}

function finish(request: ModelRequest, reason: 'stop' | 'length' | 'tool_calls', output_tokens: number): ModelPart {
  const texts = [request.system, ...request.messages.map(textOf)]
  const input_tokens = texts.reduce((sum, text) => sum + countWords(text), 0)
  return { type: 'finish', reason, usage: { ...notReported, input_tokens, output_tokens } }
}

function composeReply(request: ModelRequest): string {
  const last = request.messages.at(-1)
  const said = last?.role === 'user' ? last.text : null
  const sentences = [DEMO_LABEL]
  if (last === undefined || (said !== null && isGreeting(said))) sentences.push('Hello!')
  if (last?.role === 'tool') sentences.push(...last.results.map(reportResult))
  const passage = said === null ? null : findPassage(request.messages)
  if (passage !== null) {
    const mark = request.system.includes(citationRules) ? ` [${passage.number}]` : ''
    const text = passage.text.replace(/^(?:#{1,6} .*\n+)+/, '')
    sentences.push(`${oneLine(passage.source)} says: ${quote(text, MAX_PASSAGE_CHARS)}${mark}.`)
    return sentences.join(' ')
  }
  const instructions = firstSentences(request.system)
  sentences.push(
    instructions === '' ? 'I have no instructions.' : `My instructions begin: ${quote(instructions, MAX_QUOTE_CHARS)}`,
  )
  if (said !== null) sentences.push(`You wrote: ${quote(said, MAX_QUOTE_CHARS)}`)
  sentences.push(`I have seen ${countOf(request.messages.length, 'message')}.`)
  if (last?.role === 'user' && request.tools.length > 0) sentences.push(explainTools(request))
  return sentences.join(' ')
}

/** The best one that belongs to the messages at the end. */
function findPassage(messages: ModelMessage[]): ReturnType<typeof readFirstPassage> {
  const last = messages.findLastIndex(({ role }) => role !== 'user')
  for (const message of messages.slice(last + 1)) {
    const passage = message.role === 'user' ? readFirstPassage(message.text) : null
    if (passage) return passage
  }
  return null
}

function reportResult({ name, output, is_error }: ModelToolResult): string {
  const text = typeof output === 'string' ? output : JSON.stringify(output)
  return `The tool ${name} ${is_error ? 'failed with' : 'answered'}: ${quote(text, MAX_QUOTE_CHARS)}`
}

function explainTools({ tools }: ModelRequest): string {
  const names = tools.slice(0, MAX_TOOL_NAMES).map((tool) => tool.name)
  const rest = tools.length > names.length ? `, and ${tools.length - names.length} more` : ''
  return `To have me call a tool, write “call <name> {json}”; I am offered ${names.join(', ')}${rest}.`
}

/** `call <tool name> {json arguments}`, if that tool is offered; the arguments are passed on as written. */
function findRequestedCall(request: ModelRequest): Extract<ModelPart, { type: 'tool_call' }> | null {
  const last = request.messages.at(-1)
  if (last?.role !== 'user') return null
  const match = /^\s*call\s+([^\s{]+)\s*(\{.*)?$/is.exec(last.text)
  const name = match?.[1]
  if (name === undefined || !request.tools.some((tool) => tool.name === name)) return null
  return { type: 'tool_call', call_id: toCallId(request.messages), name, arguments: match?.[2]?.trim() ?? '{}' }
}

/** Derived from everything said so far: the same if a step is repeated, and new for each call. */
function toCallId(messages: ModelMessage[]): string {
  return `demo_${createHash('sha256').update(JSON.stringify(messages)).digest('hex').slice(0, 16)}`
}

function isGreeting(text: string): boolean {
  return /^\s*(hi|hello|hey|good (morning|afternoon|evening)|hallo|guten tag|bonjour|hola|ciao)(?!\p{L})/iu.test(text)
}

/** The first one or two sentences. */
function firstSentences(text: string): string {
  const sentences = [...new Intl.Segmenter('en', { granularity: 'sentence' }).segment(oneLine(text).slice(0, 1000))]
  return sentences
    .slice(0, 2)
    .map(({ segment }) => segment)
    .join('')
    .trim()
}

function textOf(message: ModelMessage): string {
  switch (message.role) {
    case 'user':
      return message.text
    case 'assistant':
      return [message.text, ...message.tool_calls.map((call) => JSON.stringify(call.arguments))].join(' ')
    case 'tool':
      return message.results.map((result) => JSON.stringify(result.output)).join(' ')
  }
}

/**
 * A summary that quotes the transcript, for a server without a language model. It says that it comes from the demo model
 * and has at most `max_words` words.
 */
export function summarizeWithDemo(transcript: { role: string; text: string }[], max_words: number): string {
  const said = transcript.filter((message) => message.role === 'user').map((message) => message.text)
  const [first, last] = [said[0], said.at(-1)]
  const quotes = said.length > 1 ? 2 : 1
  // The label and the words around the quotes are at most ten.
  const room = Math.max(1, Math.floor((max_words - 10) / quotes))
  const summary =
    first === undefined || last === undefined
      ? '[Demo model] The user sent no messages.'
      : said.length === 1
        ? `[Demo model] The user sent 1 message: ${quoteWords(first, room)}.`
        : `[Demo model] The user sent ${said.length} messages, first: ${quoteWords(first, room)}, last: ${quoteWords(last, room)}.`
  return splitWords(summary).slice(0, Math.max(0, max_words)).join('').trimEnd()
}

/** A comparison of versions that only counts and lists the differences, for a server without a language model. */
export function compareWithDemo(differences: readonly { op: string; label: string }[]): string {
  const names = differences.slice(0, MAX_LISTED).map(({ op, label }) => `${op} ${label || 'the whole configuration'}`)
  const rest = differences.length > names.length ? `; and ${differences.length - names.length} more` : ''
  return `${DEMO_LABEL} I see ${countOf(differences.length, 'difference')}: ${names.join('; ')}${rest}.`
}

/**
 * Instructions that repeat the inputs, for a server without a language model. Braces are removed, since they would make it a
 * template.
 */
export function instructWithDemo(inputs: Record<string, unknown>): string {
  const lines = Object.entries(inputs)
    .slice(0, MAX_LISTED)
    .map(([name, value]) => `- ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .map((line) => [...oneLine(line)].slice(0, MAX_INPUT_CHARS).join(''))
  const text = [`${DEMO_LABEL} These instructions only repeat what the author has filled in.`, ...lines].join('\n')
  return text.replaceAll('{', '(').replaceAll('}', ')')
}

function quoteWords(text: string, max_words: number): string {
  const words = splitWords(oneLine(text))
  const kept = words.slice(0, max_words).join('').trim()
  return quote(words.length > max_words ? `${kept}…` : kept, MAX_QUOTE_CHARS)
}

/** In quotation marks, on one line, at most `max_chars` characters. */
function quote(text: string, max_chars: number): string {
  // By code point, so that no surrogate pair is split.
  const characters = [...oneLine(text)]
  return `“${characters.length > max_chars ? `${characters.slice(0, max_chars - 1).join('')}…` : characters.join('')}”`
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

/** The words with the white space after them: joined, they are the text again. */
function splitWords(text: string): string[] {
  return text.match(/\S+\s*/g) ?? []
}

function countWords(text: string): number {
  return splitWords(text).length
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
