// Starting where an initdb was killed, and at an odd path.
import { existsSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startEmbeddedPostgres } from '../src/embedded-postgres.ts'
import { LONG_NAME, query, waitUntil, Workshop } from './support.ts'

const LIMIT = { timeout: 30_000 }
let workshop: Workshop
beforeAll(async () => {
  workshop = await Workshop.open()
})
afterAll(() => workshop.close())

/** Starts, hands over the connection string, and stops. */
async function serve(data_dir: string, use: (connection_string: string) => Promise<void> = async () => {}) {
  await using postgres = await startEmbeddedPostgres({ data_dir }, workshop.host)
  await workshop.postmasterPid(data_dir)
  await use(postgres.connection_string)
  return postgres
}

test(
  'what an earlier start left half-made by a killed initdb does not hinder the next start, and is cleared away',
  LIMIT,
  async () => {
    const data_dir = workshop.folder('killed')
    const child = workshop.child(data_dir)
    const unfinished = async () =>
      existsSync(data_dir) ? (await readdir(data_dir)).filter((name) => name.includes('.new-')) : []
    await waitUntil('initdb is at work', async () => {
      const [name] = await unfinished()
      return name !== undefined && existsSync(join(data_dir, name, 'PG_VERSION'))
    })
    await child.killAndWait()
    expect(existsSync(join(data_dir, 'cluster'))).toBe(false)
    const next = await serve(data_dir)
    expect(next.adopted).toBe(false)
    // The orphaned initdb may have resisted the first clearing.
    await waitUntil('a start clears the rest away', async () => {
      await serve(data_dir)
      return (await unfinished()).length === 0
    })
  },
)

test('a path may be odd, and longer than a socket address; the short link to it may vanish', LIMIT, async () => {
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
