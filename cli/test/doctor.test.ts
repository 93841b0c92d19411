import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPostgresProxy } from '../../server/test/support/postgres-proxy.ts'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { runHere } from './run-here.ts'

let server: TestServer
let data_dir: string
beforeAll(async () => {
  server = await startTestServer()
  data_dir = await mkdtemp(join(tmpdir(), 'parley-doctor-'))
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(data_dir, { recursive: true, force: true })
})

interface Finding {
  name: string
  status: string
  message: string
  advice: string | null
}

const database_url = () => server.connection_string.replace('@/', '@localhost/')

async function examine(more: Record<string, string> = {}, ...args: string[]) {
  const { PATH = '' } = process.env
  const environment = { PATH, DATABASE_URL: database_url(), PARLEY_DATA_DIR: data_dir, ...more }
  const { code, stdout, stderr } = await runHere(['doctor', '--json', ...args], environment)
  expect(stderr).toBe('')
  const findings = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding)
  for (const { status, advice } of findings) expect(advice === null).toBe(status === 'ok')
  return { code, findings, of: (name: string) => findings.find((finding) => finding.name === name) }
}

it('looks at everything, and says what to do', async () => {
  const { PARLEY_DEFAULT_MODEL, OPENAI_BASE_URL } = {
    PARLEY_DEFAULT_MODEL: 'openai/x',
    OPENAI_BASE_URL: server.model.base_url,
  }
  const { of, findings } = await examine({
    PARLEY_DEFAULT_MODEL,
    OPENAI_BASE_URL,
    PARLEY_PUBLIC_URL: server.url,
    PARLEY_NONSENSE: '1',
  })
  const good = [
    'disk',
    'database',
    'notifications',
    'clock',
    'schema',
    'connections',
    'webhooks',
    'jobs',
    'turns',
    'model',
    'address',
  ]
  for (const name of good) expect(of(name), JSON.stringify(findings)).toMatchObject({ status: 'ok' })
  expect(findings.filter(({ name }) => name === 'settings')).toMatchObject([{ status: 'ok' }, { status: 'warn' }])
  // The key of the test's server is in its own data folder.
  expect(of('secret key')).toMatchObject({ status: 'fail', advice: expect.stringContaining('PARLEY_SECRET_KEY') })
})

it('exits with 1 if something fails, and with 2 for wrong settings', async () => {
  const settings = await examine({ PORT: 'many' })
  expect(settings).toMatchObject({ code: 2, findings: [{ name: 'settings', status: 'fail' }] })
  const nowhere = await examine({ DATABASE_URL: 'postgresql://u:hidden@127.0.0.1:1/x' }, '--no-model')
  expect(nowhere).toMatchObject({ code: 1 })
  expect(nowhere.of('database')).toMatchObject({ status: 'fail' })
  expect(nowhere.findings.filter(({ status }) => status === 'fail')).toHaveLength(1)
  expect(JSON.stringify(nowhere.findings)).not.toContain('hidden')
  expect(nowhere.of('model')).toBeUndefined()
  const unreached = await examine({ PARLEY_PUBLIC_URL: 'http://127.0.0.1:1' }, '--no-model')
  expect(unreached.of('address')).toMatchObject({
    status: 'fail',
    message: expect.stringMatching(/^http:\/\/127\.0\.0\.1:1\/healthz is not reached: (?!fetch failed)/),
  })
})

it('finds a connection that is cut while it waits for a notification', async () => {
  await using proxy = await startPostgresProxy(server.connection_string)
  proxy.failStatement(1, { when: 'after', how: 'cut', counts: ({ text }) => text === 'notify parley_doctor' })
  const { of, code } = await examine({ DATABASE_URL: proxy.through(server.connection_string) }, '--no-model')
  expect(code).toBe(1)
  expect(of('notifications')).toMatchObject({ status: 'fail', message: expect.stringContaining('Connection') })
  expect(of('clock')).toMatchObject({ status: 'ok' })
})

it('says of a database without tables that migrations are pending', async () => {
  await server.database.pool.query('create schema bare')
  const url = new URL(database_url())
  url.searchParams.set('options', '-c search_path=bare')
  const { of } = await examine({ DATABASE_URL: url.href.replaceAll('+', '%20') }, '--no-model')
  expect(of('schema')).toMatchObject({ status: 'warn', message: expect.stringMatching(/^\d+ migrations are pending$/) })
})
