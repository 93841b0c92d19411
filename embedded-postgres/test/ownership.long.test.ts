// Which processes can use the data: one owner, its successor after a kill, and guests.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEmbeddedPostgres } from '../src/embedded-postgres.ts'
import { isGone, query, serverProcesses, waitUntil, Workshop } from './support.ts'

/** Several starts of PostgreSQL, on a loaded machine. */
const LIMIT = { timeout: 300_000 }
let workshop: Workshop
/** The tests share this folder and depend on their order. */
let data_dir: string

beforeAll(async () => {
  workshop = await Workshop.open()
  data_dir = workshop.folder('data')
})
afterAll(() => workshop.close())

const start = (mode: 'own' | 'attach' = 'own') => startEmbeddedPostgres({ data_dir, mode }, workshop.host)

test('one of several concurrent first starts wins, and the others name it', LIMIT, async () => {
  const children = [workshop.child(data_dir), workshop.child(data_dir)]
  const outcomes = await Promise.all(children.map((child) => child.outcome()))
  await workshop.postmasterPid(data_dir)
  const winner = children[outcomes.findIndex(({ event }) => event === 'started')]
  expect(outcomes.filter(({ event }) => event === 'failed')).toMatchObject([
    { fault: 'in_use', message: expect.stringContaining(`Another Parley process (pid ${winner?.pid}) is using`) },
  ])
  expect((await winner?.stop())?.rows).toBe(1)
})

describe('a server whose owner was killed', () => {
  test('keeps running until the next start takes it over and stops it', LIMIT, async () => {
    const child = workshop.child(data_dir)
    const { connection_string, adopted } = await child.report('started')
    expect(adopted).toBe(false)
    const pid = await workshop.postmasterPid(data_dir)
    await query(connection_string, 'create table kept as select 42 as answer')
    await child.killAndWait()

    const next = await start()
    expect(next.adopted).toBe(true)
    expect(await workshop.postmasterPid(data_dir)).toBe(pid)
    expect(await query(next.connection_string, 'select answer from kept')).toEqual([{ answer: 42 }])
    const pids = [pid, ...(await serverProcesses(next.connection_string))]
    await next.stop()
    await waitUntil('the server is gone', () => pids.every(isGone))
  })

  test('reports its death to the new owner', LIMIT, async () => {
    const child = workshop.child(data_dir)
    await child.report('started')
    await child.killAndWait()
    await using next = await start()
    expect(next.adopted).toBe(true)
    process.kill(await workshop.postmasterPid(data_dir), 'SIGKILL')
    expect((await next.exited).fault).toBe('died')
  })
})

test('a second owner is refused without disturbing the first', LIMIT, async () => {
  await using first = await start()
  const pid = await workshop.postmasterPid(data_dir)
  const refused = start()
  await expect(refused).rejects.toMatchObject({ fault: 'in_use' })
  await expect(refused).rejects.toThrow(`Another Parley process (pid ${process.pid}) is using`)
  expect(await query(first.connection_string, 'select answer from kept')).toEqual([{ answer: 42 }])
  expect(await workshop.postmasterPid(data_dir)).toBe(pid)
})

test('a start that finds a stopping server waits for its end and starts it again', LIMIT, async () => {
  const first = await start()
  const pid = await workshop.postmasterPid(data_dir)
  const second_start = start()
  await waitUntil('the second start asks for the data', async () => {
    return (await launcherSessions(first.connection_string)) === 2
  })
  await first.stop()
  await using second = await second_start
  expect(second.adopted).toBe(false)
  expect(await query(second.connection_string, 'select answer from kept')).toEqual([{ answer: 42 }])
  expect(await workshop.postmasterPid(data_dir)).not.toBe(pid)
})

async function launcherSessions(connection_string: string): Promise<number> {
  const text = `select from pg_stat_activity where application_name like 'parley launcher%'`
  return (await query(connection_string, text)).length
}

describe('a guest', () => {
  test('uses the server of another process and leaves it running', LIMIT, async () => {
    const owner = await start()
    const pid = await workshop.postmasterPid(data_dir)
    const guest = await start('attach')
    expect(guest.adopted).toBe(true)
    expect(await query(guest.connection_string, 'select 1 as one')).toEqual([{ one: 1 }])
    await guest.stop()
    expect(isGone(pid)).toBe(false)
    expect(await query(owner.connection_string, 'select 1 as one')).toEqual([{ one: 1 }])

    const other = await start('attach')
    await owner.stop()
    expect(isGone(pid)).toBe(true)
    expect((await other.exited).fault).toBe('died')
    await other.stop()
  })

  test('owns the server if none was running', LIMIT, async () => {
    const guest = await start('attach')
    await workshop.postmasterPid(data_dir)
    expect(guest.adopted).toBe(false)
    await expect(start()).rejects.toMatchObject({ fault: 'in_use' })
    await guest.stop()
    expect(existsSync(join(data_dir, 'cluster', 'postmaster.pid'))).toBe(false)
  })
})

test('an interrupt of the whole process group, as with Ctrl-C, does not reach the server', LIMIT, async () => {
  const child = workshop.child(data_dir, { own_group: true })
  await child.report('started')
  const pid = await workshop.postmasterPid(data_dir)
  process.kill(-child.pid, 'SIGINT')
  expect((await child.report('stopped')).rows).toBe(1)
  await waitUntil('the server is gone', () => isGone(pid))
})
