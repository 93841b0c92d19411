// A language model without cost and with a fixed latency, in its own process: chat/completions, streamed or whole, always with the
// same reply. The path contains the latency, so one process serves every measurement: /wait/<milliseconds>/v1/chat/completions, or
// /pieces/<milliseconds>/v1/chat/completions, where a streamed reply arrives word by word over that time.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { announce } from './programs.ts'

const words = 'This is the answer of a model that thinks about nothing and always says the same thing to all.'.split(
  ' ',
)
const usage = { prompt_tokens: 200, completion_tokens: words.length, total_tokens: 200 + words.length }
const done = 'data: [DONE]\n\n'
const head = { id: 'chatcmpl-1', created: 1760000000, model: 'stub' }

const whole = Buffer.from(
  JSON.stringify({
    ...head,
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: words.join(' ') }, finish_reason: 'stop' }],
    usage,
  }),
)

/** 19 words and the end. */
const pieces = [
  ...words.map((word, index) => chunkOf({ content: index === 0 ? word : ` ${word}` }, null)),
  chunkOf({}, 'stop', { usage }),
].map((chunk, index) => Buffer.from(`data: ${JSON.stringify(chunk)}\n\n${index === words.length ? done : ''}`))
const streamed = Buffer.concat(pieces)

function chunkOf(delta: object, finish_reason: string | null, more: object = {}) {
  return { ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }], ...more }
}

const server = createServer((request, response) => {
  let length = 0
  let tail = ''
  request.on('data', (chunk: Buffer) => {
    length += chunk.length
    tail = (tail + chunk.toString('latin1')).slice(-200)
  })
  request.on('end', () => answer(request, response, { length, isStream: tail.includes('"stream":true') }))
})

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { length, isStream }: { length: number; isStream: boolean },
) {
  if (length === 0) return void response.writeHead(400).end()
  const [, how, ms] = /^\/(wait|pieces)\/(\d+)\//.exec(request.url!) ?? []
  const wait_ms = Number(ms ?? 0)
  const begin = () => response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' })
  if (isStream && how === 'pieces') return sendPieces(begin(), wait_ms)
  const send = () => void begin().end(isStream ? streamed : whole)
  if (wait_ms === 0) send()
  else setTimeout(send, wait_ms)
}

/** Evenly; the last piece when the time is over. */
function sendPieces(response: ServerResponse, within_ms: number): void {
  const begunAt = performance.now()
  let sent = 0
  const send = () => {
    const piece = pieces[sent]!
    sent += 1
    if (sent === pieces.length) return void response.end(piece)
    response.write(piece)
    wait()
  }
  const dueAt = () => begunAt + ((sent + 1) * within_ms) / pieces.length
  const wait = () => setTimeout(send, Math.max(0, dueAt() - performance.now()))
  wait()
}

server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', 4096, () => announce(server))
