// A process that is told to stop ends in time, whatever clients are connected.
import { expect, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { startServerProcess } from '../support/process.ts'
import { openRawClient } from './raw-client.ts'

test('SIGTERM ends it with 0, with clients that do not read and requests that do not end', async () => {
  const { connection_string, ...database } = await createTestDatabase()
  await using _database = database
  await using server = startServerProcess({
    DATABASE_URL: connection_string,
    PARLEY_DRAIN_SECONDS: '1',
    PARLEY_SECRET_KEY: 'a'.repeat(64),
    PARLEY_BOOTSTRAP_KEY: `ak_test.${'a'.repeat(32)}`,
  })
  const url = await server.ready
  const head = `POST /core/agents HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ak_test.${'a'.repeat(32)}\r\n`
  const file = 'GET /docs/api/js/scalar.js HTTP/1.1\r\nhost: x\r\n\r\n'
  const clients = await Promise.all([
    ...Array.from({ length: 10 }, () => openRawClient(url, file, { is_paused: true })),
    openRawClient(url, `${head}content-type: application/json\r\ncontent-length: 100\r\n\r\n{"name":`),
    openRawClient(url, 'GET /healthz HTTP/1.1\r\nhost:'),
    openRawClient(url),
  ])
  for (const client of clients.slice(0, 10)) await client.heard('readable')
  const startedAt = performance.now()
  server.child.kill('SIGTERM')
  expect(await server.exited).toBe(0)
  // One second for turns, two for the last answers.
  expect(performance.now() - startedAt).toBeLessThan(20_000)
  for (const { socket } of clients) socket.destroy()
})
