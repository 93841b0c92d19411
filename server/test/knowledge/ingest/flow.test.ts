// A text file becomes chunks that searches use: states, counts, events, chunks in pages.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusal } from '../../support/server.ts'
import { type Library, piecesOf, small, soon, startLibrary, textOf } from './fixture.ts'

let library: Library & AsyncDisposable
beforeAll(async () => {
  library = await startLibrary()
})
afterAll(() => library[Symbol.asyncDispose]())

test('an attached file is converted, cut and served; its dataset counts it, events tell it', async () => {
  const { client } = library.server
  const dataset_id = await library.newDataset()
  const source_id = await library.newUpload(textOf(250))
  const attached = await library.attach(dataset_id, source_id)
  expect(attached).toMatchObject({
    source_id,
    dataset_id,
    serving: false,
    attached_by: 'caller',
    chunking_strategy: small,
  })

  const ready = await library.settled(attached)
  expect(ready).toMatchObject({
    ...{ status: 'ready', processing_status: 'ready', total_chunks: 250, processed_chunks: 250, serving: true },
    ...{ status_reason: null, next_try_at: null, reused_chunks: 0 },
    sources: { id: source_id, status: 'ready', revision: 1, characters: 25_000, language: 'en' },
  })
  expect(await client.getDataset({ dataset_id })).toMatchObject({
    counts: { sources: 1, ready: 1, in_progress: 0, failed: 0, chunks: 250 },
    ...{ retrieval_mode: 'full_text', retrieval_reason: 'no_embedding_model', agents: [] },
  })
  expect(await library.eventsOf(attached.id)).toEqual(['dataset_source.created', 'dataset_source.ready'])
  expect(await library.eventsOf(dataset_id)).toEqual(['dataset.created'])
  const [event] = await library.rows(`select data from organization_events where type = 'dataset_source.ready'`)
  expect(event).toEqual({
    data: { dataset_source_id: attached.id, dataset_id, source_id, name: 'file.txt', revision: 1, chunks: 250 },
  })
})

test('webhook endpoints get the events of their patterns', async () => {
  const url = 'https://receiver.example.test/hook'
  await library.server.client.createWebhookEndpoint({ url, events: ['dataset_source.*', 'dataset.deleted'] })
  const dataset_id = await library.newDataset()
  const attached = await library.settled(await library.attach(dataset_id, await library.newFile(textOf(2))))
  await library.server.client.detachSource({ dataset_id, dataset_source_id: attached.id })
  await library.server.client.deleteDataset({ dataset_id })
  const deliveries = await library.rows('select type, lane from webhook_deliveries order by sequence')
  expect(deliveries).toEqual([
    { type: 'dataset_source.created', lane: attached.id },
    { type: 'dataset_source.ready', lane: attached.id },
    { type: 'dataset_source.deleted', lane: attached.id },
    { type: 'dataset.deleted', lane: dataset_id },
  ])
})

test('chunks come in pages, which go on in the content in which they began', async () => {
  const { client } = library.server
  const dataset_id = await library.newDataset()
  const source_id = await library.newFile(textOf(25, 'old'))
  const attached = await library.settled(await library.attach(dataset_id, source_id))
  const path = { dataset_id, dataset_source_id: attached.id }
  const first = await client.listDatasetSourceChunks({ ...path, limit: 20 })
  expect(first.data.map(({ position }) => position)).toEqual(Array.from({ length: 20 }, (_, index) => index))
  expect(first.data[3]).toMatchObject({
    ...{ content: piecesOf(25, 'old')[3], characters: 99, page: null, url: null, has_vector: false },
    ...{ dataset_id, source_id, dataset_source_id: attached.id, heading_path: [] },
  })

  await library.replaceFile(source_id, textOf(30, 'new'))
  await expect.poll(async () => (await library.textsOf(attached)).length, soon).toBe(30)
  const cursor = first.pagination.next_cursor!
  const second = await client.listDatasetSourceChunks({ ...path, limit: 20, cursor })
  expect(second.data.map(({ content }) => content.slice(0, 6))).toEqual([
    'old 20',
    'old 21',
    'old 22',
    'old 23',
    'old 24',
  ])
  expect(second.pagination.next_cursor).toBeNull()

  const other = await library.settled(await library.attach(await library.newDataset(), source_id))
  const foreign = { dataset_id: other.dataset_id, dataset_source_id: other.id, cursor }
  expect(await refusal(client.listDatasetSourceChunks(foreign))).toMatchObject({ status: 422 })
  await client.detachSource(path)
  expect(await refusal(client.listDatasetSourceChunks({ ...path, cursor }))).toMatchObject({ status: 404 })
})
