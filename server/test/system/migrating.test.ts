// P8: while a start migrates the database, the process lives, is not ready, and serves nothing else.
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { holdMigrationLock } from '../../src/database/migration-lock.ts'
import { version } from '../../src/base/version.ts'
import { startApp } from '../../src/app.ts'
import { readConfig } from '../../src/settings.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { createTestDatabase } from '../support/database.ts'
import { testPorts } from '../support/ports.ts'
import { startServerProcess } from '../support/process.ts'
import { startTestServer } from '../support/server.ts'

/** As a database that is one migration behind: the last, which can run again. */
const undo = `delete from kysely_migration where name = '096-ids-by-microsecond'`

async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('P8: /healthz answers 200, everything else 503, until the server listens on the same port', async () => {
  await using database = await createTestDatabase()
  await database.database.pool.query(undo)
  const lock = await holdMigrationLock(database.database, { mode: 'beside' })
  const port = await freePort()
  const log: string[] = []
  const environment = {
    PORT: String(port),
    DATABASE_URL: database.connection_string,
    PARLEY_SECRET_KEY: 'ab'.repeat(32),
    PARLEY_BOOTSTRAP_KEY: `ak_${'x'.repeat(40)}`,
    PARLEY_CORS_ORIGINS: 'https://shop.example.com',
  }
  const starting = startApp(
    readConfig({ ...environment, PARLEY_DATA_DIR: '/nonexistent' }),
    createLog('info', { write: (line: string) => void log.push(line) }),
    testPorts,
  )
  const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init)
  const isUp = () =>
    get('/healthz').then(
      ({ status }) => status,
      () => 0,
    )
  await expect.poll(isUp).toBe(200)
  expect(await (await get('/healthz')).json()).toEqual({ status: 'ok' })
  for (const [path, init] of [
    ['/readyz'],
    ['/core/agents'],
    ['/'],
    ['/healthz', { method: 'POST', body: '{}' }],
  ] as const) {
    const answer = await get(path, init)
    expect([answer.status, answer.headers.get('retry-after')], path).toEqual([503, '5'])
    expect(await answer.json()).toMatchObject({ code: 'migrating', request_id: answer.headers.get('x-request-id') })
  }
  const crossed = async (method: string, path: string, origin = 'https://shop.example.com') => {
    const answer = await get(path, { method, headers: { origin, 'access-control-request-method': 'POST' } })
    return [answer.status, answer.headers.get('access-control-allow-origin')]
  }
  // Pages of listed sites can read it where they may call, and only there.
  expect(await crossed('OPTIONS', '/core/conversations/some/messages')).toEqual([204, 'https://shop.example.com'])
  expect(await crossed('POST', '/core/conversations/some/messages?x=1')).toEqual([503, 'https://shop.example.com'])
  expect(await crossed('POST', '/core/conversations/some/messages', 'https://other.test')).toEqual([503, null])
  for (const path of ['/core/agents', '/core/conversations/export', '/readyz', '/core/conversations/'])
    expect([path, await crossed('OPTIONS', path), await crossed('GET', path)]).toEqual([path, [503, null], [503, null]])
  await expect.poll(() => log.join('')).toContain('waiting for another server that migrates, or for a backup')
  await lock[Symbol.asyncDispose]()
  await using app = await starting
  expect(app.url).toBe(`http://127.0.0.1:${port}`)
  expect((await get('/readyz')).status).toBe(200)
})

test('a stop while it waits ends the start', async () => {
  await using database = await createTestDatabase()
  await database.database.pool.query(undo)
  await using _lock = await holdMigrationLock(database.database, { mode: 'beside' })
  const stop = new AbortController()
  const config = readConfig({ PORT: '0', DATABASE_URL: database.connection_string, PARLEY_DATA_DIR: '/nonexistent' })
  const log = createLog('info', {
    write: (line: string) => line.includes('waiting') && stop.abort(new Error('stopped by a test')),
  })
  await expect(startApp(config, log, testPorts, { stop: stop.signal })).rejects.toThrow('stopped by a test')
})

test('P8: a server ends when a newer one has removed what it may use', async () => {
  await using server = await startTestServer()
  await using another = await server.startAnother()
  await server.database.pool.query(`insert into kysely_migration values ('999-old.contract', '')`)
  const sessions = `select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'parley bus'`
  await server.database.pool.query(sessions)
  expect((await server.app.failed).message).toContain('start the newer one')
  expect((await another.failed).message).toContain('999-old.contract')
})

test('P8: a server does not start on the schema of a newer one, and says which', async () => {
  await using database = await createTestDatabase()
  await database.database.pool.query(`insert into kysely_migration values ('999-newer', '', '99.0.0')`)
  await using server = startServerProcess({ DATABASE_URL: database.connection_string })
  expect(await server.exited).toBe(1)
  expect(server.output.split('\n')).toContain(
    `The database was changed by Parley 99.0.0; this is ${version}. Start 99.0.0 or newer, or restore a backup.`,
  )
})
