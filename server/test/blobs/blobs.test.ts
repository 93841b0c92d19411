// Blobs in the database: whole or not at all, kept as long as something refers to them, and then gone with every byte.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { BlobMissing, BlobQuotaExceeded, BlobTooLarge, dropBlob, dropBlobs, keepBlob } from '../../src/blobs/blobs.ts'
import { expireBlobs } from '../../src/blobs/work.ts'
import { makeOrganization } from '../support/actors.ts'
import { type TestServer, startTestServer } from '../support/server.ts'
import { bytesOf, countBlobs, inPieces, never, read, sha256, storeOf } from './fixture.ts'

const part = 262_144
const most = 2_000_000

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ PARLEY_LIMIT_STORED_BYTES_OF_ORGANIZATION: '5000000' })
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(async () => {
  await server.database.pool.query(`update blobs set uses = 0, expires_at = now() where state <> 'deleting'`)
  await settle()
})

const blobs = () => server.app.core.blobs
const put = (bytes: Uint8Array, max_bytes = most, signal = never) =>
  blobs().put(storeOf(server), inPieces(bytes), { max_bytes, signal })

/** What has expired is gone. */
async function settle(): Promise<void> {
  await expireBlobs(server.database)
  await expect.poll(() => countBlobs(server), { timeout: 40_000 }).toEqual({ rows: 0, parts: 0, bytes: 0 })
}

test.each([0, 1, part - 1, part, part + 1, 3 * part + 17])('%i bytes are read as they were stored', async (size) => {
  const bytes = bytesOf(size)
  const stored = await put(bytes)
  expect(stored).toEqual({ id: expect.any(String), bytes: size, sha256: sha256(bytes) })
  expect((await read(blobs().open(storeOf(server), stored.id))).equals(bytes)).toBe(true)
  expect(await countBlobs(server)).toEqual({ rows: 1, parts: Math.ceil(size / part), bytes: size })
})

test('another organization can neither read, keep, drop nor discard it', async () => {
  const stored = await put(bytesOf(10))
  const other = storeOf(server, (await makeOrganization(server)).id)
  await expect(read(blobs().open(other, stored.id))).rejects.toBeInstanceOf(BlobMissing)
  await expect(other.transaction((tx) => keepBlob(tx, stored.id))).rejects.toBeInstanceOf(BlobMissing)
  await storeOf(server).transaction((tx) => keepBlob(tx, stored.id))
  await other.transaction(async (tx) => {
    await expect(keepBlob(tx, stored.id)).rejects.toBeInstanceOf(BlobMissing)
    dropBlob(tx, stored.id)
  })
  await blobs().discard(other, stored.id)
  expect((await read(blobs().open(storeOf(server), stored.id))).length).toBe(10)
})

test('a part that is shorter than it was ends the reading with an error', async () => {
  const { id } = await put(bytesOf(2 * part + 17))
  const shorten = (position: number, to: number) =>
    server.database.pool.query('update blob_parts set bytes = substring(bytes for $2) where position = $1', [
      position,
      to,
    ])
  await shorten(2, 16)
  await expect(read(blobs().open(storeOf(server), id))).rejects.toThrow(`has an incomplete part at ${2 * part + 16}`)
  await shorten(1, 10)
  await expect(read(blobs().open(storeOf(server), id))).rejects.toThrow(`has an incomplete part at ${part + 10}`)
})

test('what is too large, or broken off, leaves nothing', async () => {
  await expect(put(bytesOf(part + 1), part)).rejects.toBeInstanceOf(BlobTooLarge)
  const halt = new AbortController()
  const content = async function* () {
    yield bytesOf(2 * part)
    halt.abort(new Error('the caller has gone'))
    yield bytesOf(10)
  }
  const options = { max_bytes: most, signal: halt.signal }
  await expect(blobs().put(storeOf(server), content(), options)).rejects.toThrow('the caller has gone')
  await settle()
})

test('it is kept as often as something refers to it, and deleted after the last', async () => {
  const bytes = bytesOf(part + 5)
  const { id } = await put(bytes)
  const store = storeOf(server)
  await store.transaction((tx) => keepBlob(tx, id))
  await store.transaction(async (tx) => {
    await keepBlob(tx, id)
    await keepBlob(tx, id)
  })
  await store.transaction(async (tx) => {
    await keepBlob(tx, id)
    dropBlobs(tx, [id, id])
    dropBlob(tx, id)
  })
  await blobs().discard(store, id)
  expect((await read(blobs().open(store, id))).equals(bytes)).toBe(true)
  const { id: other } = await put(bytesOf(3))
  await store.transaction(async (tx) => {
    await keepBlob(tx, other)
    dropBlobs(tx, [id, other])
  })
  await expect.poll(() => countBlobs(server)).toEqual({ rows: 0, parts: 0, bytes: 0 })
  await expect(read(blobs().open(store, id))).rejects.toBeInstanceOf(BlobMissing)
  await expect(store.transaction((tx) => keepBlob(tx, id))).rejects.toBeInstanceOf(BlobMissing)
})

test('a reference that was not committed does not count', async () => {
  const { id } = await put(bytesOf(3))
  const store = storeOf(server)
  const undone = store.transaction(async (tx) => {
    await keepBlob(tx, id)
    throw new Error('undone')
  })
  await expect(undone).rejects.toThrow('undone')
  await blobs().discard(store, id)
  await expect.poll(() => countBlobs(server)).toEqual({ rows: 0, parts: 0, bytes: 0 })
})

test('unfinished ones expire after an hour, those that nothing refers to after a day', async () => {
  const { pool } = server.database
  const { id } = await put(bytesOf(3))
  const held = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  const content = async function* () {
    yield bytesOf(part)
    reached.resolve()
    await held.promise
    yield bytesOf(part)
  }
  const writing = blobs().put(storeOf(server), content(), { max_bytes: most, signal: never })
  writing.catch(() => {})
  await reached.promise
  await expect.poll(async () => (await countBlobs(server)).parts).toBe(2)
  const { rows } = await pool.query<{ state: string; minutes: number }>(
    `select state, round(extract(epoch from expires_at - created_at) / 60)::integer as minutes from blobs order by state`,
  )
  expect(rows).toEqual([
    { state: 'stored', minutes: 1440 },
    { state: 'writing', minutes: 60 },
  ])
  await pool.query(`update blobs set expires_at = now() - interval '1 second'`)
  // Expired, but not yet deleted: nothing can refer to it any more.
  await expect(storeOf(server).transaction((tx) => keepBlob(tx, id))).rejects.toBeInstanceOf(BlobMissing)
  await settle()
  // Its writer was only slow.
  held.resolve()
  await expect(writing).rejects.toBeInstanceOf(BlobMissing)
  expect(await countBlobs(server)).toEqual({ rows: 0, parts: 0, bytes: 0 })
})

test('an organization stores no more than its limit, also with many at once', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, (_, index) => put(bytesOf(1_000_000, index))))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(BlobQuotaExceeded)
  }
  await expect(put(bytesOf(1))).rejects.toBeInstanceOf(BlobQuotaExceeded)
  await expect.poll(() => countBlobs(server)).toEqual({ rows: 5, parts: 20, bytes: 5_000_000 })
  const other = storeOf(server, (await makeOrganization(server)).id)
  await blobs().put(other, inPieces(bytesOf(1)), { max_bytes: most, signal: never })
})

test('one that is being deleted gets no further part', async () => {
  const { pool } = server.database
  const content = (async function* () {
    yield bytesOf(300_000)
    await pool.query(`update blobs set state = 'deleting' where state = 'writing'`)
    yield bytesOf(300_000)
  })()
  const putting = server.app.core.blobs.put(storeOf(server), content, { max_bytes: 1_000_000, signal: never })
  await expect(putting).rejects.toThrow('does not exist')
  const parts = `select from blob_parts p join blobs b using (key) where b.state = 'deleting' and p.position > 0`
  expect((await pool.query(parts)).rowCount).toBe(0)
})
