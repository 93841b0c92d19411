// Moving blobs between stores: beside readers, writers and deletions, broken off anywhere, without a byte lost or left over.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type StoredBlob, dropBlob, keepBlob } from '../../src/blobs/blobs.ts'
import { type Moved, moveBlobs } from '../../src/blobs/move.ts'
import { expireBlobs } from '../../src/blobs/work.ts'
import { runHere } from '../../../cli/test/run-here.ts'
import { makeOrganization } from '../support/actors.ts'
import { testPorts } from '../support/ports.ts'
import { type S3Peer, startS3Peer } from '../support/s3-peer.ts'
import { type TestServer, startTestServer } from '../support/server.ts'
import { bytesOf, inPieces, never, read, sha256, storeOf } from './fixture.ts'

let peer: S3Peer
let server: TestServer
beforeAll(async () => {
  peer = await startS3Peer()
  server = await startTestServer(peer.settings('postgres'))
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await peer[Symbol.asyncDispose]()
})

async function keep(bytes: Buffer, organization_id?: string): Promise<StoredBlob> {
  const store = storeOf(server, organization_id)
  const blob = await server.app.core.blobs.put(store, inPieces(bytes), { max_bytes: 10_000_000, signal: never })
  await store.transaction((tx) => keepBlob(tx, blob.id))
  return blob
}

const drop = ({ id }: StoredBlob) =>
  storeOf(server).transaction(async (tx) => {
    await keepBlob(tx, id)
    dropBlob(tx, id)
    dropBlob(tx, id)
  })

const move = (
  to: 'postgres' | 's3',
  reached: ((point: string) => void | Promise<void>) | null = null,
): Promise<Moved> => {
  const { core } = server.app
  return moveBlobs({ ...core, database: server.database, ports: { ...testPorts, reached }, to })
}

const open = ({ id }: StoredBlob, organization_id?: string) =>
  server.app.core.blobs.open(storeOf(server, organization_id), id)

interface Stored {
  in_postgres: number
  in_s3: number
  parts: number
  others: number
}

async function count(): Promise<Stored> {
  const { rows } = await server.database.pool.query<Stored>(
    `select count(*) filter (where store = 'postgres' and state = 'stored') as in_postgres,
            count(*) filter (where store = 's3' and state = 'stored') as in_s3,
            count(*) filter (where state <> 'stored') as others,
            (select count(*) from blob_parts) as parts from blobs`,
  )
  return rows[0]!
}

test('there and back by the command, with new part sizes, for all organizations', async () => {
  const other = await makeOrganization(server)
  const contents = [0, 1, 262_144, 1_300_000].map((size) => bytesOf(size, size))
  const kept = await Promise.all(contents.map((bytes, index) => keep(bytes, index === 1 ? other.id : undefined)))
  const environment = {
    PATH: process.env['PATH']!,
    DATABASE_URL: server.connection_string.replace('@/', '@localhost/'),
    ...peer.settings('postgres'),
  }
  const run = (to: string) => runHere(['blobs', 'move', '--to', to], environment)
  expect(await run('s3')).toMatchObject({ code: 0, stdout: `files: 4\nbytes: ${262_144 + 1_300_001}\n` })
  await expect.poll(count).toEqual({ in_postgres: 0, in_s3: 4, parts: 0, others: 0 })
  expect(peer.objects.size).toBe(0 + 1 + 1 + 3)
  const readAll = async () => {
    for (const [index, blob] of kept.entries()) {
      expect(sha256(await read(open(blob, index === 1 ? other.id : undefined))).equals(blob.sha256)).toBe(true)
    }
  }
  await readAll()
  expect(await run('s3')).toMatchObject({ code: 0, stdout: 'files: 0\nbytes: 0\n' })
  expect(await run('postgres')).toMatchObject({ code: 0, stdout: `files: 4\nbytes: ${262_144 + 1_300_001}\n` })
  await expect.poll(count).toEqual({ in_postgres: 4, in_s3: 0, parts: 0 + 1 + 1 + 5, others: 0 })
  await expect.poll(() => peer.objects.size).toBe(0)
  await readAll()
  const { rows } = await server.database.pool.query('select sum(bytes)::integer as bytes from blob_usage')
  expect(rows).toEqual([{ bytes: 262_144 + 1_300_001 }])
})

test('without the settings of S3 the command says so, and a server with files there does not start', async () => {
  const environment = {
    PATH: process.env['PATH']!,
    DATABASE_URL: server.connection_string.replace('@/', '@localhost/'),
  }
  const outcome = await runHere(['blobs', 'move', '--to', 's3'], environment)
  expect(outcome).toMatchObject({
    code: 1,
    stderr: 'parley: PARLEY_S3_BUCKET and its keys are not set. Set them first.\n',
  })
  await move('s3')
  const empty = Object.fromEntries(Object.keys(peer.settings()).map((name) => [name, '']))
  await expect(server.startAnother(empty)).rejects.toThrow('the database has files in S3')
  await move('postgres')
})

test('a reader goes on where the blob is, and a blob that is dropped meanwhile is gone from both stores', async () => {
  const bytes = bytesOf(1_500_000)
  const [first, second] = [await keep(bytes), await keep(bytesOf(700_000))]
  const before = await count()
  const reading = open(first)[Symbol.asyncIterator]()
  const pieces = [(await reading.next()).value as Buffer]
  await move('s3', async (point) => {
    if (point === 'blob.move.copied') await drop(second).catch(() => {})
  })
  await expect.poll(count).toMatchObject({ in_postgres: 0, parts: 0, others: 0, in_s3: before.in_postgres - 1 })
  for (let next = await reading.next(); !next.done; next = await reading.next()) pieces.push(next.value)
  expect(Buffer.concat(pieces).equals(bytes)).toBe(true)
  await expect(read(open(second))).rejects.toThrow('does not exist')
  await move('postgres')
  await expect.poll(() => peer.objects.size).toBe(0)
  await expect.poll(count).toMatchObject({ in_s3: 0, others: 0 })
})

test('broken off at each point, it goes on; nothing is lost, doubled or left over', async () => {
  const kept = await Promise.all([600_000, 3, 0].map((size) => keep(bytesOf(size))))
  const total = (await count()).in_postgres
  for (const point of ['blob.move.begun', 'blob.part', 'blob.move.copied']) {
    let passed = 0
    const died = Promise.withResolvers<void>()
    // The second time: one blob is moved, one is under way. A process that is killed does not clean up either.
    const killed = move('s3', async (name) => {
      if (name !== point || (passed += 1) < 2) return
      died.resolve()
      await new Promise(() => {})
    })
    void killed
    await died.promise
    for (const blob of kept) expect(sha256(await read(open(blob))).equals(blob.sha256)).toBe(true)
    await server.database.pool.query(`update blobs set expires_at = now() where state = 'writing'`)
    await expireBlobs(server.database)
    await move('s3')
    await expect.poll(count).toEqual({ in_postgres: 0, in_s3: total, parts: 0, others: 0 })
    for (const blob of kept) expect(sha256(await read(open(blob))).equals(blob.sha256)).toBe(true)
    await move('postgres')
    await expect.poll(() => peer.objects.size).toBe(0)
    await expect.poll(count).toMatchObject({ in_postgres: total, in_s3: 0, others: 0 })
  }
})

test('two moves at once and opposite moves lose nothing', async () => {
  const kept = await Promise.all(Array.from({ length: 6 }, (_, index) => keep(bytesOf(300_000 + index))))
  const total = (await count()).in_postgres
  const [one, other] = await Promise.all([move('s3'), move('s3')])
  expect(one.blobs + other.blobs).toBe(total)
  await Promise.all([move('s3'), move('postgres')])
  for (const blob of kept) expect(sha256(await read(open(blob))).equals(blob.sha256)).toBe(true)
  await move('postgres')
  await expect.poll(count).toMatchObject({ in_postgres: total, in_s3: 0, others: 0 })
  await expect.poll(() => peer.objects.size).toBe(0)
})

test('a part that is not what was stored stops the move, and stays where it was', async () => {
  const blob = await keep(bytesOf(100))
  await server.database.pool.query(
    `update blob_parts set bytes = '\\x00'::bytea || substring(bytes from 2) where key = (select key from blobs where id = $1)`,
    [blob.id],
  )
  await expect(move('s3')).rejects.toThrow('its SHA-256 differs')
  const { rows } = await server.database.pool.query('select store from blobs where id = $1', [blob.id])
  expect(rows).toEqual([{ store: 'postgres' }])
})
