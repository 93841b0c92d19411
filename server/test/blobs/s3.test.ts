// Blobs in S3-compatible storage: the same port, and no object that no row names.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { BlobMissing, dropBlob, keepBlob } from '../../src/blobs/blobs.ts'
import { moveBlobs } from '../../src/blobs/move.ts'
import { expireBlobs } from '../../src/blobs/work.ts'
import { testPorts } from '../support/ports.ts'
import { type S3Peer, startS3Peer } from '../support/s3-peer.ts'
import { type TestServer, startTestServer } from '../support/server.ts'
import { bytesOf, countBlobs, inPieces, never, read, sha256, storeOf } from './fixture.ts'

const part = 524_288
const most = 10_000_000

let peer: S3Peer
let server: TestServer
/** The storage answers no request. */
let isSilent = false
/** Called where a write stands when its row counts the part. */
let reached: ((point: string) => Promise<void>) | null = null
beforeAll(async () => {
  peer = await startS3Peer()
  const clock = {
    ...testPorts.clock,
    // Waits between tries, and the bound of a request that is not answered.
    after: (ms: number, call: () => void) =>
      testPorts.clock.after(ms < 5000 ? ms / 20 : ms === 30_000 && isSilent ? 500 : ms, call),
  }
  server = await startTestServer(peer.settings(), { ports: { clock, reached: (point) => reached?.(point) } })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await peer[Symbol.asyncDispose]()
})
beforeEach(async () => {
  peer.trouble = null
  reached = null
  await server.database.pool.query(`update blobs set uses = 0, expires_at = now() where state <> 'deleting'`)
  await expireBlobs(server.database)
  await settle()
  peer.requests.splice(0)
})

const blobs = () => server.app.core.blobs
const put = (bytes: Uint8Array, signal = never) =>
  blobs().put(storeOf(server), inPieces(bytes), { max_bytes: most, signal })

async function settle(): Promise<void> {
  await expect.poll(() => countBlobs(server), { timeout: 40_000 }).toEqual({ rows: 0, parts: 0, bytes: 0 })
  expect([...peer.objects.keys()]).toEqual([])
}

test.each([0, 1, part, 2 * part + 9])(
  '%i bytes are read as they were stored, and are gone when dropped',
  async (size) => {
    const bytes = bytesOf(size)
    const { id, ...stored } = await put(bytes)
    expect(stored).toEqual({ bytes: size, sha256: sha256(bytes) })
    expect([...peer.objects.keys()].every((name) => /^files\/of-tests\/[0-9a-f-]{36}\/\d+$/.test(name))).toBe(true)
    expect(peer.objects.size).toBe(Math.ceil(size / part))
    expect(await countBlobs(server)).toEqual({ rows: 1, parts: 0, bytes: size })
    const store = storeOf(server)
    expect((await read(blobs().open(store, id))).equals(bytes)).toBe(true)
    await store.transaction(async (tx) => {
      await keepBlob(tx, id)
      dropBlob(tx, id)
    })
    await settle()
    await expect(read(blobs().open(store, id))).rejects.toBeInstanceOf(BlobMissing)
  },
)

test('what may pass is tried again; anything else, or too often, fails the upload and leaves nothing', async () => {
  const troubles = [503, 500, 429]
  peer.trouble = () => troubles.shift() ?? null
  const { id } = await put(bytesOf(10))
  expect(peer.requests).toHaveLength(4)
  const answers = [500, null, 503]
  peer.trouble = () => answers.shift() ?? null
  expect((await read(blobs().open(storeOf(server), id))).length).toBe(10)
  peer.trouble = (method) => (method === 'PUT' ? 403 : null)
  peer.requests.splice(0)
  // The code alone: the rest of the answer names the key.
  await expect(put(bytesOf(10))).rejects.toThrow(/could not store a part: it answered 403 Test403$/)
  expect(peer.requests.filter((request) => request.startsWith('PUT'))).toHaveLength(1)
  peer.trouble = (method) => (method === 'PUT' ? 503 : null)
  await expect(put(bytesOf(10))).rejects.toThrow('it answered 503')
  peer.trouble = (method) => (method === 'PUT' ? new Promise(() => {}) : null)
  isSilent = true
  await expect(put(bytesOf(10))).rejects.toThrow('no answer within')
  isSilent = false
  peer.trouble = null
  await blobs().discard(storeOf(server), id)
  await settle()
})

test('a deletion is tried again until the storage confirms it, and holds up no other', async () => {
  const [one, other] = [await put(bytesOf(part + 1)), await put(bytesOf(2))]
  let refused = 0
  const stubborn = [...peer.objects.keys()].find((name) => name.endsWith('/1'))!
  peer.trouble = (method, name) => (method === 'DELETE' && name === stubborn && (refused += 1) < 7 ? 500 : null)
  await blobs().discard(storeOf(server), one.id)
  await blobs().discard(storeOf(server), other.id)
  await expect.poll(() => countBlobs(server)).toMatchObject({ rows: 1 })
  await expect.poll(() => refused).toBeGreaterThanOrEqual(4)
  expect([...peer.objects.keys()]).toContain(stubborn)
  // The next try comes after a pause that the database keeps.
  const pausing = `select from work where kind = 'delete_blobs' and lease is null and due_at > now()`
  await expect.poll(async () => refused >= 7 || (await server.database.pool.query(pausing)).rowCount === 1).toBe(true)
  await server.database.pool.query(`update work set due_at = now() where kind = 'delete_blobs'`)
  await settle()
  expect(refused).toBe(7)
})

test('a node that stood still for an hour writes nothing that was deleted meanwhile', async () => {
  let parts = 0
  const stopped = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  // After the row counts the second part, before its request arrives at the storage.
  peer.trouble = async (method) => {
    if (method !== 'PUT' || (parts += 1) !== 2) return null
    stopped.resolve()
    await goOn.promise
    return null
  }
  const writing = put(bytesOf(2 * part))
  writing.catch(() => {})
  await stopped.promise
  await server.database.pool.query(`update blobs set expires_at = now()`)
  await expireBlobs(server.database)
  await settle()
  peer.skew_ms = 3_600_000
  goOn.resolve()
  await expect(writing).rejects.toThrow('it answered 403')
  peer.skew_ms = 0
  await settle()
})

test('a node that dies between the row and its last byte leaves what expires', async () => {
  for (const point of ['blob.begun', 'blob.part', 'blob.written', 'blob.stored']) {
    const died = Promise.withResolvers<void>()
    reached = async (name) => {
      if (name !== point) return
      died.resolve()
      await new Promise(() => {})
    }
    void put(bytesOf(part + 1))
    await died.promise
    reached = null
    // Its row names every object that there is.
    const { rows } = await server.database.pool.query<{ key: string; parts: number }>('select key, parts from blobs')
    for (const name of peer.objects.keys()) {
      const [, key, position] = /([^/]+)\/(\d+)$/.exec(name)!
      expect(
        rows.some((row) => row.key === key && Number(position) < row.parts),
        `${point}: ${name}`,
      ).toBe(true)
    }
    await server.database.pool.query(`update blobs set expires_at = now()`)
    await expireBlobs(server.database)
    await settle()
  }
})

test('P9: a paused copy leaves what the original has put there, also when it moves it', async () => {
  const store = storeOf(server)
  const { id } = await put(bytesOf(10))
  const moved = (await put(bytesOf(20))).id
  const of_original = [...peer.objects.keys()]
  await server.database.pool.query('update installation set paused_at = now()')
  try {
    const own = (await put(bytesOf(30))).id
    await moveBlobs({ ...server.app.core, blobs: blobs(), to: 'postgres' })
    expect((await read(blobs().open(store, moved))).equals(bytesOf(20))).toBe(true)
    await store.transaction(async (tx) => {
      for (const one of [id, moved, own]) await keepBlob(tx, one)
      for (const one of [id, moved, own]) dropBlob(tx, one)
    })
    await expect.poll(() => countBlobs(server)).toEqual({ rows: 0, parts: 0, bytes: 0 })
    expect([...peer.objects.keys()]).toEqual(of_original)
  } finally {
    await server.database.pool.query('update installation set paused_at = null')
    peer.objects.clear()
  }
})
