// A language model in a process of its own, which says the same after the same time: `node model.ts <milliseconds>`.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const wait_ms = Number(process.argv[2])

const chunkOf = (delta: object, finish_reason: string | null, more: object = {}) =>
  `data: ${JSON.stringify({
    ...{ id: 'chatcmpl-1', created: 1_760_000_000, model: 'stub', object: 'chat.completion.chunk', ...more },
    choices: [{ index: 0, delta, finish_reason }],
  })}\n\n`
const usage = { prompt_tokens: 200, completion_tokens: 20, total_tokens: 220 }
const answer = Buffer.from(
  `${chunkOf({ content: 'It opens at nine.' }, null)}${chunkOf({}, 'stop', { usage })}data: [DONE]\n\n`,
)

const server = createServer((request, response) => {
  request.resume()
  request.on('end', () =>
    setTimeout(() => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(answer), wait_ms),
  )
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', 4096, () =>
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1\n`),
)
