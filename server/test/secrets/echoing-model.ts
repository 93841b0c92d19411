// A hostile model server that repeats the key that it is called with wherever it can.
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { patient } from '../support/patient-server.ts'

/** `calls`: the tools that it calls before a reply with the key. */
type Mode = 'says' | 'refuses' | 'redirects' | { calls: string[] }

export interface EchoingModel extends AsyncDisposable {
  readonly base_url: string
  /** The keys that it was called with. */
  readonly keys: string[]
  /** Everything that was sent to it. */
  readonly bodies: string[]
  mode: Mode
}

export async function startEchoingModel(): Promise<EchoingModel> {
  const server = createServer(patient, (request, response) => {
    serve(model, request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  const model: EchoingModel = {
    base_url: '',
    keys: [],
    bodies: [],
    mode: 'says',
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

async function serve(model: EchoingModel, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const key = (request.headers.authorization ?? '').replace('Bearer ', '')
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  model.keys.push(key)
  model.bodies.push(text)
  const { messages, response_format } = JSON.parse(text) as { messages: { role: string }[]; response_format?: object }
  const { mode } = model
  const headers = { 'x-key': key, 'x-authorization': request.headers.authorization ?? '' }
  if (mode === 'refuses') {
    response.writeHead(401, { ...headers, 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: { message: `Incorrect API key provided: ${key}`, type: key, code: key } }))
  } else if (mode === 'redirects') {
    response.writeHead(307, { ...headers, location: `${model.base_url}/${key}?key=${key}` }).end(key)
  } else {
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' })
    const spelled = [...key].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
    const isJson = response_format !== undefined
    const calls = mode === 'says' || messages.at(-1)!.role === 'tool' ? [] : mode.calls
    for (const delta of isJson ? answerOf(key, spelled) : deltasOf(key, calls))
      response.write(`data: ${JSON.stringify(chunkOf(delta, null))}\n\n`)
    response.write(`data: ${JSON.stringify(chunkOf({}, calls.length > 0 ? 'tool_calls' : 'stop'))}\n\n`)
    response.end('data: [DONE]\n\n')
  }
}

/** A JSON object with the key whole, and with its characters spelled as escapes, in small pieces. */
function answerOf(key: string, spelled: string): object[] {
  const text = `{"success": true, "success_reason": "${key} ${spelled}"}`
  return (text.match(/.{1,3}/g) ?? []).map((content) => ({ content }))
}

/** The key once in small pieces and once whole, and again in the arguments of each call. */
function deltasOf(key: string, calls: string[]): object[] {
  const pieces = ['Your key is ', ...(key.match(/.{1,3}/g) ?? []), `, yes: ${key}.`].map((content) => ({ content }))
  const tool_calls = calls.map((name, index) => {
    const call = { name, arguments: JSON.stringify({ said: key }) }
    return { index, id: `call_${index}`, type: 'function', function: call }
  })
  return calls.length > 0 ? [...pieces, { tool_calls }] : pieces
}

function chunkOf(delta: object, finish_reason: string | null) {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason }]
  return { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1760000000, model: 'echo', choices }
}
