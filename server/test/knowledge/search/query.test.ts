// The operation that searches a dataset, through the SDK.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '../../../src/database/store.ts'
import { type EmbeddingServer, startEmbeddingServer } from '../../support/embedding-server.ts'
import { type TestServer, refusal, startTestServer } from '../../support/server.ts'
import { createLibrary, type Library } from './library.ts'

let embedding: EmbeddingServer
let server: TestServer
let library: Library
let dataset_id: string
let space_id: string

beforeAll(async () => {
  embedding = await startEmbeddingServer({ dimension: 64 })
  server = await startTestServer({ ...embedding.environment, ...embedding.rerank_environment })
  library = await createLibrary(server.database, 64, server.organization_id)
  const space = await openStore(server.database, server.organization_id).transaction((tx) =>
    server.app.rooms.knowledge.knowledge.embeddings.spaceFor(tx, { embedding_model: null, embedding_dimension: null }),
  )
  space_id = space!.id
  dataset_id = await library.addDataset(space_id)
  await library.addSource(
    [
      { content: 'Refunds take fourteen days.', heading_path: ['Billing', 'Refunds'], page: 3 },
      'The office is open from nine to five.',
      'Press the button for ten seconds to reset the device.',
    ],
    { dataset_id, space_id, name: 'manual.pdf', metadata: { product: 'kettle' } },
  )
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await embedding[Symbol.asyncDispose]()
})

const ask = (more: object = {}) => server.client.queryDataset({ dataset_id, query: 'refund', ...more })

describe('queryDataset', () => {
  test('answers chunks with all that is known of them, and how it has found them', async () => {
    const answer = await ask({ query: 'Refunds take how long?', results_count: 1 })
    expect(answer).toMatchObject({
      retrieval_mode: 'hybrid',
      degraded: [],
      chunks: [
        {
          content: 'Refunds take fourteen days.',
          heading_path: ['Billing', 'Refunds'],
          page: 3,
          position: 0,
          characters: 27,
          dataset_id,
          has_vector: true,
          source_name: 'manual.pdf',
          metadata: { product: 'kettle' },
        },
      ],
    })
    const { score, scores } = answer.chunks[0]!
    expect(score).toBeCloseTo(Math.max(0, scores.vector!))
    expect(scores.full_text).toBeGreaterThan(0)
    expect(scores.rerank).not.toBeNull()
    expect(answer.took_ms.total).toBeGreaterThanOrEqual(answer.took_ms.search)
  })

  test('what cannot be seen in a query, and capitals in an id, change nothing', async () => {
    const seen = await ask({ mode: 'full_text' })
    const hidden = { query: 're\u200Bfu\u00ADnd\u202E', mode: 'full_text', dataset_id: dataset_id.toUpperCase() }
    expect((await ask(hidden)).chunks).toEqual(seen.chunks)
    expect(seen.chunks).toHaveLength(1)
  })

  test('top_n means results_count, and as many chunks come as there are', async () => {
    expect((await ask({ top_n: 2 })).chunks).toHaveLength(2)
    expect((await ask({ results_count: 100 })).chunks).toHaveLength(3)
  })

  test('of a query the first 256 words are looked up', async () => {
    const letter = (at: number) => String.fromCharCode(97 + at)
    const word = (at: number) => `w${letter(at % 26)}${letter(Math.floor(at / 26))}`
    const after = (count: number) => `${Array.from({ length: count }, (_, at) => word(at)).join(' ')} refund`
    expect((await ask({ query: after(255), mode: 'full_text' })).chunks).toHaveLength(1)
    expect((await ask({ query: after(256), mode: 'full_text' })).chunks).toEqual([])
  })

  test('modes, filters and the lowest score', async () => {
    const byWords = await ask({ mode: 'full_text' })
    expect(byWords).toMatchObject({ retrieval_mode: 'full_text', chunks: [{ scores: { vector: null } }] })
    expect((await ask({ mode: 'vector' })).retrieval_mode).toBe('vector')
    expect((await ask({ filter: { product: 'toaster' } })).chunks).toEqual([])
    expect((await ask({ filter: { product: 'kettle' } })).chunks.length).toBeGreaterThan(0)
    expect((await ask({ source_ids: ['no id'] })).chunks).toEqual([])
    expect((await ask({ min_score: 1 })).chunks).toEqual([])
  })

  test('without a rerank model that answers, the fused order stays', async () => {
    embedding.rerank_trouble = { status: 500 }
    try {
      const answer = await ask()
      expect(answer.degraded).toEqual(['rerank_failed'])
      expect(answer.chunks[0]).toMatchObject({ content: 'Refunds take fourteen days.', scores: { rerank: null } })
      expect((await ask({ rerank: false })).degraded).toEqual([])
    } finally {
      embedding.rerank_trouble = null
    }
  })

  test('without an embedding model that answers, words are left, unless vectors were asked for', async () => {
    embedding.trouble = { status: 500 }
    try {
      const answer = await ask({ query: 'refund of a kettle' })
      expect(answer).toMatchObject({ retrieval_mode: 'full_text', degraded: ['embedding_failed'] })
      expect(answer.chunks[0]).toMatchObject({ content: 'Refunds take fourteen days.', has_vector: true })
      const refused = await refusal(ask({ query: 'refund of a toaster', mode: 'vector' }))
      expect(refused).toMatchObject({ status: 502, code: 'embedding_failed' })
    } finally {
      embedding.trouble = null
    }
  })

  test('vectors of a dataset that has none', async () => {
    const empty = await library.addDataset()
    const refused = await refusal(server.client.queryDataset({ dataset_id: empty, query: 'refund', mode: 'vector' }))
    expect(refused).toMatchObject({ status: 502, code: 'embedding_failed' })
    const answer = await server.client.queryDataset({ dataset_id: empty, query: 'refund' })
    expect(answer).toMatchObject({ chunks: [], retrieval_mode: 'full_text', degraded: [] })
  })

  test('what is no dataset, and no query', async () => {
    const missing = { status: 404, message: 'Dataset not found' }
    for (const id of ['no id', crypto.randomUUID()]) {
      expect(await refusal(server.client.queryDataset({ dataset_id: id, query: 'x' }))).toMatchObject(missing)
    }
    for (const query of ['  \n ', '\u200B\u00AD', 'x'.repeat(8001)]) {
      expect(await refusal(ask({ query }))).toMatchObject({ status: 422, errors: [{ path: 'query' }] })
    }
    expect(await refusal(ask({ results_count: 101 }))).toMatchObject({ status: 422 })
    for (const min_score of [-0.01, 1.01]) {
      expect(await refusal(ask({ min_score }))).toMatchObject({ status: 422, errors: [{ path: 'min_score' }] })
    }
    const padded = `refund ${'x'.repeat(7993)}${' '.repeat(100)}`
    expect((await ask({ query: padded, mode: 'full_text' })).chunks).toHaveLength(1)
    // Signs only: neither words nor an error.
    expect((await ask({ query: '?!', mode: 'full_text' })).chunks).toEqual([])
  })
})
