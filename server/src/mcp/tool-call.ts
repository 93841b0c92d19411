// Calls an operation for a tool call: its request is put together from the arguments and goes the way of every request (P1).
import { type ErrorCode, describeError, errorTable } from '@parley/contract'
import type { FastifyRequest } from 'fastify'
import { AppError, invalid, notFound } from '../base/errors.ts'
import type { ToolOperation } from '../calls/rules/mcp-tools.ts'
import { EventStream, FileStream, ForeignAnswer, TextStream } from '../calls/event-stream.ts'
import { type CallReply, type CallRequest, type OperationCarrier, refusalOf } from '../http/http.ts'
import { type Caller, requireReach } from './caller.ts'
import { hasWordsOfOthers } from './rules/describe.ts'
import { isReading, isWithin } from './rules/reach.ts'
import { type Arguments, findMissing, foreignContent, requestOf } from './rules/request-of.ts'
import { type ReadOptions, readEvents, readFile, readText } from './read-streams.ts'

/** What a tool call has answered. */
export interface ToolAnswer {
  /** JSON, or the text of a file. */
  text: string
  /** Set for a JSON object. */
  structured?: Record<string, unknown>
  /** Of a file that is no text. */
  blob?: { uri: string; mimeType: string; blob: string }
  is_error: boolean
  /** Whether it can have words of end users. */
  is_untrusted: boolean
  /** Of the response. */
  headers: Record<string, string>
}

export interface Calling {
  carrierOf(operation: ToolOperation): OperationCarrier
  result_bytes: number
}

export interface CallOptions {
  name: string
  operation: ToolOperation
  arguments: Arguments
  /** For a caller who belongs to several. */
  organization_id: string | undefined
  /** Told the text of a reply as it is written; absent: nobody wants to know. */
  onText?: ReadOptions['onText']
}

/** Never throws: a refusal is an answer. */
export async function callTool(calling: Calling, caller: Caller, options: CallOptions): Promise<ToolAnswer> {
  const { request, reply, headers } = requestFor(caller, options)
  const is_untrusted = hasWordsOfOthers(options.operation)
  try {
    const answer = await carryOut(calling, caller, { ...options, request, reply })
    return { ...limit(answer, calling.result_bytes), is_error: false, is_untrusted, headers }
  } catch (thrown) {
    const { status, body, retry_after } = refusalOf(thrown, request, options.operation.path)
    if (retry_after !== undefined) headers['retry-after'] = String(retry_after)
    return { ...answerOf({ ...body, status }), is_error: true, is_untrusted: false, headers }
  }
}

type Read = Pick<ToolAnswer, 'text' | 'structured' | 'blob'>

async function carryOut(
  { carrierOf, result_bytes }: Calling,
  caller: Caller,
  {
    name,
    operation,
    arguments: given,
    request,
    reply,
    onText,
  }: CallOptions & { request: CallRequest; reply: CallReply },
): Promise<Read> {
  const carrier = carrierOf(operation)
  await carrier.admit(request, reply)
  const reach = await requireReach(caller, request.principal)
  if (!isWithin(reach, name)) throw notFound('Tool')
  if (reach.read_only && !isReading(operation)) throw new AppError('forbidden', read_only_detail)
  const content = foreignContent(operation)
  if (content) throw new AppError('malformed_request', `This operation takes ${content}; MCP sends JSON only.`)
  const missing = findMissing(operation, given)
  if (missing.length > 0) throw invalid(...missing.map((path) => ({ path, message: 'is required' })))
  const { output } = await carrier.call(request, reply)
  const options = { result_bytes, ...(onText ? { onText } : {}), is_of_turn: operation.waits === true }
  const answer = await read(output, carrier, options, request)
  carrier.charge(request, answer.text.length)
  return answer
}

const read_only_detail = 'This connection can only read. Use another one, or change `read_only` of the MCP settings.'

/** What HTTP would have sent, as one value. */
async function read(
  output: unknown,
  { serialize, success }: OperationCarrier,
  options: ReadOptions & { is_of_turn: boolean },
  { url }: CallRequest,
): Promise<Read> {
  if (output instanceof ForeignAnswer) return answerOf({ status: output.status, body: output.body })
  if (output instanceof TextStream) return { text: await readText(output, options) }
  if (output instanceof FileStream) return readFile(output, url, options)
  if (output instanceof EventStream) {
    const { last, events, bytes } = await readEvents(output, options)
    // The last event of a turn that is waited for is what a plain answer would have been; a log of events can end with the same.
    if (options.is_of_turn && last && /^turn\.(failed|cancelled)$/.test(last.event)) throw refusalIn(last.data)
    if (options.is_of_turn && last?.event === 'turn.completed') return answerOfText(serialize(last.data))
    if (bytes > options.result_bytes) return answerOf({ truncated: true, bytes })
    return output.open === null ? answerOf({ status: 204 }) : answerOf({ events })
  }
  return success.schema ? answerOfText(serialize(output)) : answerOf({ status: success.status })
}

/** The error whose body an event has. */
function refusalIn(data: unknown): AppError {
  const { detail, code, request_id: _, ...fields } = data as { detail: string; code: ErrorCode; request_id: string }
  const names = Object.keys(errorTable) as (keyof typeof errorTable)[]
  const name = names.find((one) => describeError(one).code === code) ?? 'internal'
  return new AppError(name, detail, fields)
}

function answerOf(value: Record<string, unknown>): Read {
  return answerOfText(JSON.stringify(value))
}

function answerOfText(text: string): Read {
  const value: unknown = JSON.parse(text)
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? { text, structured: value as Record<string, unknown> } : { text }
}

function limit(answer: Read, most: number): Read {
  const bytes = Buffer.byteLength(answer.text) + (answer.blob?.blob.length ?? 0)
  return bytes <= most ? answer : answerOf({ truncated: true, bytes })
}

/** The request of the operation. It has of the outer one only who calls and from where: no cookies, and nothing else that it could carry on. */
function requestFor(
  { outer, credential, identify }: Caller,
  { operation, arguments: given, organization_id, onText }: CallOptions,
): { request: CallRequest; reply: CallReply; headers: Record<string, string> } {
  const parts = requestOf(operation, given)
  const organization = organization_id ?? organizationOf(outer)
  const { 'parley-depth': depth, 'idempotency-key': key } = outer.headers
  // Agents send it with each call of a tool; an argument takes its place.
  const isKeyed = typeof key === 'string' && operation.headers?.properties['idempotency_key'] !== undefined
  const headers: Record<string, string> = {}
  const request: CallRequest = {
    via: 'mcp',
    ...{ id: outer.id, ip: outer.ip, host: outer.host, protocol: outer.protocol, log: outer.log },
    ...{ method: operation.method, url: parts.url, params: parts.params, query: parts.query, body: parts.body },
    headers: {
      ...(isKeyed ? { 'idempotency-key': key } : {}),
      ...parts.headers,
      authorization: `Bearer ${credential}`,
      ...(outer.headers['user-agent'] ? { 'user-agent': outer.headers['user-agent'] } : {}),
      'content-type': 'application/json',
      'content-length': String(outer.body_bytes),
      ...(organization === undefined ? {} : { 'x-parley-org': organization }),
      ...(typeof depth === 'string' ? { 'parley-depth': depth } : {}),
      ...(onText && operation.waits && operation.answer?.kind === 'events' ? { accept: 'text/event-stream' } : {}),
    },
    body_bytes: outer.body_bytes,
    principal: null,
    ...(identify ? { identify } : {}),
  }
  const reply: CallReply = {
    raw: outer.raw_reply,
    header(name, value) {
      if (shown_headers.has(name.toLowerCase())) headers[name.toLowerCase()] = String(value)
    },
  }
  return { request, reply, headers }
}

/** Of a response, what a client may need besides the body. */
const shown_headers: ReadonlySet<string> = new Set(['etag', 'link', 'location', 'idempotent-replayed', 'retry-after'])

function organizationOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const header = headers['x-anyreach-org'] ?? headers['x-parley-org']
  return Array.isArray(header) ? header[0] : header
}
