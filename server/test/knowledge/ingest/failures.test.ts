// What ends a try, when there is another, and what ends all of them; what is served stays meanwhile.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { endStuckIngestion } from '../../../src/knowledge/ingest/stuck-work.ts'
import { type EmbeddingServer, startEmbeddingServer } from '../../support/embedding-server.ts'
import { type Library, atRest, holdTries, pauseAt, soon, startLibrary, textOf } from './fixture.ts'

let embedding: EmbeddingServer
let library: Library & AsyncDisposable
let pause = pauseAt('none')
beforeAll(async () => {
  embedding = await startEmbeddingServer()
  const environment = { ...embedding.environment, PARLEY_LIMIT_CHUNKS_OF_SOURCE: '60' }
  library = await startLibrary(environment, { ports: { reached: (at) => pause.reached(at) } })
  await holdTries(library)
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

test('another model that is chosen right before the first switch gets its vectors before that', async () => {
  const dataset_id = await library.newDataset()
  pause = pauseAt('knowledge.switching')
  const attached = await library.attach(dataset_id, await library.newFile(textOf(2, 'chosen')))
  await pause.arrived
  await library.server.client.updateDataset({ dataset_id, embedding_model: 'other', embedding_dimension: 128 })
  pause.release()
  expect(await library.settled(attached)).toMatchObject({ status: 'ready' })
  const { data } = await library.server.client.listDatasetSourceChunks({ dataset_id, dataset_source_id: attached.id })
  expect(data.map(({ has_vector }) => has_vector)).toEqual([true, true])
  expect(await library.server.client.getDataset({ dataset_id })).toMatchObject({ embedding_model: 'other' })
})

test('a build that was failed from outside writes nothing more', async () => {
  pause = pauseAt('knowledge.chunked')
  const attached = await library.attach(await library.newDataset(), await library.newFile(textOf(10, 'late')))
  await pause.arrived
  await library.rows(`update dataset_sources set updated_at = now() - interval '25 hours' where id = $1`, [attached.id])
  await endStuckIngestion(library.server.app.core, new AbortController().signal)
  const failed = await library.find(attached)
  expect(failed).toMatchObject({ status: 'failed', serving: false, status_reason: { code: 'deadline' } })
  pause.release()
  await atRest(library)
  expect(await library.find(attached)).toEqual(failed)
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

test('a run that got on is no failed try of its work; one that did not is', async () => {
  embedding.trouble = { status: 503 }
  const attached = await library.attach(await library.newDataset(), await library.newFile(textOf(2, 'got on')))
  const readWork = async () => {
    const { tries, next_try_at } = await library.find(attached)
    if (next_try_at === null) return null
    const work = await library.rows(`select tries, slow from work where subject = $1 and lease is null`, [attached.id])
    return [tries, ...work]
  }
  // It has stored its chunks.
  await expect.poll(readWork, soon).toEqual([1, { tries: 0, slow: false }])
  await library.hurry()
  await expect.poll(readWork, soon).toEqual([2, { tries: 1, slow: true }])
  embedding.trouble = null
  await library.hurry()
  expect(await library.settled(attached)).toMatchObject({ status: 'ready', tries: 1 })
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
