// A running server that ends or loses a process.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startEmbeddedPostgres } from '../src/embedded-postgres.ts'
import { query, waitUntil, Workshop } from './support.ts'

/** Several starts of PostgreSQL, on a loaded machine. */
const LIMIT = { timeout: 300_000 }
let workshop: Workshop

beforeAll(async () => {
  workshop = await Workshop.open()
})
afterAll(() => workshop.close())

const start = (data_dir: string) => startEmbeddedPostgres({ data_dir }, workshop.host)

test('the death of a running server is reported, and the next start recovers it', LIMIT, async () => {
  const data_dir = workshop.folder('dies')
  const postgres = await start(data_dir)
  await query(postgres.connection_string, 'create table kept as select 42 as answer')
  process.kill(await workshop.postmasterPid(data_dir), 'SIGKILL')
  const reason = await postgres.exited
  expect(reason).toMatchObject({ fault: 'died' })
  expect(reason.message).toMatch(/PostgreSQL ended unexpectedly \(SIGKILL\)[\s\S]*postgresql\.log/)
  await postgres.stop()

  await using next = await start(data_dir)
  expect(next.adopted).toBe(false)
  expect(await query(next.connection_string, 'select answer from kept')).toEqual([{ answer: 42 }])
})

test('a server that is stopped from outside is lost as well', LIMIT, async () => {
  await using postgres = await start(workshop.folder('dies'))
  process.kill(await workshop.postmasterPid(workshop.folder('dies')), 'SIGINT')
  expect((await postgres.exited).message).toContain('exit code 0')
})

test('a server that recovers from the death of one process keeps running, with the same owner', LIMIT, async () => {
  const data_dir = workshop.folder('dies')
  const lines: string[] = []
  await using postgres = await startEmbeddedPostgres({ data_dir, log: (line) => lines.push(line) }, workshop.host)
  await workshop.postmasterPid(data_dir)
  const superuser = postgres.connection_string.replace('parley@/parley', 'postgres@/postgres')
  const find = `select pid from pg_stat_activity where application_name like 'parley launcher%'`
  const [backend] = await query<{ pid: number }>(superuser, find)
  process.kill(backend?.pid ?? 0, 'SIGKILL')
  await waitUntil('the session is back', () => lines.some((line) => line.includes('is available again')))
  expect(await query(postgres.connection_string, 'select 1 as one')).toEqual([{ one: 1 }])
  await expect(start(data_dir)).rejects.toMatchObject({ fault: 'in_use' })
  const state = await Promise.race([postgres.exited, Promise.resolve('running')])
  expect(state).toBe('running')
})
