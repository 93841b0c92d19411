import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
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

async function examine(more: Record<string, string> = {}, ...args: string[]) {
  const { PATH = '' } = process.env
  const DATABASE_URL = server.connection_string.replace('@/', '@localhost/')
  const environment = { PATH, DATABASE_URL, PARLEY_DATA_DIR: data_dir, ...more }
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

it('exits with 1 if something fails', async () => {
  const settings = await examine({ PORT: 'many' })
  expect(settings).toMatchObject({ code: 1, findings: [{ name: 'settings', status: 'fail' }] })
  const nowhere = await examine({ DATABASE_URL: 'postgresql://u:hidden@127.0.0.1:1/x' }, '--no-model')
  expect(nowhere.of('database')).toMatchObject({ status: 'fail' })
  expect(JSON.stringify(nowhere.findings)).not.toContain('hidden')
  expect(nowhere.of('model')).toBeUndefined()
})
