// K8: an embedding model that is down delays no turn beyond its bound and fails none: words answer, and the record says what was missing.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EmbeddingServer, type Trouble, startEmbeddingServer } from '../../support/embedding-server.ts'
import { type TestServer, startTestServer } from '../../support/server.ts'
import { converse, plantInto } from './fixture.ts'

let embeddings: EmbeddingServer
let server: TestServer
let dataset_id: string
beforeAll(async () => {
  embeddings = await startEmbeddingServer()
  server = await startTestServer(embeddings.environment)
  dataset_id = (await server.client.createDataset({ name: 'Shop' })).id
  await plantInto(server, dataset_id, { text: 'Returns are accepted within 30 days.' })
  server.model.answer = () => 'Within 30 days.'
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await embeddings[Symbol.asyncDispose]()
})

const timeout_ms = 600
/** What the database and the timers of a busy machine may add. */
const margin_ms = 100

async function ask() {
  const { conversation_id } = await converse(server, { knowledge_bases: [{ dataset_id }], retrieval: { timeout_ms } })
  // No text twice: vectors of queries are kept.
  const text = `Returns of ${crypto.randomUUID()}?`
  const { reply } = await server.client.sendConversationMessage({ conversation_id, text })
  const { data } = await server.client.listConversationTurns({ conversation_id })
  return { reply, retrieval: data[0]!.retrievals![0]! }
}

test('a model that answers is asked with the messages before', async () => {
  embeddings.trouble = null
  const { retrieval } = await ask()
  expect(embeddings.texts.at(-1)).toMatch(/^Returns of/)
  expect(retrieval.degraded.filter((what) => what.startsWith('embedding'))).toEqual([])
})

test.each<[string, Trouble]>([
  ['is silent', 'silent'],
  ['is slow', { slow_ms: 5000 }],
  ['answers 401', { status: 401 }],
  ['answers 429', { status: 429 }],
  ['answers 500', { status: 500 }],
  ['answers with wrong dimensions', 'wrong_dimension'],
  ['answers with NaN', 'nan'],
  ['answers half a batch', 'half'],
  ['breaks off', 'broken'],
  ['resets the connection', 'reset'],
])('one that %s', async (_what, trouble) => {
  embeddings.trouble = trouble
  const { reply, retrieval } = await ask()
  expect(reply).toBe('Within 30 days.')
  expect(retrieval).toMatchObject({ outcome: 'found', retrieval_mode: 'full_text', chunks: [{ shown: true }] })
  expect(retrieval.degraded.some((what) => what === 'embedding_timeout' || what === 'embedding_failed')).toBe(true)
  expect(retrieval.latency_ms).toBeLessThanOrEqual(timeout_ms + margin_ms)
})
