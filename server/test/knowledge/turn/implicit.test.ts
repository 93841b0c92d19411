// A turn looks the messages of the end user up before the model is called: what the model is shown, and what is recorded of it.
import type { SearchRequest } from '../../../src/knowledge/search/request.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { TurnStreamEvent } from '@parley/contract'
import type { ChatRequest } from '../../support/scripted-model.ts'
import { makeOrganization } from '../../support/actors.ts'
import { type TestServer, startTestServer } from '../../support/server.ts'
import { converse, plantDataset, watchSearches } from './fixture.ts'

let server: TestServer
let calls: SearchRequest[]
beforeAll(async () => {
  server = await startTestServer()
  calls = watchSearches(server)
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => {
  server.model.requests.length = 0
  calls.length = 0
  server.model.answer = () => 'Thirty days, says [1].'
})

const returns = {
  text: 'Returns are accepted within 30 days.',
  source_name: 'Shop.pdf',
  heading_path: ['Orders', 'Returns'],
  page: 3,
}
const tea = { text: 'Green tea is brewed at 80 degrees.', source_name: 'Tea.md', url: 'https://shop.example/tea' }

const lastRequest = () => server.model.requests.at(-1)!
const fenceOf = ({ messages }: ChatRequest) => messages.find(({ content }) => content.startsWith('<passages '))

describe('with a dataset', () => {
  test('the model is shown what was found in a message of its own before the turn, in a fence', async () => {
    const { dataset_id } = await plantDataset(server, [tea, returns])
    const { conversation_id } = await converse(server, { knowledge_bases: [{ dataset_id }] })
    await server.client.sendConversationMessage({ conversation_id, text: 'Hello there, are returns accepted?' })
    const [system, fence, question] = lastRequest().messages
    expect(lastRequest().messages).toHaveLength(3)
    expect(system!.content).toMatch(/^Be brief\.\n\nPassages from knowledge bases stand between/)
    const code = /^<passages ([0-9a-f]{32})>/.exec(fence!.content)![1]
    expect(fence).toEqual({
      role: 'user',
      content: `<passages ${code}>\n[1] Shop.pdf > Orders > Returns (page 3)\n  ${returns.text}\n</passages ${code}>`,
    })
    expect(question).toEqual({ role: 'user', content: 'Hello there, are returns accepted?' })

    await server.client.sendConversationMessage({ conversation_id, text: 'And green tea?' })
    const again = lastRequest()
    expect(fenceOf(again)!.content).not.toContain(code)
    // The passages of the turn before are not said again.
    expect(again.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user', 'user'])
    expect(again.messages[0]).toEqual(system)
    expect(calls.at(-1)).toMatchObject({
      query: 'And green tea?',
      vector_query: 'Hello there, are returns accepted?\nThirty days, says [1].\nAnd green tea?',
      timeout_ms: 1500,
      results: 20,
      rerank: true,
    })
  })

  test('the record is stored with the turn, told on the message’s stream and in the log, and listed for the dataset', async () => {
    const { dataset_id, chunks } = await plantDataset(server, [returns, tea])
    const { conversation_id } = await converse(server, { knowledge_bases: [{ dataset_id, top_n: 1 }] })
    const events: TurnStreamEvent[] = []
    const stream = server.client.streamConversationMessage({ conversation_id, text: 'Are returns accepted here?' })
    for await (const event of stream) events.push(event)
    const { data: turns } = await server.client.listConversationTurns({ conversation_id })
    const [retrieval] = turns[0]!.retrievals!
    const { score } = retrieval!.chunks[0]!
    expect(score).toBeGreaterThan(0)
    expect(score).toBeLessThan(1)
    expect(turns[0]!.retrievals).toEqual([
      {
        id: expect.any(String),
        kind: 'implicit',
        call_id: null,
        query: 'Are returns accepted here?',
        retrieval_mode: 'full_text',
        degraded: [],
        outcome: 'found',
        chunks: [
          {
            ...{ number: 1, chunk_id: chunks[0]!.chunk_id, dataset_id, source_id: chunks[0]!.source_id },
            ...{ source_name: 'Shop.pdf', url: null, page: 3, score, shown: true },
          },
        ],
        latency_ms: expect.any(Number),
      },
    ])
    const { query, ...told } = retrieval!
    expect(query).not.toBeNull()
    const told_at = events.findIndex(({ event }) => event === 'retrieval.completed')
    expect(events[told_at]!.data).toEqual({ turn_id: turns[0]!.turn_id, ...told })
    expect(told_at).toBeLessThan(events.findIndex(({ event }) => event === 'message.delta'))
    expect(events.filter(({ event }) => event === 'retrieval.completed')).toHaveLength(1)

    const stored = await eventsOf(conversation_id)
    expect(stored.find(({ type }) => type === 'retrieval.completed')!.data).toEqual({
      turn_id: turns[0]!.turn_id,
      ...told,
    })
    const { conversation } = await server.client.getConversation({ conversation_id })
    expect(conversation!.items.at(-1)!.metrics!.retrieval_ms).toBe(retrieval!.latency_ms)

    const { data } = await server.client.listDatasetRetrievals({ dataset_id })
    expect(data).toEqual([
      {
        ...{ ...retrieval, conversation_id, turn_id: turns[0]!.turn_id, best_score: score },
        created_at: expect.any(String),
      },
    ])
    expect((await server.client.listDatasetRetrievals({ dataset_id, below_score: score })).data).toEqual([])
    expect((await server.client.listDatasetRetrievals({ dataset_id, below_score: score + 0.01 })).data).toHaveLength(1)
  })
})

test('without a knowledge base nothing is asked, recorded or said', async () => {
  const { conversation_id } = await converse(server, {})
  const { citations } = await server.client.sendConversationMessage({ conversation_id, text: 'Are returns accepted?' })
  expect(citations).toBeUndefined()
  expect(lastRequest().messages).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Are returns accepted?' },
  ])
  const { data } = await server.client.listConversationTurns({ conversation_id })
  expect(data[0]).not.toHaveProperty('retrievals')
  expect(calls).toEqual([])
})

test.each([
  ['🙂 !', 'skipped'],
  ['x', 'skipped'],
  ['Wherefore?', 'nothing'],
])('%j: %s, and the model is shown no passage', async (text, outcome) => {
  const { dataset_id } = await plantDataset(server, [returns])
  const { conversation_id } = await converse(server, { knowledge_bases: [{ dataset_id }] })
  await server.client.sendConversationMessage({ conversation_id, text })
  expect(fenceOf(lastRequest())).toBeUndefined()
  expect(lastRequest().messages).toHaveLength(2)
  const { data } = await server.client.listConversationTurns({ conversation_id })
  expect(data[0]!.retrievals).toMatchObject([{ outcome, chunks: [], query: text }])
  const { data: asked } = await server.client.listDatasetRetrievals({ dataset_id, outcome: outcome as 'nothing' })
  expect(asked).toMatchObject([{ outcome, best_score: null }])
  const below = await server.client.listDatasetRetrievals({ dataset_id, below_score: 0.1 })
  expect(below.data).toHaveLength(outcome === 'nothing' ? 1 : 0)
})

describe('the settings of an agent', () => {
  test('top_n, min_score and a filter with templates go with each dataset; one whose filter is empty is not searched', async () => {
    const first = await plantDataset(server, [
      { ...returns, metadata: { plan: 'pro' } },
      { ...returns, metadata: { plan: 'basic' } },
    ])
    const second = await plantDataset(server, [tea])
    const base = {
      dataset_id: first.dataset_id,
      top_n: 2,
      min_score: 0.01,
      filter: { plan: '{{ custom_metadata.plan }}' },
    }
    const config = { knowledge_bases: [base, { dataset_id: second.dataset_id, enabled: false }] }
    const { conversation_id } = await converse(server, config, { custom_metadata: { plan: 'basic' } })
    await server.client.sendConversationMessage({ conversation_id, text: 'Are returns accepted?' })
    expect(calls.at(-1)!.datasets).toEqual([
      { dataset_id: first.dataset_id, top_n: 2, min_score: 0.01, filter: { plan: 'basic' } },
    ])
    const { data } = await server.client.listConversationTurns({ conversation_id })
    expect(data[0]!.retrievals![0]!.chunks.map(({ chunk_id }) => chunk_id)).toEqual([first.chunks[1]!.chunk_id])

    const { conversation_id: other } = await converse(server, config)
    calls.length = 0
    await server.client.sendConversationMessage({ conversation_id: other, text: 'Are returns accepted?' })
    expect(calls).toEqual([])
    const { data: turns } = await server.client.listConversationTurns({ conversation_id: other })
    expect(turns[0]!.retrievals).toMatchObject([{ outcome: 'nothing', degraded: [] }])
  })

  test('max_characters and max_chunks bound what is shown: whole passages, of which only the first is cut', async () => {
    const long = (word: string, length: number) => ({ text: `tariff ${word} ${'x'.repeat(length - 8 - word.length)}` })
    const { dataset_id } = await plantDataset(server, [
      { text: `tariff rates ${'y'.repeat(600)}`, source_name: 'Best.md' },
      { ...long('one', 300), source_name: 'Other.md' },
    ])
    const retrieval = { max_characters: 500 }
    const { conversation_id } = await converse(server, { knowledge_bases: [{ dataset_id }], retrieval })
    await server.client.sendConversationMessage({ conversation_id, text: 'tariff rates' })
    const fence = fenceOf(lastRequest())!.content
    expect(fence.match(/y+/)![0]).toHaveLength(500 - 'tariff rates '.length)
    expect(fence).not.toContain('Other.md')
    const { data } = await server.client.listConversationTurns({ conversation_id })
    expect(data[0]!.retrievals![0]!.chunks.map(({ number, shown }) => [number, shown])).toEqual([
      [1, true],
      [2, false],
    ])
  })

  test('older turns give way to passages in the context window', async () => {
    const { dataset_id } = await plantDataset(server, [{ text: `returns ${'z'.repeat(390)}` }])
    const config = { knowledge_bases: [{ dataset_id }], context_window: { max_tokens: 200 } }
    const { conversation_id } = await converse(server, config)
    const filler = 'f'.repeat(100)
    for (const text of [`${filler} one`, `${filler} two`, `${filler} three`]) {
      await server.client.sendConversationMessage({ conversation_id, text })
    }
    expect(lastRequest().messages.map(({ content }) => content.slice(-3))).toEqual([
      'up.',
      'one',
      '1].',
      'two',
      '1].',
      'ree',
    ])
    await server.client.sendConversationMessage({ conversation_id, text: 'returns' })
    expect(
      lastRequest()
        .messages.slice(1)
        .map(({ role }) => role),
    ).toEqual(['user', 'assistant', 'user', 'user'])
    expect(lastRequest().messages[1]!.content).toContain('three')
  })

  test('instructions and the rule of citations follow the fixed rules in the system prompt', async () => {
    const { dataset_id } = await plantDataset(server, [returns])
    const retrieval = { citations: true, instructions: 'Prefer {{ the }} manual.' }
    const { conversation_id } = await converse(server, { knowledge_bases: [{ dataset_id }], retrieval })
    await server.client.sendConversationMessage({ conversation_id, text: 'Are returns accepted?' })
    expect(lastRequest().messages[0]!.content).toMatch(
      /make one up\.\n\nAfter each statement [^\n]+\n\nPrefer \{\{ the \}\} manual\.$/,
    )
  })

  test('implicit off: nothing is looked up', async () => {
    const { dataset_id } = await plantDataset(server, [returns])
    const { conversation_id } = await converse(server, {
      knowledge_bases: [{ dataset_id }],
      retrieval: { implicit: false },
    })
    await server.client.sendConversationMessage({ conversation_id, text: 'Are returns accepted?' })
    expect(calls).toEqual([])
    expect(lastRequest().messages[0]!.content).toBe('Be brief.')
  })
})

describe('K8: a search that', () => {
  const searches = () => server.app.rooms.knowledge.knowledge
  async function askWith(search: ReturnType<typeof searches>['search'], config: object = {}) {
    const { dataset_id } = await plantDataset(server, [returns])
    const { conversation_id } = await converse(server, { knowledge_bases: [{ dataset_id }], ...config })
    const usual = searches().search
    searches().search = search
    try {
      const { reply } = await server.client.sendConversationMessage({ conversation_id, text: 'Are returns accepted?' })
      const { data } = await server.client.listConversationTurns({ conversation_id })
      return { reply, retrieval: data[0]!.retrievals![0]!, system: lastRequest().messages[0]!.content }
    } finally {
      searches().search = usual
    }
  }

  test('throws fails no turn, and the model is told', async () => {
    const { reply, retrieval, system } = await askWith(async () => {
      throw new Error('bug')
    })
    expect(reply).toBe('Thirty days, says [1].')
    expect(retrieval).toMatchObject({ outcome: 'failed', chunks: [], retrieval_mode: null })
    expect(system).toMatch(/could not be searched for this message/)
  })

  test('cannot read the secrets that passages must not have shows none, and fails no turn', async () => {
    const { pool } = server.database
    await pool.query('alter table secrets rename to secrets_gone')
    try {
      const { reply, retrieval, system } = await askWith(searches().search)
      expect(reply).toBe('Thirty days, says [1].')
      expect(retrieval).toMatchObject({ outcome: 'failed', chunks: [] })
      expect(fenceOf(lastRequest())).toBeUndefined()
      expect(system).toMatch(/could not be searched for this message/)
    } finally {
      await pool.query('alter table secrets_gone rename to secrets')
    }
  })

  test('never answers delays the turn by its bound and 50 ms', async () => {
    const { retrieval, system } = await askWith(() => new Promise(() => {}), { retrieval: { timeout_ms: 100 } })
    expect(retrieval.outcome).toBe('timed_out')
    // A timer may fire up to a millisecond before the clock says so.
    expect(retrieval.latency_ms).toBeGreaterThanOrEqual(148)
    expect(system).toMatch(/could not be searched for this message/)
  })

  test('is degraded answers with what it has, and says what was missing', async () => {
    const usual = searches().search
    const { retrieval, system } = await askWith(async (...given) => ({
      ...(await usual(...given)),
      degraded: ['embedding_timeout'],
    }))
    expect(retrieval).toMatchObject({ outcome: 'found', degraded: ['embedding_timeout'] })
    expect(system).not.toMatch(/could not be searched/)
  })
})

test('a dataset that is not there, and one whose id is no id, find nothing and are said to be missing', async () => {
  const { conversation_id } = await converse(server, { knowledge_bases: [{ dataset_id: 'no-uuid' }] })
  await server.client.sendConversationMessage({ conversation_id, text: 'Are returns accepted?' })
  const { data } = await server.client.listConversationTurns({ conversation_id })
  expect(data[0]!.retrievals).toMatchObject([{ outcome: 'nothing', degraded: ['dataset_missing'] }])
  expect(calls).toEqual([])
})

test('a dataset of another organization finds nothing, and is said to be missing', async () => {
  const other = await makeOrganization(server)
  const theirs = await plantDataset(server, [returns], other.id)
  const unknown = { dataset_id: crypto.randomUUID() }
  const { dataset_id } = await plantDataset(server, [returns])
  const { conversation_id } = await converse(server, {
    knowledge_bases: [unknown, { dataset_id: theirs.dataset_id }, { dataset_id }],
  })
  await server.client.sendConversationMessage({ conversation_id, text: 'Are returns accepted?' })
  const { data } = await server.client.listConversationTurns({ conversation_id })
  expect(data[0]!.retrievals).toMatchObject([
    { outcome: 'found', degraded: ['dataset_missing'], chunks: [{ dataset_id }] },
  ])
  expect(data[0]!.retrievals![0]!.chunks).toHaveLength(1)
})

async function eventsOf(conversation_id: string) {
  const { rows } = await server.database.pool.query<{ type: string; data: object }>(
    'select type, data from events where conversation_id = $1 order by sequence',
    [conversation_id],
  )
  return rows
}
