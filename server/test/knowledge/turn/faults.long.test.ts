// The network between the server and PostgreSQL fails at each statement of a turn's search in turn: K8, the turn replies within its
// bound all the same, and its record says what came of the search.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import {
  type Loss,
  type PassingStatement,
  type PostgresProxy,
  startPostgresProxy,
} from '../../support/postgres-proxy.ts'
import { type TestServer, startTestServer } from '../../support/server.ts'
import { converse, plantDataset } from './fixture.ts'

let proxy: PostgresProxy
let server: TestServer
let agent_id: string
/** Long enough for a loaded machine to come to the last statement. */
const timeout_ms = 2000

beforeAll(async () => {
  proxy = await startPostgresProxy(inject('postgres_url'))
  server = await startTestServer({}, { connectThrough: proxy.through })
  const { dataset_id } = await plantDataset(server, [{ text: 'Returns are accepted within 30 days.' }])
  agent_id = (await converse(server, { knowledge_bases: [{ dataset_id }], retrieval: { timeout_ms } })).agent_id
  server.model.answer = () => 'Within 30 days.'
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
})

const ofSearch = /find_searched_datasets|stem_words|secrets|read only|word_groups|from wanted w join/

/** Only of the search: others are at the end of a transaction that has one of its statements. */
function isOfSearch({ name, text, before }: PassingStatement): boolean {
  return ofSearch.test(`${name} ${text}`) || before.some((one) => ofSearch.test(`${one.name} ${one.text}`))
}

async function ask() {
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
  const conversation_id = conversation.id
  const lag = monitorEventLoopDelay({ resolution: 5 })
  lag.enable()
  // A word whose stem is not known yet.
  const text = `Returns of ${crypto.randomUUID().replaceAll(/[^a-f]/g, '')}xyz?`
  const { reply } = await server.client.sendConversationMessage({ conversation_id, text })
  lag.disable()
  const { data } = await server.client.listConversationTurns({ conversation_id })
  return { reply, attempts: data[0]!.attempts, retrieval: data[0]!.retrievals![0]!, lag_ms: lag.max / 1e6 }
}

const places = 7

test('a search is so many statements', async () => {
  await ask()
  proxy.statements.length = 0
  expect((await ask()).retrieval.outcome).toBe('found')
  expect(proxy.statements.filter(isOfSearch).map(({ name }) => name.slice(0, 30))).toHaveLength(places)
})

const losses: Loss[] = ['reset', 'stall']
test.each(losses.flatMap((how) => Array.from({ length: places }, (_none, at) => [how, at + 1] as const)))(
  '%s at statement %i',
  async (how, nth) => {
    const fault = proxy.failStatement(nth, { when: 'before', how, counts: isOfSearch })
    const { reply, attempts, retrieval, lag_ms } = await ask()
    fault.release()
    expect(fault.hits).toHaveLength(1)
    expect([reply, attempts]).toEqual(['Within 30 days.', 1])
    expect(['found', 'failed', 'timed_out']).toContain(retrieval.outcome)
    if (retrieval.outcome !== 'found') expect(retrieval.chunks).toEqual([])
    expect(retrieval.latency_ms).toBeLessThanOrEqual(timeout_ms + 100 + lag_ms)
  },
)
