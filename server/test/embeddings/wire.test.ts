// What each provider is sent: addresses, dimensions, prefixes of queries and documents, task types.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type EmbeddingServer, startEmbeddingServer } from '../support/embedding-server.ts'
import { type ProviderServer, startProviderServer } from '../support/provider-server.ts'
import { startTestServer } from '../support/server.ts'
import { embeddingsOf, faultOf, never, portOf, sourceOf, spaceOf, storeOf } from './fixture.ts'

let stack: AsyncDisposableStack
let provider: ProviderServer
beforeEach(async () => {
  stack = new AsyncDisposableStack()
  provider = stack.use(await startProviderServer())
})
afterEach(() => stack.disposeAsync())

const json = { 'content-type': 'application/json' }
const answering = (body: object) => provider.addRoute({ headers: json, chunks: [Buffer.from(JSON.stringify(body))] })
const bounds = { signal: never, timeout_ms: 5000 }

async function open(environment: Record<string, string>, name: string, dimension: number | null = null) {
  const server = stack.use(await startTestServer(environment))
  const store = storeOf(server)
  const space = (await spaceOf(server, store, name, dimension))!
  return {
    query: (text: string) => embeddingsOf(server).embedQuery(store, space, text, bounds),
    documents: (texts: string[]) =>
      embeddingsOf(server).embedGeneration(portOf(server, store), store, space, sourceOf(texts)),
  }
}

test('Google: the task type of each side, the dimension, one address for one text and another for many', async () => {
  const route = answering({
    embedding: { values: Array(64).fill(0.1) },
    embeddings: [{ values: Array(64).fill(0.1) }, { values: Array(64).fill(0.2) }],
  })
  const { query, documents } = await open(
    { GOOGLE_GENERATIVE_AI_API_KEY: 'google-key', GOOGLE_GENERATIVE_AI_BASE_URL: route.base_url },
    'google/gemini-embedding-001',
    64,
  )
  await query('opening hours')
  await documents(['one', 'two'])
  expect(route.requests.map(({ path }) => path)).toEqual([
    '/models/gemini-embedding-001:embedContent',
    '/models/gemini-embedding-001:batchEmbedContents',
  ])
  expect(route.requests[0]).toMatchObject({
    headers: { 'x-goog-api-key': 'google-key' },
    body: { taskType: 'RETRIEVAL_QUERY', outputDimensionality: 64, content: { parts: [{ text: 'opening hours' }] } },
  })
  const one = { taskType: 'RETRIEVAL_DOCUMENT', outputDimensionality: 64 }
  expect(route.requests[1]!.body).toMatchObject({ requests: [one, one] })
})

test('Azure: the deployment is the model, the key is in its own header', async () => {
  const route = answering({ data: [{ embedding: Array(1536).fill(0.1) }], usage: { prompt_tokens: 1 } })
  const { query } = await open(
    { AZURE_API_KEY: 'azure-key', AZURE_BASE_URL: route.base_url },
    'azure/our-embeddings',
    1536,
  )
  await query('opening hours')
  expect(route.requests[0]).toMatchObject({
    headers: { 'api-key': 'azure-key' },
    body: { model: 'our-embeddings', input: ['opening hours'], dimensions: 1536 },
  })
})

test('the model’s own dimension is not sent, because some models refuse the parameter', async () => {
  const model = stack.use(await startEmbeddingServer({ dimension: 1024, shortens: false }))
  const { query } = await open(model.environment, 'BAAI/bge-m3', 1024)
  expect(await query('opening hours')).toHaveLength(1024)
  expect(model.calls).toMatchObject([{ dimensions: undefined }])
  const shortened = await open(model.environment, 'BAAI/bge-m3', 64)
  expect(await faultOf(shortened.query('opening hours'))).toMatchObject({ kind: 'rejected' })
})

describe('prefixes', () => {
  let model: EmbeddingServer
  beforeEach(async () => {
    model = stack.use(await startEmbeddingServer({ dimension: 768 }))
  })

  test.each([
    ['intfloat/multilingual-e5-base', 'query: hours', 'passage: We open at nine.'],
    ['nomic-embed-text', 'search_query: hours', 'search_document: We open at nine.'],
    ['hashing', 'hours', 'We open at nine.'],
  ])('%s', async (name, asked, stored) => {
    const { query, documents } = await open(model.environment, name)
    await documents(['We open at nine.'])
    await query('hours')
    expect(model.texts).toEqual([stored, asked])
  })
})

test('a page instead of an answer is a failure of the server, not of the text', async () => {
  const route = provider.addRoute({ headers: { 'content-type': 'text/html' }, chunks: [Buffer.from('<html></html>')] })
  const environment = { PARLEY_EMBEDDING_BASE_URL: route.base_url, PARLEY_EMBEDDING_MODEL: 'hashing' }
  const { query } = await open(environment, 'hashing', 64)
  expect(await faultOf(query('opening hours'))).toMatchObject({ kind: 'failed' })
})
