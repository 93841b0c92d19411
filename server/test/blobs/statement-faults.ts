// The connection to PostgreSQL is lost at each statement of an upload, before and after it is executed, once and for good: what is
// answered is true, a repetition succeeds, and nothing is left over.
import { ApiError } from '@parley/sdk'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { expireBlobs } from '../../src/blobs/work.ts'
import { tokenOf } from '../knowledge/blobs/fixture.ts'
import { type PostgresProxy, startPostgresProxy } from '../support/postgres-proxy.ts'
import { type TestServer, startTestServer } from '../support/server.ts'
import { bytesOf, countBlobs, sha256 } from './fixture.ts'

const bytes = bytesOf(300_000)

let proxy: PostgresProxy
let server: TestServer
function openServer(): void {
  beforeAll(async () => {
    proxy = await startPostgresProxy(inject('postgres_url'))
    server = await startTestServer({}, { connectThrough: (connection) => proxy.through(connection) })
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await proxy[Symbol.asyncDispose]()
  })
}

/** Statements of a PUT and of COMPLETE, and transactions by one of their statements. */
const statements = [
  'find_open_upload',
  'begin_blob',
  'write_blob_part',
  'finish_blob',
  'count_blob_bytes',
  'lock_upload',
]
const commits = ['finish_blob', 'keep_blob', 'insert_source_content']
const places = [...statements.map((of) => ({ of, isCommit: false })), ...commits.map((of) => ({ of, isCommit: true }))]
const points = places.flatMap((place) =>
  (['before', 'after'] as const).flatMap((when) => [false, true].map((for_good) => ({ ...place, when, for_good }))),
)
type Point = (typeof points)[number]

/** Repeats what was not served. Nothing else may be answered. */
async function untilServed<T>(call: () => Promise<T>): Promise<{ answer: T; refused: number }> {
  for (let refused = 0; refused < 100; refused += 1) {
    try {
      return { answer: await call(), refused }
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 503) throw error
    }
  }
  throw new Error('it was never served')
}

async function uploadWithFault({ of, isCommit, when, for_good }: Point): Promise<void> {
  const items = { name: 'a.bin', type: 'FILE' as const }
  const { answer } = await untilServed(() => server.client.createSources({ items }))
  const [source] = answer
  const source_id = source!.id
  const target = { source_id, token: tokenOf(source!.presigned_url) }
  const point = { when, how: 'cut' as const, for_good }
  const fault = isCommit
    ? proxy.atCommit({ ...point, of })
    : proxy.failStatement(1, { ...point, counts: ({ name }) => name === of })
  const releaseOnceHit = async () => {
    await fault.hit
    if (for_good) await expect.poll(() => fault.refused).toBeGreaterThan(1)
    fault.release()
  }
  void releaseOnceHit()
  const sent = await untilServed(() => server.client.uploadSource({ ...target, file: new Blob([bytes]) }))
  const completed = await untilServed(() => server.client.updateSource({ source_id, file_upload_status: 'COMPLETE' }))
  expect(fault.hits.length).toBeGreaterThan(0)
  fault.release()
  // What was executed, and not told, was done once.
  expect(completed.answer).toMatchObject({ revision: 1, file_upload_status: 'COMPLETE' })
  if (when === 'before' || !isCommit) expect(sent.refused + completed.refused).toBeGreaterThan(0)
  const file = await untilServed(() => server.client.getSourceFile({ source_id }))
  expect(sha256(await file.answer.bytes()).equals(sha256(bytes))).toBe(true)
  await untilServed(() => server.client.deleteSource({ source_id }))
  await server.database.pool.query(`update blobs set expires_at = now() where expires_at is not null`)
  await expireBlobs(server.database)
  await expect.poll(() => countBlobs(server), { timeout: 90_000 }).toEqual({ rows: 0, parts: 0, bytes: 0 })
}

/** Defines the tests of a file: at every nth point. */
export function testUploads(every: number): void {
  openServer()
  test.each(points.filter((_, index) => index % every === 0))(
    '$when $of (its commit: $isCommit, for good: $for_good)',
    { timeout: 120_000 },
    uploadWithFault,
  )
}
