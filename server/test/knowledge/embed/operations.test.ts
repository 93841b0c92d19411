// Capabilities, and re-embedding as callers see it.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type EmbeddingServer, startEmbeddingServer } from '../../support/embedding-server.ts'
import { type TestServer, refusal, startTestServer } from '../../support/server.ts'
import { textsOf } from '../../embeddings/fixture.ts'
import { addSource, makeDataset, serve, servingModel } from './fixture.ts'
import { giveVectors } from '../../../src/knowledge/vectors/vectors.ts'
import { embeddingsOf, portOf, storeOf } from '../../embeddings/fixture.ts'

let model: EmbeddingServer
let server: TestServer
const patience = { timeout: 40_000, interval: 20 }

beforeAll(async () => {
  model = await startEmbeddingServer()
  server = await startTestServer(model.environment)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await model[Symbol.asyncDispose]()
})
beforeEach(() => {
  model.trouble = null
  model.before = null
  model.calls.length = 0
})

test('capabilities without a model: words only, and the limits', async () => {
  await using without = await startTestServer()
  const found = await without.client.getKnowledgeCapabilities()
  expect(found).toMatchObject({
    available: true,
    embedding_models: [],
    default_embedding_model: null,
    rerank_model: null,
  })
  expect(found.limits).toMatchObject({
    file_bytes: 52_428_800,
    chunks_of_source: 20_000,
    embedding_texts: 96,
    embedding_seconds: 30,
    embedding_calls: 4,
    unused_vector_days: 7,
    ...{ crawls: 2, crawled_page_bytes: 5_242_880, crawl_bytes: 104_857_600, crawl_seconds: 1800 },
    ...{ crawl_request_seconds: 15, crawl_addresses: 20_000, robots_bytes: 512_000, sitemap_bytes: 10_485_760 },
  })
})

test('capabilities with models: those of configured providers, the default, the rerank model', async () => {
  await using node = await server.startAnother({ ...model.rerank_environment, GOOGLE_GENERATIVE_AI_API_KEY: 'key' })
  const found = await server.as({ base_url: node.url }).getKnowledgeCapabilities()
  const hashing = { provider: 'openai-compatible', model: 'hashing', dimension: null }
  expect(found.default_embedding_model).toEqual(hashing)
  expect(found.embedding_models).toEqual([
    hashing,
    { provider: 'google', model: 'gemini-embedding-001', dimension: 3072 },
  ])
  expect(found.rerank_model).toBe('overlap')
})

test('capabilities with a rerank model that has no name do not tell its address', async () => {
  const { PARLEY_RERANK_URL } = model.rerank_environment
  await using node = await server.startAnother({ PARLEY_RERANK_URL: PARLEY_RERANK_URL! })
  const found = await server.as({ base_url: node.url }).getKnowledgeCapabilities()
  expect(found.rerank_model).toBe('rerank')
  expect(JSON.stringify(found)).not.toContain(new URL(PARLEY_RERANK_URL!).host)
})

test('a model is changed by PUT, its progress is seen, and the dataset shows the old one until the switch', async () => {
  const { client } = server
  const { id: dataset_id } = await client.createDataset({ name: 'Manual' })
  const made = await addSource(server, dataset_id, textsOf(150), { serves: false })
  const store = storeOf(server)
  await giveVectors(portOf(server, store), { embeddings: embeddingsOf(server) }, store, {
    holder: made.dataset_source_id,
    generation: made.generation,
    wrote: async () => {},
  })
  await serve(server, made)
  expect(await client.getDataset({ dataset_id })).toMatchObject({
    ...{ embedding_provider: 'openai-compatible', embedding_model: 'hashing', embedding_dimension: 64 },
    ...{ retrieval_mode: 'hybrid', retrieval_reason: null, reembedding: null },
  })
  const held = Promise.withResolvers<void>()
  model.before = () => held.promise
  const changed = await client.updateDataset({ dataset_id, embedding_model: 'other', embedding_dimension: 128 })
  const reembedding = { embedding_model: 'other', embedding_dimension: 128, status: 'running', error: null }
  expect(changed).toMatchObject({ embedding_model: 'hashing', embedding_dimension: 64 })
  expect(changed.reembedding).toEqual({ ...reembedding, done_chunks: 0, total_chunks: 150 })
  // Asking for it again joins the one that runs.
  expect((await client.reembedDataset({ dataset_id })).reembedding).toMatchObject(reembedding)
  held.resolve()
  await expect.poll(() => servingModel(server, dataset_id), patience).toBe('other 128')
  expect(await client.getDataset({ dataset_id })).toMatchObject({ embedding_model: 'other', reembedding: null })
  expect(model.calls.filter(({ model: name }) => name === 'other')).toHaveLength(2)
})

test('one that failed says why, and is resumed', { timeout: 300_000 }, async () => {
  const { client } = server
  const { id: dataset_id } = await client.createDataset({ name: 'Manual' })
  await addSource(server, dataset_id, ['text'])
  model.trouble = { status: 403 }
  await client.updateDataset({ dataset_id, embedding_model: 'other', embedding_dimension: 128 })
  const read = async () => (await client.getDataset({ dataset_id })).reembedding
  await expect.poll(async () => (await read())?.status, patience).toBe('failed')
  expect((await read())!.error).toMatch(/refused the key \(status 403\)\. Correct the key/)
  model.trouble = null
  expect((await client.reembedDataset({ dataset_id })).reembedding).toMatchObject({ status: 'running', error: null })
  const resumed = { embedding_model: 'other', embedding_dimension: 128, reembedding: null }
  // Longer than a lease or a claim lasts.
  await expect.poll(() => client.getDataset({ dataset_id }), { timeout: 120_000 }).toMatchObject(resumed)
})

test('reembedDataset moves a dataset that names no model to the default of now', async () => {
  const { id: dataset_id } = await server.client.createDataset({ name: 'Manual' })
  expect(await servingModel(server, dataset_id)).toMatch(/^hashing/)
  await using node = await server.startAnother({ ...model.environment, PARLEY_EMBEDDING_MODEL: 'newer' })
  const client = server.as({ base_url: node.url })
  expect(await client.getDataset({ dataset_id })).toMatchObject({ embedding_model: 'hashing' })
  await client.updateDataset({ dataset_id, description: 'The same model.' })
  expect(await client.getDataset({ dataset_id })).toMatchObject({ embedding_model: 'hashing' })
  expect(await client.reembedDataset({ dataset_id })).toMatchObject({ embedding_model: 'newer' })
})

test('chunks that have no space yet are found by words until they have vectors, and the dataset says so', async () => {
  const dataset_id = await makeDataset(server)
  const read = () => server.client.getDataset({ dataset_id })
  expect(await read()).toMatchObject({ retrieval_mode: 'hybrid', retrieval_reason: null })
  await addSource(server, dataset_id, ['text'])
  expect(await read()).toMatchObject({ retrieval_mode: 'full_text', retrieval_reason: 'embedding' })
  await server.client.reembedDataset({ dataset_id })
  await expect.poll(() => servingModel(server, dataset_id), patience).toBe('hashing 64')
  expect(await read()).toMatchObject({ retrieval_mode: 'hybrid', retrieval_reason: null })
})

test('a model that is named and cannot be called: the change is shown as failed, and the old model serves', async () => {
  const { client } = server
  const { id: dataset_id } = await client.createDataset({ name: 'Manual' })
  await addSource(server, dataset_id, ['text', 'more'])
  const serving = { embedding_model: 'hashing', retrieval_mode: 'hybrid', retrieval_reason: null }
  const reembedding = {
    ...{ embedding_model: 'gemini-embedding-001', embedding_dimension: 3072, status: 'failed' },
    ...{ done_chunks: 0, total_chunks: 2 },
    error:
      'The embedding model google/gemini-embedding-001 cannot be called. Set the key of its provider, or choose another model.',
  }
  const changed = await client.updateDataset({ dataset_id, embedding_model: 'google/gemini-embedding-001' })
  expect(changed).toMatchObject({ ...serving, reembedding })
  expect(await client.reembedDataset({ dataset_id })).toMatchObject({ ...serving, reembedding })
  expect(await client.updateDataset({ dataset_id, embedding_model: 'hashing' })).toMatchObject({
    ...serving,
    reembedding: null,
  })
})

test('of an unknown dataset: 404', async () => {
  for (const dataset_id of ['nonsense', crypto.randomUUID()])
    expect(await refusal(server.client.reembedDataset({ dataset_id }))).toMatchObject({ status: 404 })
})
