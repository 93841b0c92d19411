// The rerank model over both of its wires, and when it is down.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type EmbeddingServer, type Trouble, startEmbeddingServer } from '../support/embedding-server.ts'
import { startTestServer } from '../support/server.ts'
import { steadyTime } from '../support/steady-time.ts'
import { embeddingsOf, never } from './fixture.ts'
import { RerankFailed } from '../../src/embeddings/embeddings.ts'

let model: EmbeddingServer
let stack: AsyncDisposableStack
let organization_id: string
beforeEach(async () => {
  stack = new AsyncDisposableStack()
  model = stack.use(await startEmbeddingServer())
})
afterEach(() => stack.disposeAsync())

const start = async (more: Record<string, string> = {}) => {
  const server = stack.use(await startTestServer({ ...model.rerank_environment, ...more }))
  organization_id = server.organization_id
  return embeddingsOf(server).reranker!
}

const texts = ['opening hours of the shop', 'how to return a parcel', 'return of a parcel that is open']

test('one score for each text, in their order, with the key and the model', async () => {
  const reranker = await start({ PARLEY_RERANK_API_KEY: 'rerank-key' })
  const scores = await reranker.rerank(organization_id, 'return an open parcel', texts, never)
  expect(scores).toEqual([0, 0.5, 0.75])
  expect(model.reranks).toMatchObject([
    {
      authorization: 'Bearer rerank-key',
      body: { model: 'overlap', query: 'return an open parcel', documents: texts, top_n: 3 },
    },
  ])
})

test('TEI is recognized at the first call, and asked in its form from then on', async () => {
  model.rerank_form = 'texts'
  const reranker = await start()
  expect(await reranker.rerank(organization_id, 'return an open parcel', texts, never)).toEqual([0, 0.5, 0.75])
  await reranker.rerank(organization_id, 'hours', texts, never)
  expect(model.reranks.map(({ body }) => Object.keys(body))).toEqual([
    ['model', 'query', 'documents', 'top_n'],
    ['query', 'texts'],
    ['query', 'texts'],
  ])
})

const down: [string, Trouble][] = [
  ['silent', 'silent'],
  ['slow', { slow_ms: 5000 }],
  ['401', { status: 401 }],
  ['429', { status: 429 }],
  ['500', { status: 500 }],
  ['a broken connection', 'reset'],
  ['half of the scores', 'half'],
]

describe('a rerank model that is down', () => {
  test.each(down)('%s: an error within its 800 ms', async (_name, trouble) => {
    model.rerank_trouble = trouble
    const reranker = await start()
    const began_at = steadyTime()
    await expect(reranker.rerank(organization_id, 'hours', texts, never)).rejects.toThrow(RerankFailed)
    expect(steadyTime() - began_at).toBeLessThan(4000)
  })

  test('what the caller aborts ends with the reason of the caller', async () => {
    model.rerank_trouble = 'silent'
    const reranker = await start()
    const stop = new AbortController()
    const asked = reranker.rerank(organization_id, 'hours', texts, stop.signal)
    stop.abort(new Error('the turn was cancelled'))
    await expect(asked).rejects.toThrow('the turn was cancelled')
  })
})

test('no texts, no call; more than 50 are a mistake of the caller', async () => {
  const reranker = await start()
  expect(await reranker.rerank(organization_id, 'hours', [], never)).toEqual([])
  await expect(reranker.rerank(organization_id, 'hours', Array(51).fill('text'), never)).rejects.toThrow(RangeError)
  expect(model.reranks).toEqual([])
})

test('without PARLEY_RERANK_URL nothing is reranked', async () => {
  const server = stack.use(await startTestServer())
  expect(embeddingsOf(server).reranker).toBe(null)
})
