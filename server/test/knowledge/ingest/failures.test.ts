// What ends a try, when there is another, and what ends all of them; what is served stays meanwhile.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { endStuckIngestion } from '../../../src/knowledge/ingest/stuck-work.ts'
import { type EmbeddingServer, startEmbeddingServer } from '../../support/embedding-server.ts'
import { eventually } from '../../support/eventually.ts'
import { type Library, atRest, pauseAt, soon, startLibrary, textOf } from './fixture.ts'

let embedding: EmbeddingServer
let library: Library & AsyncDisposable
let pause = pauseAt('none')
beforeAll(async () => {
  embedding = await startEmbeddingServer()
  const environment = { ...embedding.environment, PARLEY_LIMIT_CHUNKS_OF_SOURCE: '60' }
  library = await startLibrary(environment, { ports: { reached: (at) => pause.reached(at) } })
})
afterAll(async () => {
  await library[Symbol.asyncDispose]()
  await embedding[Symbol.asyncDispose]()
})
beforeEach(() => {
  embedding.trouble = null
})

/** A PNG, whatever its name says. */
const picture = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...Buffer.alloc(64)])

test('a file that cannot be converted fails at once, for all of its attachments; what was there before serves', async () => {
  const source_id = await library.newFile(textOf(3, 'good'))
  const [one, two] = [await library.newDataset(), await library.newDataset()]
  const first = await library.settled(await library.attach(one, source_id))
  const second = await library.settled(await library.attach(two, source_id))
  await library.replaceUpload(source_id, picture)
  for (const attached of [first, second]) {
    const failed = await library.settled(attached)
    expect(failed).toMatchObject({
      ...{ status: 'failed', serving: true, total_chunks: 3, tries: 1, next_try_at: null },
      ...{ status_reason: { code: 'unsupported_type' }, sources: { status: 'failed', revision: 2 } },
    })
    expect(failed.status_reason).toEqual(failed.sources.status_reason)
    expect((await library.textsOf(attached)).join('')).toContain('good 0')
    expect((await library.eventsOf(attached.id)).at(-1)).toBe('dataset_source.failed')
  }
  expect(await library.server.client.getDataset({ dataset_id: one })).toMatchObject({
    counts: { sources: 1, ready: 0, failed: 1, chunks: 3 },
  })
  const { status_reason: reason } = await library.find(first)
  const third = await library.attach(await library.newDataset(), source_id)
  expect(await library.settled(third)).toMatchObject({ status: 'failed', serving: false, status_reason: reason })
  await library.replaceFile(source_id, textOf(4, 'better'))
  for (const attached of [first, second, third]) {
    await expect.poll(() => library.find(attached), soon).toMatchObject({ status: 'ready', total_chunks: 4 })
  }
  await atRest(library)
})

test('a file that fails while it is asked for again is converted again', async () => {
  const dataset_id = await library.newDataset()
  const attached = await library.attach(dataset_id, await library.newFile(textOf(2, 'again')))
  await library.settled(attached)
  pause = pauseAt('knowledge.converting')
  await library.replaceUpload(attached.source_id, picture)
  await pause.arrived
  await library.server.client.reprocessDatasetSource({ dataset_id, dataset_source_id: attached.id })
  const second = pauseAt('knowledge.converting')
  const first = pause
  pause = second
  first.release()
  await second.arrived
  expect(await library.find(attached)).toMatchObject({ status: 'converting_to_markdown', tries: 1 })
  second.release()
  expect(await library.settled(attached)).toMatchObject({ status: 'failed', tries: 1 })
  expect((await library.eventsOf(attached.id)).filter((type) => type === 'dataset_source.failed')).toHaveLength(1)
})

test('an equal text that is converted again stays where builds read it', async () => {
  const source_id = await library.newUpload(textOf(2, 'equal'))
  const attached = await library.settled(await library.attach(await library.newDataset(), source_id))
  const readText = () => library.rows('select text_blob_id from source_contents where source_id = $1', [source_id])
  const before = await readText()
  const { dataset_id, id: dataset_source_id } = attached
  await library.server.client.reprocessDatasetSource({ dataset_id, dataset_source_id })
  expect(await library.settled(attached)).toMatchObject({ status: 'ready' })
  expect(await readText()).toEqual(before)
  await expect.poll(() => library.rows('select id from blobs where uses = 0'), soon).toEqual([])
})

test('a model that is taken away right before the first switch is looked for: its chunks wait for vectors', async () => {
  const dataset_id = await library.newDataset()
  pause = pauseAt('knowledge.switching')
  const attached = await library.attach(dataset_id, await library.newFile(textOf(2, 'awaited')))
  await pause.arrived
  await library.server.client.updateDataset({ dataset_id, embedding_model: 'google/gemini-embedding-001' })
  pause.release()
  expect(await library.settled(attached)).toMatchObject({ status: 'ready' })
  expect(
    await library.rows('select space_id, vectors_awaited_at is not null as awaits from datasets where id = $1', [
      dataset_id,
    ]),
  ).toEqual([{ space_id: null, awaits: true }])
})

test('while the database lacks extensions, builds wait and use up no try', async () => {
  await using lacking = await startLibrary()
  const { database } = lacking.server
  await lacking.settled(await lacking.attach(await lacking.newDataset(), await lacking.newFile(textOf(2))))
  const [source] = await lacking.rows<{ text: string }>(
    `select pg_get_functiondef('prepare_knowledge'::regproc) as text`,
  )
  await database.pool.query(
    `create or replace function prepare_knowledge() returns boolean language sql as 'select false'`,
  )
  // As if it had been asked for before, and found by a node that starts.
  await lacking.rows(`update dataset_sources set wish = wish + 1, status = 'pending', tries = 0`)
  await lacking.server.restart()
  await lacking.rows(
    `insert into work_arrivals (kind, owner, subject, organization_id, due_at)
     select 'build_generation', dataset_id, id, organization_id, now() from dataset_sources`,
  )
  const readWork = () =>
    lacking.rows(`select tries, lease, due_at > now() as waits from work where kind = 'build_generation' and not ready`)
  for (let looks = 0; looks < 3; looks += 1) {
    await expect.poll(readWork, soon).toEqual([{ tries: 0, lease: null, waits: true }])
    expect(await lacking.rows('select status, tries from dataset_sources')).toEqual([{ status: 'pending', tries: 0 }])
    await lacking.hurry()
  }
  await database.pool.query(source!.text)
  await expect
    .poll(async () => {
      await lacking.hurry()
      return (await lacking.rows('select status, tries from dataset_sources'))[0]
    }, soon)
    .toEqual({ status: 'ready', tries: 1 })
})

test('vectors are given before the switch, and counted', async () => {
  const dataset_id = await library.newDataset()
  const attached = await library.settled(await library.attach(dataset_id, await library.newFile(textOf(20, 'vector'))))
  expect(attached).toMatchObject({ status: 'ready', total_chunks: 20, processed_chunks: 20, reused_chunks: 0 })
  expect(await library.server.client.getDataset({ dataset_id })).toMatchObject({
    retrieval_mode: 'hybrid',
    retrieval_reason: null,
  })
  const { data } = await library.server.client.listDatasetSourceChunks({
    ...{ dataset_id, dataset_source_id: attached.id },
  })
  expect(data.every(({ has_vector }) => has_vector)).toBe(true)
  const before = embedding.texts.length
  const other = await library.settled(await library.attach(await library.newDataset(), attached.source_id))
  expect(other).toMatchObject({ status: 'ready', total_chunks: 20, reused_chunks: 20 })
  expect(embedding.texts.length).toBe(before)
})

test('what may pass is tried six times, as long as nothing gets on; the wait is told; a re-run starts again', async () => {
  const dataset_id = await library.newDataset()
  const attached = await library.settled(await library.attach(dataset_id, await library.newFile(textOf(2, 'six'))))
  embedding.trouble = { status: 503 }
  await library.replaceFile(attached.source_id, textOf(40, 'seven'))
  const waits: number[] = []
  for (let tries = 1; tries <= 5; tries += 1) {
    await eventually(async () => {
      const waiting = await library.find(attached)
      expect(waiting).toMatchObject({ status: 'embedding', tries, serving: true, total_chunks: 40 })
      expect(waiting.next_try_at).not.toBeNull()
    })
    const { next_try_at } = await library.find(attached)
    waits.push((Date.parse(next_try_at!) - Date.now()) / 1000)
    expect((await library.textsOf(attached)).join('')).toContain('six 0')
    await library.hurry()
  }
  const failed = await library.settled(attached)
  expect(failed).toMatchObject({
    status: 'failed',
    tries: 6,
    serving: true,
    status_reason: { code: 'embedding_failed' },
  })
  for (const [index, seconds] of [5, 30, 120, 600, 3600].entries()) {
    expect(waits[index]).toBeGreaterThan(seconds * 0.9 - 5)
    expect(waits[index]).toBeLessThan(seconds * 1.1 + 1)
  }
  embedding.trouble = null
  await library.server.client.reprocessDatasetSource({ dataset_id, dataset_source_id: attached.id })
  expect(await library.settled(attached)).toMatchObject({ status: 'ready', tries: 1, total_chunks: 40 })
  await atRest(library)
})

test('a node that stops gives its work back at once, and the try does not count', async () => {
  await using stopping = await startLibrary({ ...embedding.environment, PARLEY_DRAIN_SECONDS: '0' })
  embedding.trouble = 'silent'
  const attached = await stopping.attach(await stopping.newDataset(), await stopping.newFile(textOf(2, 'stopped')))
  const asked = () => embedding.calls.filter(({ input }) => input.some((text) => text.startsWith('stopped'))).length
  await expect.poll(asked, soon).toBe(1)
  await stopping.server.restart()
  await expect.poll(asked, soon).toBe(2)
  expect(await stopping.find(attached)).toMatchObject({ status: 'embedding', tries: 1 })
  embedding.trouble = null
  await stopping.server.restart()
  expect(await stopping.settled(attached)).toMatchObject({ status: 'ready', tries: 1 })
})

test('a server that asks for a pause gets it, up to ten minutes', async () => {
  const dataset_id = await library.newDataset()
  embedding.trouble = { status: 429, headers: { 'retry-after': '300' } }
  const attached = await library.attach(dataset_id, await library.newFile(textOf(2, 'asked')))
  await expect.poll(async () => (await library.find(attached)).next_try_at, soon).not.toBeNull()
  const { next_try_at } = await library.find(attached)
  const seconds = (Date.parse(next_try_at!) - Date.now()) / 1000
  expect(seconds).toBeGreaterThan(280)
  expect(seconds).toBeLessThan(331)
  embedding.trouble = null
  await library.hurry()
  expect(await library.settled(attached)).toMatchObject({ status: 'ready' })
})

test('a refused key is final', async () => {
  embedding.trouble = { status: 401 }
  const attached = await library.attach(await library.newDataset(), await library.newFile(textOf(2, 'refused')))
  expect(await library.settled(attached)).toMatchObject({
    ...{ status: 'failed', tries: 1, serving: false, status_reason: { code: 'embedding_unauthorized' } },
  })
  await atRest(library)
})

test('too many chunks: nothing of it is served', async () => {
  const attached = await library.attach(await library.newDataset(), await library.newFile(textOf(61)))
  const failed = await library.settled(attached)
  expect(failed).toMatchObject({
    status: 'failed',
    serving: false,
    total_chunks: 0,
    status_reason: { code: 'too_many_chunks' },
  })
  expect(failed.status_reason!.message).toContain('60')
  await atRest(library)
})

test('an organization has so many chunks at most, also when builds begin at the same time', async () => {
  await using limited = await startLibrary({ PARLEY_LIMIT_CHUNKS_OF_ORGANIZATION: '25' })
  const dataset_id = await limited.newDataset()
  const files = await Promise.all(Array.from({ length: 4 }, (_, index) => limited.newFile(textOf(10, `file ${index}`))))
  const attached = await Promise.all(files.map((id) => limited.attach(dataset_id, id)))
  const settled = await Promise.all(attached.map((one) => limited.settled(one)))
  expect(settled.filter(({ status }) => status === 'ready')).toHaveLength(2)
  const failed = settled.filter(({ status }) => status === 'failed')
  expect(failed).toMatchObject([
    { status_reason: { code: 'quota_exceeded' } },
    { status_reason: { code: 'quota_exceeded' } },
  ])
  // What is replaced does not count twice.
  const ready = settled.find(({ status }) => status === 'ready')!
  await limited.replaceFile(ready.source_id, textOf(15, 'longer'))
  expect(await limited.settled(ready)).toMatchObject({ status: 'ready', total_chunks: 15 })
})

test('what makes no progress for 24 hours fails; a source without a file because none came', async () => {
  const { client, app } = library.server
  const dataset_id = await library.newDataset()
  const [empty] = await client.createSources({ items: [{ name: 'empty.txt', type: 'FILE' }] })
  const waiting = await library.attach(dataset_id, empty!.id)
  embedding.trouble = { status: 503 }
  const stuck = await library.attach(dataset_id, await library.newFile(textOf(2, 'stuck')))
  await expect.poll(async () => (await library.find(stuck)).next_try_at, soon).not.toBeNull()
  const age = (hours: number) =>
    library.rows(
      `with a as (update dataset_sources set updated_at = now() - $1 * interval '1 hour' where id = any($2::uuid[]))
       update sources set updated_at = now() - $1 * interval '1 hour' where id = $3`,
      [hours, [waiting.id, stuck.id], empty!.id],
    )
  await age(23.9)
  await endStuckIngestion(app.core, new AbortController().signal)
  expect(await library.find(waiting)).toMatchObject({ status: 'pending' })
  await age(24.1)
  await endStuckIngestion(app.core, new AbortController().signal)
  expect(await library.find(waiting)).toMatchObject({
    ...{ status: 'failed', status_reason: { code: 'upload_expired' } },
    sources: { status: 'failed', file_upload_status: 'FAILED', status_reason: { code: 'upload_expired' } },
  })
  expect(await library.find(stuck)).toMatchObject({ status: 'failed', status_reason: { code: 'deadline' } })
  expect((await library.eventsOf(waiting.id)).at(-1)).toBe('dataset_source.failed')
  embedding.trouble = null
  await library.hurry()
  await atRest(library)
  await library.replaceFile(empty!.id, textOf(3, 'came'))
  await expect.poll(() => library.find(waiting), soon).toMatchObject({ status: 'ready', total_chunks: 3 })
})
