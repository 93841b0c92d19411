// An embedding model without cost and with a fixed latency, in its own process: `/embeddings` of OpenAI, 768 numbers for each text. The
// path contains the latency: /wait/<milliseconds>/v1/embeddings.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { randomNumbers } from './knowledge-texts.ts'
import { announce } from './programs.ts'
import { normalNumbers, normalized } from './vectors.ts'

const dimension = 768
const different = 256

/** As they are sent. A text has one of them, by its characters. */
const vectors = Array.from({ length: different }, (_, seed) => {
  const normal = normalNumbers(randomNumbers(seed))
  const values = normalized(Float64Array.from({ length: dimension }, () => normal()))
  return JSON.stringify(Array.from(values, (value) => Number(value.toFixed(7))))
})

function vectorOf(text: string): string {
  let sum = 0
  for (let at = 0; at < text.length; at += 7) sum = (sum * 31 + text.charCodeAt(at)) >>> 0
  return vectors[sum % different]!
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  const { input } = JSON.parse(Buffer.concat(pieces).toString('utf8')) as { input: string | string[] }
  const data = [input]
    .flat()
    .map((text, index) => `{"object":"embedding","index":${index},"embedding":${vectorOf(text)}}`)
  const body = `{"object":"list","model":"stub","data":[${data.join(',')}],"usage":{"prompt_tokens":1,"total_tokens":1}}`
  const wait_ms = Number(/^\/wait\/(\d+)\//.exec(request.url!)?.[1] ?? 0)
  const send = () => response.writeHead(200, { 'content-type': 'application/json' }).end(body)
  if (wait_ms === 0) send()
  else setTimeout(send, wait_ms)
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => response.destroy(error as Error))
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', 4096, () => announce(server))
