// A file as an answer: at the reader's pace, whole or visibly broken.
import { once } from 'node:events'
import { connect } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemPorts } from '../../src/base/ports.ts'
import { FileStream } from '../../src/calls/event-stream.ts'
import { sendFileStream } from '../../src/http/file-stream.ts'
import { noMetrics } from '../../src/telemetry/metrics.ts'

const piece = Buffer.alloc(65_536, 7)
const pieces = 1024

let server: FastifyInstance
let url: URL
let pulled = 0
let open: FileStream['open']
beforeAll(async () => {
  server = Fastify()
  server.decorateRequest('streamed_bytes', 0)
  server.get('/', (request, reply) => {
    const file = new FileStream({ name: 'a.bin', media_type: 'x/y', bytes: piece.length * pieces, open })
    const node = { id: '', isDraining: false }
    return sendFileStream(request, reply, file, { ports: systemPorts, node, metrics: noMetrics })
  })
  url = new URL(await server.listen({ port: 0, host: '127.0.0.1' }))
})
afterAll(() => server.close())

test('nothing is read ahead for a client that does not read, and reading ends when it leaves', async () => {
  let ended = false
  pulled = 0
  open = async function* () {
    try {
      for (; pulled < pieces; pulled += 1) yield piece
    } finally {
      ended = true
    }
  }
  const socket = connect(Number(url.port), url.hostname)
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  await once(socket, 'readable')
  // It reads no more: what fits into the buffers of the connection is taken, and not the rest.
  for (let rounds = 0; rounds < 20; rounds += 1) await fetch(new URL('/none', url))
  expect(pulled).toBeLessThan(pieces / 2)
  socket.destroy()
  await expect.poll(() => ended).toBe(true)
  expect(pulled).toBeLessThan(pieces / 2)
})

test('an error before the first byte is an answer; later it breaks the connection', async () => {
  let has_bytes = false
  open = async function* () {
    if (has_bytes) yield piece
    throw new Error('missing')
  }
  expect((await fetch(url)).status).toBe(500)
  has_bytes = true
  const response = await fetch(url)
  expect(response.status).toBe(200)
  await expect(response.arrayBuffer()).rejects.toThrow('terminated')
})

test('its head says how long it is, and nothing is opened for that', async () => {
  let isOpened = false
  open = async function* () {
    isOpened = true
    yield piece
  }
  const response = await fetch(url, { method: 'HEAD' })
  expect(response.headers.get('content-length')).toBe(String(piece.length * pieces))
  expect([response.headers.get('content-type'), isOpened]).toEqual(['x/y', false])
})
