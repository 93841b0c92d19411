// How many connections there may be, of one address and in all: those beyond are closed at once, and counted.
import { lookup } from 'node:dns/promises'
import { afterEach, expect, test } from 'vitest'
import { look_ms } from '../../src/http/connection.ts'
import { createHastyClock } from '../support/event-readers.ts'
import { type NodeOptions, type TestServer, startTestServer } from '../support/server.ts'
import { type RawClient, type RawOptions, openRawClient } from './raw-client.ts'

const health = 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n'

let stack = new AsyncDisposableStack()
afterEach(async () => {
  await stack.disposeAsync()
  stack = new AsyncDisposableStack()
})

async function start(environment: Record<string, string> = {}, options: NodeOptions = {}): Promise<TestServer> {
  return stack.use(await startTestServer(environment, options))
}

async function open(server: { url: string }, bytes = '', options: RawOptions = {}): Promise<RawClient> {
  const client = await openRawClient(server.url, bytes, options)
  stack.defer(() => void client.socket.destroy())
  return client
}

/** Whether the server answers on it. */
const isServed = async (client: RawClient) => {
  client.socket.write(health)
  return client.sees(/HTTP\/1.1 200/).then(
    () => true,
    () => false,
  )
}
const count = (clients: RawClient[]) =>
  Promise.all(clients.map(isServed)).then((served) => served.filter(Boolean).length)

async function readClosed(server: TestServer, reason: string): Promise<number> {
  const text = await (await fetch(server.app.metrics_url!)).text()
  return Number(new RegExp(`^parley_connections_closed_total\\{reason="${reason}"\\} (\\d+)$`, 'm').exec(text)![1])
}

test('connections of one address are refused over its bound and counted, and another address gets in', async () => {
  const { clock, runOut } = createHastyClock()
  const limits = { PARLEY_LIMIT_CONNECTIONS_OF_ADDRESS: '5', PARLEY_METRICS_PORT: '0' }
  const server = await start(limits, { ports: { clock } })
  expect(await readClosed(server, 'too_many_of_address')).toBe(0)
  const clients: RawClient[] = []
  const openLoud = () => open(server, '', { from: '127.0.0.3' })
  for (let number = 0; number < 8; number += 1) clients.push(await openLoud())
  expect(await count(clients)).toBe(5)
  expect(await isServed(await open(server, '', { from: '127.0.0.2' }))).toBe(true)
  for (let look = 0; look < 3; look += 1) runOut(look_ms)
  const lines = server.log.filter((line) => line.includes('connections were closed'))
  expect(lines.map((line) => JSON.parse(line))).toEqual([expect.objectContaining({ too_many_of_address: 3 })])
  expect(await readClosed(server, 'too_many_of_address')).toBe(3)
  clients[0]!.socket.destroy()
  await expect.poll(async () => isServed(await openLoud())).toBe(true)
})

test('connections of this machine, where a proxy may run, are bounded only in total', async () => {
  const server = await start({ PARLEY_LIMIT_CONNECTIONS_OF_ADDRESS: '1' })
  expect(await count(await Promise.all([open(server), open(server), open(server)]))).toBe(3)
})

test('connections of a name with several addresses are counted together, and answered on each', async () => {
  const server = await start()
  const node = await server.startAnother({ HOST: 'localhost', PARLEY_LIMIT_CONNECTIONS_OF_ADDRESS: '1' })
  const { port } = new URL(node.url)
  const addresses = await lookup('localhost', { all: true })
  for (const { address, family } of addresses) {
    const client = await open({ url: `http://${family === 6 ? `[${address}]` : address}:${port}` })
    expect(await isServed(client)).toBe(true)
  }
  await node[Symbol.asyncDispose]()
})

test('connections come through a trusted proxy', async () => {
  const server = await start({ PARLEY_LIMIT_CONNECTIONS_OF_ADDRESS: '2', PARLEY_TRUSTED_PROXIES: '127.0.0.4' })
  const open_all = Array.from({ length: 6 }, () => open(server, '', { from: '127.0.0.4' }))
  expect(await count(await Promise.all(open_all))).toBe(6)
})

test('connections are refused over the bound of the node, and counted', async () => {
  const server = await start({ PARLEY_LIMIT_CONNECTIONS: '4', PARLEY_METRICS_PORT: '0' })
  const open_all = Array.from({ length: 8 }, (_, number) => open(server, '', { from: `127.0.0.${2 + number}` }))
  expect(await count(await Promise.all(open_all))).toBe(4)
  expect(await readClosed(server, 'too_many_connections')).toBe(4)
})
