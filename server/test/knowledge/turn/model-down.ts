// K8: an embedding model that is down delays no turn beyond its bound and fails none: words answer, and the record says what was missing.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Degradation } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EmbeddingServer, type Trouble, startEmbeddingServer } from '../../support/embedding-server.ts'
import { type TestServer, publishAgent, startTestServer } from '../../support/server.ts'
import { plantInto } from './fixture.ts'

let embeddings: EmbeddingServer
let server: TestServer
let dataset_id: string
/** By the bound of its search. */
const agents = new Map<number, string>()

async function agentWith(timeout_ms: number): Promise<string> {
  const config = { knowledge_bases: [{ dataset_id }], retrieval: { timeout_ms } }
  const agent_id = agents.get(timeout_ms) ?? (await publishAgent(server.client, config)).agent_id
  agents.set(timeout_ms, agent_id)
  return agent_id
}

/** A model that answers needs less on the busiest machine. */
const patience_ms = 10_000

async function ask(timeout_ms = patience_ms) {
  const lag = monitorEventLoopDelay({ resolution: 5 })
  const agent_id = await agentWith(timeout_ms)
  const begun = { channel: 'text' as const, user_id: 'ada', agent_id }
  const conversation_id = (await server.client.createConversation(begun)).conversation.id
  // No text twice: vectors of queries are kept.
  const text = `Returns of ${crypto.randomUUID()}?`
  lag.enable()
  const { reply } = await server.client.sendConversationMessage({ conversation_id, text })
  lag.disable()
  const { data } = await server.client.listConversationTurns({ conversation_id })
  const retrieval = data[0]!.retrievals![0]!
  const { items } = (await server.client.getConversation({ conversation_id })).conversation!
  const spent = items.at(-1)!.metrics!
  return {
    reply,
    retrieval,
    /** For this question: chunks are embedded beside it. */
    calls: embeddings.texts.filter((one) => one === text).length,
    /** How long the turn took beside its model call, without what a busy machine adds. */
    delay_ms: spent.total_ms - spent.llm_ms! - lag.max / 1e6,
  }
}

const down: [string, Trouble, Degradation, number?][] = [
  ['is silent', 'silent', 'embedding_timeout', 4000],
  ['is slow', { slow_ms: 5000 }, 'embedding_timeout', 4000],
  ['answers 401', { status: 401 }, 'embedding_failed'],
  ['answers 429', { status: 429 }, 'embedding_failed'],
  ['answers 500', { status: 500 }, 'embedding_failed'],
  ['answers with wrong dimensions', 'wrong_dimension', 'embedding_failed'],
  ['answers with NaN', 'nan', 'embedding_failed'],
  ['answers half a batch', 'half', 'embedding_failed'],
  ['breaks off', 'broken', 'embedding_failed'],
  ['resets the connection', 'reset', 'embedding_failed'],
]

/** `step`: every nth way to be down. */
export function testModelDown(step: number): void {
  beforeAll(async () => {
    embeddings = await startEmbeddingServer()
    server = await startTestServer(embeddings.environment)
    dataset_id = (await server.client.createDataset({ name: 'Shop' })).id
    await plantInto(server, dataset_id, { text: 'Returns are accepted within 30 days.' })
    // As the first stored vector tells.
    await server.database.pool.query('update embedding_spaces set dimension = 64')
    server.model.answer = () => 'Within 30 days.'
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await embeddings[Symbol.asyncDispose]()
  })

  describe('an embedding model that', () => {
    /** Failures in a row are then counted from zero again. */
    async function askWithoutTrouble() {
      embeddings.trouble = null
      const { retrieval, calls } = await ask()
      expect(calls).toBe(1)
      expect(retrieval).toMatchObject({ retrieval_mode: 'hybrid', outcome: 'found' })
      expect(retrieval.degraded).not.toContain('embedding_failed')
    }

    test.each(down.filter((_way, at) => at % step === 0))(
      '%s delays no turn beyond its bound',
      async (_what, trouble, reason, timeout_ms = patience_ms) => {
        await askWithoutTrouble()
        embeddings.trouble = trouble
        const { reply, retrieval, calls, delay_ms } = await ask(timeout_ms)
        expect(reply).toBe('Within 30 days.')
        expect(calls).toBeGreaterThan(0)
        expect(retrieval).toMatchObject({ outcome: 'found', retrieval_mode: 'full_text', chunks: [{ shown: true }] })
        expect(retrieval.degraded).toEqual([reason])
        expect(delay_ms).toBeLessThanOrEqual(timeout_ms + 100)
      },
    )

    test('fails five times in a row is not asked again for a while, and words answer at once', async () => {
      await askWithoutTrouble()
      embeddings.trouble = { status: 500 }
      for (let failures = 0; failures < 5; failures += 1) expect((await ask()).calls).toBe(1)
      const { retrieval, calls, reply } = await ask()
      expect(calls).toBe(0)
      expect(reply).toBe('Within 30 days.')
      expect(retrieval).toMatchObject({ outcome: 'found', retrieval_mode: 'full_text', degraded: ['embedding_failed'] })
    })
  })
}
