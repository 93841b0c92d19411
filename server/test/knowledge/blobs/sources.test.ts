// Sources: created all or nothing, idempotent by id, listed, changed, deleted with every byte.
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expireBlobs } from '../../../src/blobs/work.ts'
import { expireUploads, storeUpload } from '../../../src/knowledge/uploads.ts'
import { countBlobs, inPieces, never, storeOf } from '../../blobs/fixture.ts'
import { makeOrganization } from '../../support/actors.ts'
import { type TestServer, refusal, startTestServer } from '../../support/server.ts'
import { giveText, json, send, tokenOf } from './fixture.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ PARLEY_PUBLIC_URL: 'https://parley.example.test' })
})
afterAll(() => server[Symbol.asyncDispose]())

const file = (name: string) => ({ name, type: 'FILE' as const })
const url = (name: string) => ({ name, type: 'URL' as const })
const create = (items: unknown) => send(server, 'POST', '/sources', json(items))
const newFile = async (name = 'a.txt') => (await server.client.createSources({ items: file(name) }))[0]!
const upload = (source: { id: string; presigned_url: string | null }, text: string) =>
  server.client.uploadSource({ source_id: source.id, token: tokenOf(source.presigned_url), file: new Blob([text]) })
const complete = (source_id: string) => server.client.updateSource({ source_id, file_upload_status: 'COMPLETE' })

describe('createSources', () => {
  test('one or a list, answered as a list in the order asked', async () => {
    expect(await server.client.createSources({ items: file('one.pdf') })).toMatchObject([
      { name: 'one.pdf', content_type: 'application/pdf', parent_source_id: null, warnings: [], crawl: null, tries: 0 },
    ])
    const made = await server.client.createSources({
      items: [
        { ...file(' b.TXT '), description: 'B', metadata: { team: 'x' }, chunking_strategy: 'structure_based' },
        {
          ...url('https://Example.test:443/docs?b=2&a=1#top'),
          url_crawl_options: { limit: 5 },
          refresh_interval_hours: 24,
        },
      ],
    })
    expect(made).toMatchObject([
      {
        ...{ name: ' b.TXT ', type: 'FILE', description: 'B', metadata: { team: 'x' }, content_type: 'text/plain' },
        chunking_strategy: { method: 'structure_based', chunk_size: 1000, chunk_overlap: 0 },
      },
      {
        ...{ name: 'https://example.test/docs?a=1&b=2', type: 'URL', domain: 'example.test', presigned_url: null },
        ...{ url_crawl_options: { limit: 5 }, refresh_interval_hours: 24, content_type: null, upload_expires_at: null },
        file_upload_status: 'IN_PROGRESS',
      },
    ])
    expect(made[0]!.updated_at).toBe(made[0]!.created_at)
    expect(made[0]!.presigned_url).toMatch(/^https:\/\/parley\.example\.test\/knowledge-base\/uploads\//)
    const hours = (Date.parse(made[0]!.upload_expires_at!) - Date.now()) / 3_600_000
    expect(hours).toBeGreaterThan(0.9)
    expect(hours).toBeLessThanOrEqual(1.01)
  })

  test('the same id and body give the same answer; another body, or an id that is taken, 409', async () => {
    const items = [{ id: crypto.randomUUID(), ...file('same.md'), metadata: { b: 1, a: 2 } }]
    const [first] = await server.client.createSources({ items })
    const again = [{ ...items[0]!, id: items[0]!.id.toUpperCase(), metadata: { a: 2, b: 1 }, description: null }]
    expect(await server.client.createSources({ items: again })).toEqual([first])
    const other = await refusal(
      server.client.createSources({ items: [file('new.md'), { ...items[0]!, name: 'other.md' }] }),
    )
    expect(other).toMatchObject({ status: 409, code: 'source_id_taken' })
    const outsider = server.as({ token: (await makeOrganization(server)).key })
    expect(await refusal(outsider.createSources({ items }))).toMatchObject({ status: 409, code: 'source_id_taken' })
    const { data } = await server.client.listSources({ name: 'NEW.md' })
    expect(data).toEqual([])
  })

  test('eight at once with one id make one source', async () => {
    const items = { id: crypto.randomUUID(), ...file('race.md') }
    const made = await Promise.all(Array.from({ length: 8 }, () => server.client.createSources({ items })))
    expect(new Set(made.map(([source]) => JSON.stringify(source))).size).toBe(1)
  })

  test.each([
    ['nothing', undefined, [{ path: '', message: 'must have a JSON body' }]],
    ['a text', '"x"', [{ path: '', message: 'must be object' }]],
    ['an empty list', '[]', [{ path: '', message: 'must NOT have fewer than 1 items' }]],
    ['no type', '{"name":"x"}', [{ path: 'type', message: 'is required' }]],
    [
      'a second item without a name',
      '[{"name":"x","type":"FILE"},{"type":"FILE"}]',
      [{ path: '1.name', message: 'is required' }],
    ],
    ['a blank name', '{"name":" ","type":"FILE"}', [{ path: 'name', message: 'must not be blank' }]],
    [
      'what is no address, with a faulty strategy',
      '[{"name":"ftp://x","type":"URL","chunking_strategy":{"chunk_size":200,"chunk_overlap":101}}]',
      [
        { path: '0.name', message: 'must be an http or https address of at most 2048 characters' },
        { path: '0.chunking_strategy.chunk_overlap', message: 'must be at most half of chunk_size' },
      ],
    ],
    [
      'crawl options of a file',
      '{"name":"x","type":"FILE","url_crawl_options":{},"refresh_interval_hours":2}',
      [
        { path: 'url_crawl_options', message: 'is for URLs only' },
        { path: 'refresh_interval_hours', message: 'is for URLs only' },
      ],
    ],
    [
      'an unknown dataset, and what is no address',
      '[{"name":"https://a.test","type":"URL","url_crawl_options":{"add_to_datasets":["x"]}},{"name":"x","type":"URL"}]',
      [
        { path: '1.name', message: 'must be an http or https address of at most 2048 characters' },
        { path: '0.url_crawl_options.add_to_datasets.0', message: 'is not a dataset of the organization' },
      ],
    ],
    [
      'metadata of more than 8 KiB',
      `{"name":"x","type":"FILE","metadata":{"a":"${'x'.repeat(8192)}"}}`,
      [{ path: 'metadata', message: 'must have at most 8192 bytes as JSON' }],
    ],
    [
      'a NUL character',
      '[{"name":"a\\u0000","type":"FILE"}]',
      [{ path: '0.name', message: 'contains a NUL character' }],
    ],
  ])('%s: 422 with every fault', async (_what, body, errors) => {
    const headers = { 'content-type': 'application/json' }
    const refused = await send(server, 'POST', '/sources', body === undefined ? {} : { body, headers })
    expect(refused).toMatchObject({ status: 422, body: { code: 'validation_failed', errors } })
  })

  test('at most 100, and no id twice', async () => {
    const many = Array.from({ length: 101 }, (_, index) => file(`${index}.txt`))
    expect(await create(many)).toMatchObject({ status: 422, body: { errors: [{ path: '' }] } })
    expect((await create(many.slice(1))).status).toBe(200)
    const id = crypto.randomUUID()
    const twice = await create([
      { id, ...file('x') },
      { id, ...file('y') },
    ])
    expect(twice).toMatchObject({
      status: 422,
      body: { errors: [{ path: '1.id', message: 'is the id of another item' }] },
    })
  })

  test('a body that is no JSON: 400; neither JSON nor a form, or encoded: 415', async () => {
    const sent = (headers: Record<string, string>, body = '{') => send(server, 'POST', '/sources', { body, headers })
    expect(await sent({ 'content-type': 'application/json' })).toMatchObject({ status: 400 })
    expect(await sent({ 'content-type': 'text/plain' })).toMatchObject({ status: 415 })
    const encoded = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    expect(await sent(encoded, '{}')).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } })
    // So do operations that take no file.
    const zipped = { body: gzipSync('{"name":"Manual"}'), headers: encoded }
    expect(await send(server, 'POST', '/datasets', zipped)).toMatchObject({
      status: 415,
      body: { code: 'unsupported_media_type', detail: 'The body must not have a Content-Encoding. Send it as it is.' },
    })
    const identity = { ...encoded, 'content-encoding': 'identity' }
    expect(await sent(identity, JSON.stringify(file('a.txt')))).toMatchObject({ status: 200 })
  })
})

test('listSources: newest first, in pages, by name, type, domain and parent', async () => {
  const { key } = await makeOrganization(server)
  const client = server.as({ token: key })
  const made = await client.createSources({
    items: [file('Alpha.txt'), url('https://one.test/x'), file('beta.md'), url('https://two.test/')],
  })
  const names = made.map(({ name }) => name).toReversed()
  const namesOf = async (input: object) => (await client.listSources(input)).data.map(({ name }) => name)
  expect(await namesOf({})).toEqual(names)
  const page = await client.listSources({ limit: 3 })
  expect(await namesOf({ limit: 3, cursor: page.pagination.next_cursor! })).toEqual(['Alpha.txt'])
  expect(await namesOf({ name: 'ALPHA' })).toEqual(['Alpha.txt'])
  expect(await namesOf({ type: 'URL' })).toEqual(['https://two.test/', 'https://one.test/x'])
  expect(await namesOf({ domain: 'ONE.test' })).toEqual(['https://one.test/x'])
  await server.database.pool.query('update sources set parent_source_id = $1 where id = $2', [made[1]!.id, made[3]!.id])
  expect(await namesOf({ parent_source_id: made[1]!.id })).toEqual(['https://two.test/'])
  expect(await namesOf({ parent_source_id: 'none', type: 'URL' })).toEqual(['https://one.test/x'])
  expect(await namesOf({ parent_source_id: 'nonsense' })).toEqual([])
})

describe('updateSource', () => {
  test('changes only what is sent; null clears what can be empty', async () => {
    const { id: source_id } = await newFile()
    const changes = { name: ' b.txt ', description: 'B', metadata: { a: 1 }, chunking_strategy: { chunk_size: 500 } }
    const strategy = { method: 'fixed_size', chunk_size: 500, chunk_overlap: 0 }
    const changed = { ...changes, chunking_strategy: strategy }
    expect(await server.client.updateSource({ source_id, ...changes })).toMatchObject(changed)
    expect(await server.client.updateSource({ source_id })).toMatchObject(changed)
    const cleared = await server.client.updateSource({
      ...{
        source_id,
        name: null,
        description: null,
        metadata: null,
        chunking_strategy: null,
        file_upload_status: null,
      },
    })
    expect(cleared).toMatchObject({ name: ' b.txt ', description: null, metadata: { a: 1 }, chunking_strategy: null })
  })

  test('a file has no name that people do not see, or read as another one', async () => {
    const { id: source_id } = await newFile()
    const names = ['\u200B \uFEFF', 'a\nb.md', 'a\u0085b.md', 'a\u202Etxt.exe', '\u2066a\u2069.md', '\u05D0\u200F.md']
    const said = ['be blank', 'contain U+000A', 'contain U+0085', 'contain U+202E', 'contain U+2066']
    const created = await refusal(server.client.createSources({ items: names.map(file) }))
    const faults = created.errors.map(({ path, message }) => `${path} ${message}`)
    expect(faults).toEqual(said.map((what, at) => expect.stringContaining(`${at}.name must not ${what}`) as string))
    const changed = await refusal(server.client.updateSource({ source_id, name: names[3]! }))
    expect(changed.errors).toMatchObject([{ path: 'name' }])
    const sent = await refusal(server.client.createSources({ file: new File(['x'], names[3]!) }))
    expect(sent.errors).toMatchObject([{ path: 'metadata.name' }])
  })

  test('the name of a URL cannot change, nor its upload', async () => {
    const [source] = await server.client.createSources({ items: url('https://example.test/a') })
    const change = (more: object) => server.client.updateSource({ source_id: source!.id, ...more })
    expect(await refusal(change({ name: 'https://example.test/b' }))).toMatchObject({
      status: 422,
      errors: [{ path: 'name' }],
    })
    expect((await change({ name: 'https://EXAMPLE.test/a' })).name).toBe('https://example.test/a')
    // Its crawl decides.
    expect((await change({ file_upload_status: 'COMPLETE' })).file_upload_status).not.toBe('COMPLETE')
    const address = server.client.createSourceUploadUrl({ source_id: source!.id })
    expect(await refusal(address)).toMatchObject({ status: 409, code: 'not_a_file' })
  })

  test('FAILED closes the upload: a source without a content fails, until another file comes', async () => {
    const source = await newFile()
    await upload(source, 'first')
    const failed = await server.client.updateSource({ source_id: source.id, file_upload_status: 'FAILED' })
    expect(failed).toMatchObject({
      file_upload_status: 'FAILED',
      status: 'failed',
      status_reason: { code: 'cancelled' },
    })
    expect(await refusal(upload(source, 'x'))).toMatchObject({ status: 403 })
    expect(await refusal(complete(source.id))).toMatchObject({ status: 409, code: 'file_missing' })
    await upload(await server.client.createSourceUploadUrl({ source_id: source.id }), 'second')
    expect(await complete(source.id)).toMatchObject({
      status: 'pending',
      status_reason: null,
      revision: 1,
      file_size: 6,
    })
    // A replacement is given up: what was there stays.
    await upload(await server.client.createSourceUploadUrl({ source_id: source.id }), 'third')
    const kept = await server.client.updateSource({ source_id: source.id, file_upload_status: 'FAILED' })
    expect(kept).toMatchObject({ file_upload_status: 'COMPLETE', revision: 1, upload_expires_at: null })
    expect(await complete(source.id)).toMatchObject({ file_upload_status: 'COMPLETE', revision: 1 })
  })

  test('another strategy builds those attachments again that have none of their own', async () => {
    const { id: source_id } = await newFile()
    const { pool } = server.database
    const { rows: datasets } = await pool.query<{ id: string }>(
      `insert into datasets (id, organization_id, name) select gen_random_uuid(), $1, 'D' || n from generate_series(1, 2) n returning id`,
      [server.organization_id],
    )
    const own = { method: 'fixed_size', chunk_size: 300, chunk_overlap: 0 }
    for (const [index, { id }] of datasets.entries()) {
      await pool.query(
        `insert into dataset_sources (id, organization_id, dataset_id, source_id, chunking) values (gen_random_uuid(), $1, $2, $3, $4)`,
        [server.organization_id, id, source_id, index === 0 ? null : own],
      )
    }
    await server.client.updateSource({ source_id, chunking_strategy: 'structure_based' })
    const { rows } = await pool.query(
      'select wish from dataset_sources where source_id = $1 order by chunking nulls first',
      [source_id],
    )
    expect(rows).toEqual([{ wish: 2 }, { wish: 1 }])
    const { datasets: shown } = await server.client.getSource({ source_id })
    expect(shown.map(({ name }) => name)).toEqual(['D1', 'D2'])
  })
})

test('a file is replaced: the old content stays until the new is complete, and the address before is closed', async () => {
  const source = await newFile('manual.txt')
  await upload(source, 'old')
  await complete(source.id)
  const first = await server.client.createSourceUploadUrl({ source_id: source.id })
  const second = await server.client.createSourceUploadUrl({ source_id: source.id })
  expect(second.presigned_url).not.toBe(first.presigned_url)
  expect(await refusal(upload(first, 'x'))).toMatchObject({ status: 403, code: 'upload_url_invalid' })
  await upload(second, 'too early')
  await upload(second, 'newer')
  const text = async () => (await server.client.getSourceFile({ source_id: source.id })).text()
  expect(await text()).toBe('old')
  expect(await server.client.getSource({ source_id: source.id })).toMatchObject({ revision: 1, file_size: 3 })
  expect(await complete(source.id)).toMatchObject({ revision: 2, file_size: 5 })
  expect(await text()).toBe('newer')
})

test('a replacement that never comes leaves what was there; a source without a file fails, after a day', async () => {
  const { pool } = server.database
  const old = await newFile('old.txt')
  await upload(old, 'old')
  await complete(old.id)
  await pool.query(`update sources set status = 'ready' where id = $1`, [old.id])
  await upload(await server.client.createSourceUploadUrl({ source_id: old.id }), 'never completed')
  const empty = await newFile('empty.txt')
  const sent = await newFile('sent.txt')
  await upload(sent, 'never completed')
  const young = await newFile('young.txt')
  const ids = [old.id, empty.id, sent.id]
  await pool.query(
    `update sources set upload_expires_at = upload_expires_at - interval '24 hours' where id = any($1)`,
    [ids],
  )
  await expireUploads(server.app.core, never)
  const read = (source_id: string) => server.client.getSource({ source_id })
  expect(await read(old.id)).toMatchObject({ file_upload_status: 'COMPLETE', status: 'ready', revision: 1 })
  for (const id of [empty.id, sent.id]) {
    expect(await read(id)).toMatchObject({
      ...{
        file_upload_status: 'FAILED',
        status: 'failed',
        status_reason: { code: 'upload_expired' },
        upload_expires_at: null,
      },
    })
  }
  expect(await read(young.id)).toMatchObject({ file_upload_status: 'PENDING', status: 'pending' })
})

test('the text of a source, once it is converted', async () => {
  const source = await newFile('Bericht über Tee.docx')
  const { id: source_id } = source
  expect(await refusal(server.client.getSourceFile({ source_id }))).toMatchObject({ status: 409, code: 'file_missing' })
  await upload(source, 'bytes')
  await complete(source_id)
  expect(await refusal(server.client.getSourceMarkdown({ source_id }))).toMatchObject({ status: 409 })
  await giveText(server, source_id, '# Tee ☕\n')
  const response = await server.client.getSourceMarkdown({ source_id })
  expect(await response.text()).toBe('# Tee ☕\n')
  expect(response.headers.get('content-type')).toBe('text/markdown; charset=utf-8')
  expect(response.headers.get('content-disposition')).toContain(`filename*=UTF-8''Bericht%20%C3%BCber%20Tee.md`)
})

test('deleteSource: with pages, uploads, files and texts, within seconds', async () => {
  await server.database.pool.query('delete from sources')
  await server.database.pool.query(`update blobs set uses = 0, expires_at = now() where state <> 'deleting'`)
  const [page] = await server.client.createSources({ file: new File(['page'], 'page.html') })
  const source = await newFile('parent.txt')
  await upload(source, 'content')
  await complete(source.id)
  await giveText(server, source.id, 'text')
  await giveText(server, page!.id, 'text')
  await upload(await server.client.createSourceUploadUrl({ source_id: source.id }), 'a replacement')
  await server.database.pool.query('update sources set parent_source_id = $1 where id = $2', [source.id, page!.id])
  await expireBlobs(server.database)
  await expect.poll(async () => (await countBlobs(server)).rows).toBe(5)
  await server.client.deleteSource({ source_id: source.id })
  for (const source_id of [source.id, page!.id]) {
    expect(await refusal(server.client.getSource({ source_id }))).toMatchObject({ status: 404 })
  }
  await expect.poll(() => countBlobs(server)).toEqual({ rows: 0, parts: 0, bytes: 0 })
  const { rows } = await server.database.pool.query<{ type: string }>(
    `select type from organization_events where subject = $1 order by place`,
    [source.id],
  )
  expect(rows.map(({ type }) => type)).toEqual(['source.created', 'source.updated', 'source.deleted'])
})

test('a file that arrives while its address is replaced is refused in its commit', async () => {
  const source = await newFile()
  const { core } = server.app
  const blob = await core.blobs.put(storeOf(server), inPieces(Buffer.from('late')), { max_bytes: 10, signal: never })
  await server.client.createSourceUploadUrl({ source_id: source.id })
  const target = { source_id: source.id, token: tokenOf(source.presigned_url) }
  const file = { blob, name: null, media_type: null }
  const storing = storeOf(server).transaction((tx) => storeUpload(tx, core, target, file))
  await expect(storing).rejects.toMatchObject({ error: 'upload_url_invalid' })
})
