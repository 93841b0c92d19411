// P9: a file that was torn or changed anywhere is refused, and a restore that is broken off leaves nothing.
import { readFile, truncate, writeFile } from 'node:fs/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RestoreOptions } from '../../src/backup/restore-backup.ts'
import { BackupTorn } from '../../src/backup/rules/manifest.ts'
import { openDatabase } from '../../src/database/database.ts'
import { startPostgresProxy } from '../support/postgres-proxy.ts'
import type { TestServer } from '../support/server.ts'
import { type Folder, type Source, createEmptyDatabase, dump, isEmpty, startSource } from './fixture.ts'

let source: Source
let server: TestServer
let folder: Folder
let file: string
beforeAll(async () => {
  source = await startSource()
  ;({ server, folder, file } = source)
})
afterAll(() => source[Symbol.asyncDispose]())

const restore: Source['restore'] = (target, more) => source.restore(target, more)

/** Where the entries of the archive have their headers and contents. */
function placesIn(bytes: Buffer): { header: number; content: number; size: number }[] {
  const places = []
  for (let at = 0; bytes[at] !== 0;) {
    const size = parseInt(bytes.toString('latin1', at + 124, at + 135), 8)
    places.push({ header: at, content: at + 512, size })
    at += 512 + Math.ceil(size / 512) * 512
  }
  return places
}

const random = fc.sample(fc.integer({ min: 0, max: 2 ** 30 }), 60)

test('P9: torn at any place, it is refused, and the database stays empty', async () => {
  await using target = await createEmptyDatabase()
  const whole = await readFile(file)
  const torn = folder.path('torn.parley')
  // At the last bytes, too, which hold nothing.
  const places = [0, 1, 512, whole.length - 1024, whole.length - 1, ...random.map((number) => number % whole.length)]
  for (const length of places) {
    await writeFile(torn, whole)
    await truncate(torn, length)
    await expect(restore(target, { file: torn }), `${length} bytes`).rejects.toThrow(BackupTorn)
  }
  expect(await isEmpty(target)).toBe(true)
})

test('P9: with one byte changed, it is refused', async () => {
  await using target = await createEmptyDatabase()
  const whole = await readFile(file)
  const places = placesIn(whole)
  const changed = folder.path('changed.parley')
  for (const number of random) {
    const { header, content, size } = places[number % places.length]!
    // In a content, or in the name or size of its entry.
    const at = number % 3 === 0 ? header + (number % 12) : content + (number % size)
    const bytes = Buffer.from(whole)
    bytes[at]! ^= 1 << (number % 7)
    await writeFile(changed, bytes)
    await expect(restore(target, { file: changed }), `byte ${at}`).rejects.toThrow(/not a whole backup|made by Parley/)
  }
  expect(await isEmpty(target)).toBe(true)
})

test('P9: a restore that is broken off at any table leaves the database empty, and can be repeated', async () => {
  await using target = await createEmptyDatabase()
  for (const after of [1, 4, 10]) {
    const stop = new AbortController()
    let times = 0
    const onProgress: RestoreOptions['onProgress'] = ({ step }) => {
      if (step === 'loading' && ++times === after) stop.abort(new Error('broken off'))
    }
    await expect(restore(target, { signal: stop.signal, onProgress }), String(after)).rejects.toThrow('broken off')
    await expect.poll(() => isEmpty(target)).toBe(true)
  }
  await restore(target)
  expect(await dump(target)).toEqual(await dump(server))
})

test('P9: a restore whose connection is lost leaves the database empty', async () => {
  await using target = await createEmptyDatabase()
  const kill = async () => {
    await target.database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'parley restore'`,
    )
  }
  for (const after of [1, 10]) {
    let times = 0
    const onProgress: RestoreOptions['onProgress'] = async ({ step }) => {
      if (step === 'loading' && ++times === after) await kill()
    }
    await expect(restore(target, { onProgress })).rejects.toThrow(/onnection/)
    await expect.poll(() => isEmpty(target)).toBe(true)
  }
})

test.each(['before', 'after'] as const)(
  'P9: a connection that is lost %s the commit leaves all or nothing, and that is said',
  async (when) => {
    await using target = await createEmptyDatabase()
    await using proxy = await startPostgresProxy(target.connection_string)
    await using database = openDatabase({
      connection_string: proxy.through(target.connection_string),
      ...{ max_connections: 4, statement_timeout_ms: 30_000, onError: () => {} },
    })
    const { hit } = proxy.atCommit({ of: /^copy "agents"/, when, how: 'cut' })
    const lost = restore({ ...target, database })
    await expect(lost).rejects.toThrow('either all of it was restored or nothing')
    await hit
    if (when === 'before') {
      await expect.poll(() => isEmpty(target)).toBe(true)
      await restore(target)
    } else await expect(restore(target)).rejects.toThrow('The database is not empty')
    expect(await dump(target)).toEqual(await dump(server))
  },
)
