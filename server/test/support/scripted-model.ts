// A language model whose responses a test decides: a real HTTP server that implements chat/completions.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { patient } from './patient-server.ts'

export interface ChatRequest {
  model: string
  messages: { role: string; content: string; tool_call_id?: string; tool_calls?: { id: string }[] }[]
  response_format?: { type: string; json_schema: { name: string; strict: boolean; schema: object } }
  tools?: { function: { name: string; description: string; parameters: object } }[]
}

export interface CallingAnswer {
  /** Text before the calls. */
  text?: string | AsyncIterable<string>
  /** A string is sent unchanged as the text of the arguments. */
  tool_calls: { name: string; arguments: object | string }[]
}

/**
 * Text is sent as it arrives, and the connection is reset if the iterator throws. A number is the HTTP status of a refusal; null
 * resets the connection without a response.
 */
export type Answer = string | number | null | AsyncIterable<string> | CallingAnswer

export interface ScriptedModel extends AsyncDisposable {
  /** To be set as OPENAI_BASE_URL. */
  readonly base_url: string
  readonly requests: ChatRequest[]
  /** The `authorization` header of each request. */
  readonly authorizations: (string | undefined)[]
  /** Responses that the client aborted. */
  readonly hangUps: number
  /** Decides the response to the next requests. The test can replace it at any time. */
  answer: (request: ChatRequest, hungUp: AbortSignal) => Answer
  /** The usage that it reports; null: none. */
  usage: { prompt_tokens: number; completion_tokens: number } | null
  /** Instead of `usage`: what it reports of the answer to this request. */
  usageOf?: (request: ChatRequest) => { prompt_tokens: number; completion_tokens: number }
}

/** A text that the test releases piece by piece. */
export interface HeldAnswer extends AsyncIterable<string> {
  say(text: string): void
  finish(): void
  /** Resolves when the model is called. */
  readonly asked: Promise<void>
}

export function holdAnswer(): HeldAnswer {
  const pieces: string[] = []
  const asked = Promise.withResolvers<void>()
  let isFinished = false
  let wake = () => {}
  const add = (change: () => void) => {
    change()
    wake()
  }
  return {
    asked: asked.promise,
    say: (text) => add(() => pieces.push(text)),
    finish: () => add(() => (isFinished = true)),
    async *[Symbol.asyncIterator]() {
      asked.resolve()
      for (;;) {
        const piece = pieces.shift()
        if (piece !== undefined) yield piece
        else if (isFinished) return
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}

export async function startScriptedModel(): Promise<ScriptedModel> {
  const server = createServer(patient, (request, response) => {
    serve(model, request, response, () => hangUps++).catch((error: unknown) => response.destroy(error as Error))
  })
  let hangUps = 0
  const model: ScriptedModel = {
    base_url: '',
    requests: [],
    authorizations: [],
    answer: () => 'Hello from the scripted model.',
    usage: { prompt_tokens: 11, completion_tokens: 7 },
    get hangUps() {
      return hangUps
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(model, { base_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` })
}

async function serve(model: ScriptedModel, request: IncomingMessage, response: ServerResponse, onHangUp: () => void) {
  const chat = JSON.parse(await readText(request)) as ChatRequest
  model.requests.push(chat)
  model.authorizations.push(request.headers.authorization)
  const hungUp = new AbortController()
  response.on('close', () => {
    if (response.writableFinished) return
    onHangUp()
    hungUp.abort()
  })
  const usage = model.usageOf ? model.usageOf(chat) : model.usage
  const answer = model.answer(chat, hungUp.signal)
  if (answer === null) return void request.socket.resetAndDestroy()
  if (typeof answer === 'number') {
    response.writeHead(answer, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: { message: 'refused by the script', type: 'script' } }))
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
  const send = (delta: object, finish_reason: string | null, usage?: object) =>
    response.write(`data: ${JSON.stringify(chunkOf(chat.model, delta, finish_reason, usage))}\n\n`)
  send({ role: 'assistant', content: '' }, null)
  const calls = typeof answer === 'object' && 'tool_calls' in answer ? answer : null
  const texts = toPieces(typeof answer === 'object' && 'tool_calls' in answer ? (answer.text ?? '') : answer)
  for await (const text of texts) send({ content: text }, null)
  if (calls) send({ tool_calls: calls.tool_calls.map(toToolCall) }, null)
  send({}, calls ? 'tool_calls' : 'stop', usage ? { ...usage, total_tokens: 18 } : undefined)
  response.end('data: [DONE]\n\n')
}

function toPieces(text: string | AsyncIterable<string>): string[] | AsyncIterable<string> {
  if (typeof text !== 'string') return text
  return text === '' ? [] : text.split(/(?<= )/)
}

/** The ids repeat in every response, because a server must not rely on a model for unique ones. */
function toToolCall({ name, arguments: given }: CallingAnswer['tool_calls'][number], index: number) {
  const text = typeof given === 'string' ? given : JSON.stringify(given)
  return { index, id: `call_${index}`, type: 'function', function: { name, arguments: text } }
}

function chunkOf(model: string, delta: object, finish_reason: string | null, usage?: object) {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason }]
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1760000000,
    model,
    choices,
    ...(usage ? { usage } : {}),
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
