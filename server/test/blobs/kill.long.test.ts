// kill -9 of a node that receives or deletes a file: another node goes on, nothing accepted is lost, nothing is left over.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient } from '@parley/sdk'
import { expireBlobs } from '../../src/blobs/work.ts'
import { tokenOf } from '../knowledge/blobs/fixture.ts'
import { startServerProcess } from '../support/process.ts'
import { type S3Peer, startS3Peer } from '../support/s3-peer.ts'
import { type TestServer, startTestServer } from '../support/server.ts'
import { bytesOf, countBlobs, sha256 } from './fixture.ts'

const PARLEY_SECRET_KEY = randomBytes(32).toString('hex')

let peer: S3Peer
let server: TestServer
beforeAll(async () => {
  peer = await startS3Peer()
  server = await startTestServer({ PARLEY_SECRET_KEY, ...peer.settings('postgres') })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await peer[Symbol.asyncDispose]()
})

/** Another node, in a process of its own. */
async function startNode(environment: Record<string, string> = {}) {
  const node = startServerProcess({
    ...{ PARLEY_SECRET_KEY, PARLEY_LOG_LEVEL: 'error', ...peer.settings('postgres'), ...environment },
    DATABASE_URL: server.connection_string.replace('@/', '@localhost/'),
  })
  const url = await node.ready
  const kill = async () => {
    node.child.kill('SIGKILL')
    await node.exited
  }
  return { node, kill, client: createClient({ base_url: url, token: server.admin_key, retries: 0 }), url }
}

const newFile = async () => (await server.client.createSources({ items: { name: 'a.bin', type: 'FILE' } }))[0]!
const complete = (source_id: string) => server.client.updateSource({ source_id, file_upload_status: 'COMPLETE' })

test('killed while it receives: nothing has changed, and what it had stored goes', async () => {
  const { url, kill, node } = await startNode()
  await using _node = node
  const source = await newFile()
  const { pathname, search } = new URL(source.presigned_url!)
  const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(bytesOf(600_000)) })
  const sending = fetch(`${url}${pathname}${search}`, { method: 'PUT', body, duplex: 'half' } as RequestInit)
  sending.catch(() => {})
  await expect.poll(async () => (await countBlobs(server)).parts).toBe(2)
  await kill()
  await expect(sending).rejects.toThrow('fetch failed')
  expect(await server.client.getSource({ source_id: source.id })).toMatchObject({ file_upload_status: 'PENDING' })
  await expect(complete(source.id)).rejects.toMatchObject({ code: 'file_missing' })
  const target = { source_id: source.id, token: tokenOf(source.presigned_url) }
  await server.client.uploadSource({ ...target, file: new Blob(['whole']) })
  expect(await complete(source.id)).toMatchObject({ content_hash: sha256(Buffer.from('whole')).toString('hex') })
  await server.database.pool.query(`update blobs set expires_at = now() where state = 'writing'`)
  await expireBlobs(server.database)
  await expect.poll(() => countBlobs(server)).toMatchObject({ rows: 1, parts: 1 })
  await server.client.deleteSource({ source_id: source.id })
})

test('killed once it has answered: the file is there (K1)', async () => {
  const { client, kill, node } = await startNode()
  await using _node = node
  const source = await newFile()
  const bytes = bytesOf(700_000)
  await client.uploadSource({ source_id: source.id, token: tokenOf(source.presigned_url), file: new Blob([bytes]) })
  node.child.kill('SIGSTOP')
  const [form] = await server.client.createSources({ file: new File([bytes], 'b.bin') })
  await kill()
  expect((await complete(source.id)).content_hash).toBe(sha256(bytes).toString('hex'))
  for (const source_id of [source.id, form!.id]) {
    const file = await server.client.getSourceFile({ source_id })
    expect(sha256(await file.bytes()).equals(sha256(bytes))).toBe(true)
    await server.client.deleteSource({ source_id })
  }
})

test('killed while it deletes: another node deletes what is left', async () => {
  await expect.poll(() => countBlobs(server)).toEqual({ rows: 0, parts: 0, bytes: 0 })
  const { client, kill, node } = await startNode({ PARLEY_BLOB_STORE: 's3' })
  await using _node = node
  const [source] = await client.createSources({ file: new File([bytesOf(1_200_000)], 'c.bin') })
  expect(peer.objects.size).toBe(3)
  const begun = Promise.withResolvers<void>()
  // Anyone who deletes first stands still.
  peer.trouble = (method, name) => {
    if (method !== 'DELETE' || !name.endsWith('/1')) return null
    begun.resolve()
    return new Promise(() => {})
  }
  await client.deleteSource({ source_id: source!.id })
  await begun.promise
  peer.trouble = null
  await kill()
  // If this node was the one that stood still, it goes on when its request has taken too long.
  await expect.poll(() => peer.objects.size, { timeout: 120_000 }).toBe(0)
  await expect.poll(() => countBlobs(server)).toEqual({ rows: 0, parts: 0, bytes: 0 })
})
