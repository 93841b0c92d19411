// How many connections a busy server accepts: its event loop has few rounds, and clients must not wait for one each.
import { once } from 'node:events'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { listenBeside, requireFree, sharing } from '../../src/http/listeners.ts'

const host = '127.0.0.1'

async function listen(): Promise<{ server: Server; port: number }> {
  const server = createServer()
  await once(server.listen({ host, port: 0, ...sharing }), 'listening')
  const others = await listenBeside(server, host)
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await Promise.all(others.map((other) => other[Symbol.asyncDispose]()))
  })
  return { server, port: (server.address() as AddressInfo).port }
}

/** Opens connections from a thread of its own, and notes how many the system has answered. */
const clients = `
  const { connect } = require('node:net')
  const { port, host, count, connected } = require('node:worker_threads').workerData
  for (let number = 0; number < count; number += 1) {
    connect(port, host, () => {
      Atomics.add(connected, 0, 1)
      Atomics.notify(connected, 0)
    })
  }`

/** The server does nothing until all have come. */
function waitBusy(connected: Int32Array, count: number): void {
  for (let seen = 0; seen < count; seen = Atomics.load(connected, 0)) {
    if (Atomics.wait(connected, 0, seen, 30_000) === 'timed-out') throw new Error(`only ${seen} got through`)
  }
}

test.runIf(sharing.reusePort)(
  'connections that come at once are accepted in a few rounds of the event loop',
  async () => {
    const count = 640
    const { server, port } = await listen()
    const accepted: unknown[] = []
    server.on('connection', (socket) => accepted.push(socket))
    const connected = new Int32Array(new SharedArrayBuffer(4))
    const thread = new Worker(clients, { eval: true, workerData: { port, host, count, connected } })
    onTestFinished(() => void thread.terminate())
    await once(thread, 'online')
    waitBusy(connected, count)
    let rounds = 0
    for (; accepted.length < count; rounds += 1) await new Promise((resolve) => setImmediate(resolve))
    // 40 for each socket on average, and the system spreads them by chance.
    expect(rounds).toBeLessThan(count / 4)
  },
)

test('an address that another program has is refused, although sockets share it', async () => {
  const { port } = await listen()
  await expect(requireFree(host, port)).rejects.toMatchObject({ code: 'EADDRINUSE', syscall: 'listen', port })
})
