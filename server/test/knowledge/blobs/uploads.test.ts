// Files on their way in and out: raw and as forms, bounded in bytes, time and number, and whole or not at all.
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemPorts } from '../../../src/base/ports.ts'
import { bytesOf, countBlobs, sha256 } from '../../blobs/fixture.ts'
import { type Organization, makeOrganization } from '../../support/actors.ts'
import { testPorts } from '../../support/ports.ts'
import { type TestServer, refusal, startTestServer } from '../../support/server.ts'
import { countUnused, createSlowBody, json, put, send, tokenOf } from './fixture.ts'

const file_bytes = 3_000_000
const silence_ms = 30_000
const whole_ms = 600_000

/** Holds writes of parts while a promise is here. */
let held: Promise<void> | null = null
/** The bounds of uploads, shortened when a test says so. */
const shortened = new Map<number, number>()

let server: TestServer
beforeAll(async () => {
  const clock = {
    ...testPorts.clock,
    after: (ms: number, call: () => void) => testPorts.clock.after(shortened.get(ms) ?? ms, call),
  }
  const reached = async (point: string) => {
    if (point === 'blob.part') await held
  }
  server = await startTestServer({ PARLEY_LIMIT_FILE_BYTES: String(file_bytes) }, { ports: { clock, reached } })
})
afterAll(() => server[Symbol.asyncDispose]())

interface Target {
  id: string
  address: string
}

async function newTarget(client = server.client): Promise<Target> {
  const [source] = await client.createSources({ items: { name: 'a.bin', type: 'FILE' } })
  return { id: source!.id, address: source!.presigned_url! }
}

const stored = (id: string) => server.client.getSource({ source_id: id })

describe('the address of a file', () => {
  test.each([0, 1, 262_144, file_bytes])('%i bytes, with and without their number announced', async (size) => {
    const bytes = bytesOf(size)
    const { id, address } = await newTarget()
    expect(await put(address, bytes)).toEqual({ status: 200, code: null })
    const unannounced = new Blob([bytes]).stream()
    expect(await put(address, unannounced, { 'content-type': 'application/json' })).toEqual({ status: 200, code: null })
    await server.client.updateSource({ source_id: id, file_upload_status: 'COMPLETE' })
    expect((await stored(id)).content_hash).toBe(sha256(bytes).toString('hex'))
    const file = await server.client.getSourceFile({ source_id: id })
    expect(Buffer.from(await file.arrayBuffer()).equals(bytes)).toBe(true)
  })

  test('too large: 413, whether announced or not, and what was sent before counts', async () => {
    const { id, address } = await newTarget()
    await put(address, 'before')
    const large = bytesOf(file_bytes + 1)
    expect(await put(address, large)).toEqual({ status: 413, code: 'file_too_large' })
    expect(await put(address, new Blob([large]).stream())).toEqual({ status: 413, code: 'file_too_large' })
    await server.client.updateSource({ source_id: id, file_upload_status: 'COMPLETE' })
    expect((await stored(id)).file_size).toBe(6)
  })

  test('a wrong, missing or foreign token, an unknown source: 403; a Content-Encoding: 415', async () => {
    const [one, other] = [await newTarget(), await newTarget()]
    const foreign = one.address.replace(/token=.*/, `token=${tokenOf(other.address)}`)
    const unknown = one.address.replace(one.id, crypto.randomUUID())
    for (const address of [foreign, unknown, one.address.slice(0, -1), one.address.replace(/\?.*/, '')]) {
      expect(await put(address, 'x')).toEqual({ status: 403, code: 'upload_url_invalid' })
    }
    expect(await put(one.address, 'x', { 'content-encoding': 'gzip' })).toMatchObject({ status: 415 })
    // It opens nothing else.
    const token = tokenOf(one.address)
    const path = `/sources/${one.id}?token=${token}`
    const read = await fetch(`${server.url}/knowledge-base${path}`, { headers: { authorization: `Bearer ${token}` } })
    expect(read.status).toBe(401)
    expect(server.log.join('\n')).not.toContain(token)
  })

  test('an hour later it is closed, also for what arrives meanwhile', async () => {
    const { id, address } = await newTarget()
    const { body, go, begun } = createSlowBody(bytesOf(10))
    const sending = put(address, body)
    await begun
    await expect.poll(async () => (await countBlobs(server)).rows).toBeGreaterThan(0)
    await server.database.pool.query(`update sources set upload_expires_at = now() where id = $1`, [id])
    go()
    expect(await sending).toEqual({ status: 403, code: 'upload_url_invalid' })
    expect(await put(address, 'x')).toEqual({ status: 403, code: 'upload_url_invalid' })
  })

  test('a PUT that breaks off changes nothing; of two at once each is whole, and the last counts', async () => {
    const { id, address } = await newTarget()
    await put(address, 'before')
    const { hostname, port, pathname, search } = new URL(address)
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    socket.write(`PUT ${pathname}${search} HTTP/1.1\r\nhost: x\r\ncontent-length: 600000\r\n\r\n`)
    const unfinished = `select from blob_parts p join blobs b using (key) where b.state <> 'stored'`
    const countUnfinished = async () => (await server.database.pool.query(unfinished)).rowCount
    await expect.poll(countUnfinished).toBe(0)
    socket.write(bytesOf(300_000))
    await expect.poll(countUnfinished).toBe(1)
    socket.destroy()
    await expect.poll(countUnfinished).toBe(0)
    expect((await stored(id)).file_size).toBe(6)

    const slow = createSlowBody(bytesOf(300_000, 2), bytesOf(300_000, 3))
    const first = put(address, slow.body)
    await slow.begun
    expect(await put(address, 'quick')).toMatchObject({ status: 200 })
    expect((await stored(id)).file_size).toBe(5)
    slow.go()
    expect(await first).toMatchObject({ status: 200 })
    await server.client.updateSource({ source_id: id, file_upload_status: 'COMPLETE' })
    const whole = Buffer.concat([bytesOf(300_000, 2), bytesOf(300_000, 3)])
    expect((await stored(id)).content_hash).toBe(sha256(whole).toString('hex'))
  })
})

describe('bounds of an upload', () => {
  test('it may take longer than other requests', async () => {
    await using node = await server.startAnother({ PARLEY_LIMIT_REQUEST_SECONDS: '1' })
    const { address } = await newTarget(server.as({ base_url: node.url }))
    const { body, go } = createSlowBody(bytesOf(10), bytesOf(10))
    const sending = put(address, body)
    // Longer than PARLEY_LIMIT_REQUEST_SECONDS: another request that does not arrive is refused meanwhile.
    const { hostname, port } = new URL(address)
    const socket = connect(Number(port), hostname)
    socket.write('POST /knowledge-base/sources HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1.1 (401|408)/)
    socket.destroy()
    const { promise, resolve } = Promise.withResolvers<void>()
    systemPorts.clock.after(2500, resolve)
    await promise
    go()
    expect(await sending).toEqual({ status: 200, code: null })
  })

  test.each([
    ['silence', silence_ms],
    ['all of it', whole_ms],
  ])('%s: broken off', async (_what, bound_ms) => {
    const { id, address } = await newTarget()
    shortened.set(bound_ms, 300)
    try {
      const { body, go } = createSlowBody(bytesOf(10))
      expect(await put(address, body)).toEqual({ status: 408, code: 'upload_timed_out' })
      go()
      expect((await stored(id)).file_size).toBe(null)
    } finally {
      shortened.clear()
    }
  })

  test('32 at once on a node, 16 of one organization: 429', async () => {
    const [one, other, third] = await Promise.all([1, 2, 3].map(() => makeOrganization(server)))
    const begin = async ({ client }: Organization) => {
      const { address } = await newTarget(client)
      const { body, go, begun } = createSlowBody(bytesOf(10), bytesOf(10))
      const sending = put(address, body)
      await begun
      return { sending, go }
    }
    const writing = `select from blobs where state = 'writing'`
    const countWriting = async () => (await server.database.pool.query(writing)).rowCount
    const underWay = await Promise.all(Array.from({ length: 16 }, () => begin(one!)))
    await expect.poll(countWriting).toBe(16)
    const refused = { status: 429, code: 'rate_limited' }
    expect(await put((await newTarget(one!.client)).address, 'x')).toEqual(refused)
    underWay.push(...(await Promise.all(Array.from({ length: 16 }, () => begin(other!)))))
    await expect.poll(countWriting).toBe(32)
    const { address } = await newTarget(third!.client)
    expect(await put(address, 'x')).toEqual(refused)
    for (const { go } of underWay) go()
    for (const { sending } of underWay) expect(await sending).toMatchObject({ status: 200 })
    expect(await put(address, 'x')).toMatchObject({ status: 200 })
  })

  test('what the database does not take yet stays with the client', async () => {
    const { reached } = server.app.core.ports
    await using large = await server.startAnother({ PARLEY_LIMIT_FILE_BYTES: '50000000' }, { ports: { reached } })
    const client = server.as({ base_url: large.url })
    const [source] = await client.createSources({ items: { name: 'a.bin', type: 'FILE' } })
    const release = Promise.withResolvers<void>()
    held = release.promise
    const piece = bytesOf(65_536)
    let pulled = 0
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (pulled === 640) return controller.close()
          pulled += 1
          controller.enqueue(piece)
        },
      },
      { highWaterMark: 0 },
    )
    const before = (await countBlobs(server)).parts
    const sending = put(source!.presigned_url!, body)
    await expect.poll(async () => (await countBlobs(server)).parts).toBe(before + 1)
    for (let rounds = 0; rounds < 100; rounds += 1) await client.getHealth()
    // 40 MiB are waiting; the connection's own buffers take some.
    expect(pulled).toBeLessThan(320)
    held = null
    release.resolve()
    expect(await sending).toMatchObject({ status: 200 })
  })
})

describe('a form with one file', () => {
  const form = (parts: [name: string, value: string | Blob, filename?: string][]) => {
    const body = new FormData()
    for (const [name, value, filename] of parts) {
      if (typeof value === 'string') body.append(name, value)
      else body.append(name, value, filename)
    }
    return body
  }
  const sendForm = (body: FormData, headers: Record<string, string> = {}) =>
    send(server, 'POST', '/sources', { body, headers })

  test('completes its source at once, under its own name or that of the metadata', async () => {
    const bytes = bytesOf(300_000)
    const [source] = await server.client.createSources({ file: new File([bytes], 'Übersicht „neu“.pdf') })
    expect(source).toMatchObject({
      ...{ name: 'Übersicht „neu“.pdf', file_upload_status: 'COMPLETE', revision: 1, file_size: 300_000 },
      ...{ presigned_url: null, content_type: 'application/pdf', content_hash: sha256(bytes).toString('hex') },
    })
    const metadata = { name: 'Named', description: 'D', chunking_strategy: 'fixed' as const, metadata: { a: [1] } }
    const shown = { ...metadata, chunking_strategy: { method: 'fixed_size', chunk_size: 1000, chunk_overlap: 0 } }
    expect(await server.client.createSources({ file: new Blob(['x']), metadata })).toMatchObject([shown])
    // As other clients send them: the file first; JSON as JSON; a path as the name.
    const text = JSON.stringify(metadata)
    const typed = new Blob([text], { type: 'application/json' })
    const file = new Blob(['x'], { type: 'text/plain' })
    expect(
      (
        await sendForm(
          form([
            ['file', file, '/etc/../a.txt'],
            ['metadata', text],
          ]),
        )
      ).body,
    ).toMatchObject([shown])
    expect(
      (
        await sendForm(
          form([
            ['other', 'x'],
            ['metadata', typed, 'm.json'],
            ['file', file, 'a.txt'],
          ]),
        )
      ).body,
    ).toMatchObject([shown])
    expect((await sendForm(form([['file', file, '/etc/../a.txt']]))).body).toMatchObject([{ name: 'a.txt' }])
  })

  const x = new Blob(['x'])
  test.each([
    ['no file', form([['metadata', '{}']]), [{ path: 'file', message: 'is required' }]],
    [
      'two files',
      form([
        ['file', x, 'a'],
        ['file', x, 'b'],
      ]),
      [{ path: 'file', message: 'must be one file' }],
    ],
    [
      'a file elsewhere',
      form([['photo', x, 'a']]),
      [{ path: 'photo', message: 'must not be a file; send it as `file`' }],
    ],
    [
      'metadata that are no JSON',
      form([
        ['file', x, 'a'],
        ['metadata', '{'],
      ]),
      [{ path: 'metadata', message: 'must be JSON' }],
    ],
    [
      'metadata that are a list',
      form([
        ['file', x, 'a'],
        ['metadata', '[]'],
      ]),
      [{ path: 'metadata', message: 'must be object' }],
    ],
    [
      'faulty metadata',
      form([
        ['metadata', '{"name":"","chunking_strategy":"odd"}'],
        ['file', x, 'a'],
      ]),
      [{ path: 'metadata.name' }, { path: 'metadata.chunking_strategy' }],
    ],
    [
      'no name, and metadata that do not fit together',
      form([
        ['metadata', '{"chunking_strategy":{"chunk_size":200,"chunk_overlap":101}}'],
        ['file', x, '/'],
      ]),
      [{ path: 'metadata.name' }, { path: 'metadata.chunking_strategy.chunk_overlap' }],
    ],
    [
      'metadata of 70 KB',
      form([
        ['metadata', `"${'x'.repeat(70_000)}"`],
        ['file', x, 'a'],
      ]),
      [{ path: 'metadata' }],
    ],
  ])('%s: 422, and nothing is left', async (_what, body, errors) => {
    expect(await sendForm(body)).toMatchObject({ status: 422, body: { errors } })
    await expect.poll(() => countUnused(server)).toBe(0)
  })

  const headOf = (name: string, more = '') => `--b\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`
  const fileHead = headOf('file', '; filename="a"')
  const raw = (body: string, type = 'multipart/form-data; boundary=b') =>
    send(server, 'POST', '/sources', { body, headers: { 'content-type': type } })
  const junk = 'x'.repeat(file_bytes + 2_000_000)
  const header = `x-junk: ${'y'.repeat(1000)}\r\n`
  test.each([
    ['before the parts', `${junk}\r\n${fileHead}x\r\n--b--`],
    ['in a field before the file', `${headOf('other')}${junk}\r\n${fileHead}x\r\n--b--`],
    ['in a field after the file', `${fileHead}x\r\n${headOf('other')}${junk}\r\n--b--`],
    ['in the headers of a field', `--b\r\n${header.repeat(5000)}\r\nx\r\n${fileHead}x\r\n--b--`],
    ['in a part without headers', `--b\r\n${junk}\r\n${fileHead}x\r\n--b--`],
  ])('too much that nobody reads, %s: 413', async (_where, text) => {
    const type = { 'content-type': 'multipart/form-data; boundary=b' }
    // Its length is not announced.
    const form = { body: new Blob([text]).stream(), headers: type, duplex: 'half' } as RequestInit
    expect(await send(server, 'POST', '/sources', form)).toMatchObject({
      status: 413,
      body: { code: 'file_too_large' },
    })
    await expect.poll(() => countUnused(server)).toBe(0)
  })

  test('too many parts, or a header that is too long for its own name: refused', async () => {
    const fields = `${headOf('other')}x\r\n`.repeat(12)
    expect(await raw(`${fields}${fileHead}x\r\n--b--`)).toMatchObject({
      status: 400,
      body: { code: 'malformed_request' },
    })
    const late = `--b\r\n${header.repeat(12)}content-disposition: form-data; name="file"; filename="a"\r\n\r\n`
    expect(await raw(`${late}x\r\n--b--`)).toMatchObject({ status: 422, body: { errors: [{ path: 'file' }] } })
  })

  test('too large: 413; broken or without end: 400; encoded: 415', async () => {
    const large = await sendForm(form([['file', new Blob([bytesOf(file_bytes + 1)]), 'a']]))
    expect(large).toMatchObject({ status: 413, body: { code: 'file_too_large' } })
    expect(await raw(`${fileHead}half`)).toMatchObject({ status: 400, body: { code: 'malformed_request' } })
    expect(await raw(`${fileHead}x\r\n--b--`, 'multipart/form-data')).toMatchObject({ status: 400 })
    expect(await raw('')).toMatchObject({ status: 422 })
    const encoded = await sendForm(form([['file', x, 'a']]), { 'content-encoding': 'gzip' })
    expect(encoded).toMatchObject({ status: 415 })
  })

  test('a key stands for the bytes: the same file is one source, another file is refused', async () => {
    const idempotency_key = crypto.randomUUID()
    const first = await server.client.createSources({ file: new File(['same'], 'a.txt'), idempotency_key })
    expect(await server.client.createSources({ file: new File(['same'], 'a.txt'), idempotency_key })).toEqual(first)
    const reused = server.client.createSources({ file: new File(['other'], 'a.txt'), idempotency_key })
    expect(await refusal(reused)).toMatchObject({ status: 422, code: 'idempotency_key_reused' })
    await expect.poll(() => countUnused(server)).toBe(0)
  })

  test('a caller without the scope is refused before the file is read', async () => {
    const { pat_key } = await server.client.createOrganizationKey({ name: 'Viewer', scopes: ['sources:read'] })
    const { body, go } = createSlowBody(bytesOf(10))
    const response = await fetch(`${server.url}/knowledge-base/sources`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${pat_key}`, 'content-type': 'multipart/form-data; boundary=b' },
      duplex: 'half',
    } as RequestInit)
    expect(response.status).toBe(403)
    go()
  })

  test('the JSON form still works, and its bound stays', async () => {
    const large = json([{ name: 'x'.repeat(1_500_000), type: 'FILE' }])
    const refused = await send(server, 'POST', '/sources', large)
    expect(refused).toMatchObject({ status: 413, body: { code: 'body_too_large' } })
  })
})
