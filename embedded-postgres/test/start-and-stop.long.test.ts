// Starting where an initdb was killed, and at an odd path.
import { existsSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startEmbeddedPostgres } from '../src/embedded-postgres.ts'
import { LONG_NAME, query, waitUntil, Workshop } from './support.ts'

/** Several starts of PostgreSQL, on a loaded machine. */
const LIMIT = { timeout: 300_000 }
let workshop: Workshop
beforeAll(async () => {
  workshop = await Workshop.open()
})
afterAll(() => workshop.close())

/** Starts, passes on the connection string, and stops. */
async function serve(data_dir: string, use: (connection_string: string) => Promise<void> = async () => {}) {
  await using postgres = await startEmbeddedPostgres({ data_dir }, workshop.host)
  await workshop.postmasterPid(data_dir)
  await use(postgres.connection_string)
  return postgres
}

const unfinishedIn = async (data_dir: string) =>
  existsSync(data_dir) ? (await readdir(data_dir)).filter((name) => name.includes('.new-')) : []

/** Another folder each time: initdb can be over before this process is there to see it. */
async function killDuringInitdb(): Promise<string> {
  for (let nth = 1; ; nth += 1) {
    const data_dir = workshop.folder(`killed ${nth}`)
    const child = workshop.child(data_dir)
    await waitUntil('initdb is running', async () => {
      const [name] = await unfinishedIn(data_dir)
      return existsSync(join(data_dir, name ?? 'cluster', 'PG_VERSION'))
    })
    await child.killAndWait()
    if ((await unfinishedIn(data_dir)).length > 0) return data_dir
    await serve(data_dir)
  }
}

test('an unfinished cluster of a killed initdb does not block the next start, and is removed', LIMIT, async () => {
  const data_dir = await killDuringInitdb()
  const unfinished = () => unfinishedIn(data_dir)
  expect(existsSync(join(data_dir, 'cluster'))).toBe(false)
  const next = await serve(data_dir)
  expect(next.adopted).toBe(false)
  // The orphaned initdb can have prevented the first removal.
  await waitUntil('a start removes the rest', async () => {
    await serve(data_dir)
    return (await unfinished()).length === 0
  })
})

test('a path can be unusual and longer than a socket address, and its short link is recreated', LIMIT, async () => {
  const data_dir = workshop.folder(LONG_NAME)
  const private_dir = workshop.folder(`parley-${process.geteuid?.()}`)
  const child = workshop.child(data_dir)
  const { connection_string } = await child.report('started')
  await workshop.postmasterPid(data_dir)
  expect(await query(connection_string, 'select 1 as one')).toEqual([{ one: 1 }])
  expect((await stat(private_dir)).mode & 0o777).toBe(0o700)
  await child.killAndWait()
  await rm(private_dir, { recursive: true })
  const next = await serve(data_dir, async (address) => {
    expect(await query(address, 'select 1 as one')).toEqual([{ one: 1 }])
  })
  expect(next.adopted).toBe(true)
  expect(existsSync(private_dir)).toBe(false)
})
