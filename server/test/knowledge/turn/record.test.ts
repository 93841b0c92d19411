// K11: what the model was shown is on record, however a turn ends and anyone who carries it out; and it goes with the conversation.
import type { AgentConfig } from '@parley/contract'
import type { SearchRequest } from '../../../src/knowledge/search/request.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ChatRequest } from '../../support/scripted-model.ts'
import { holdAnswer } from '../../support/scripted-model.ts'
import { makeKey } from '../../support/actors.ts'
import { patientPorts } from '../../support/patient-ports.ts'
import { type TestServer, refusal, startTestServer } from '../../support/server.ts'
import { type PlantedDataset, converse, detach, loseTurn, plantDataset, watchSearches } from './fixture.ts'

let server: TestServer
let dataset: PlantedDataset
let calls: SearchRequest[]
beforeAll(async () => {
  server = await startTestServer()
  calls = watchSearches(server)
  dataset = await plantDataset(server, [
    { text: 'Returns within 30 days.' },
    { text: 'Returns are free.', source_name: 'Free.md' },
  ])
})
afterAll(() => server[Symbol.asyncDispose]())

const base = () => ({ knowledge_bases: [{ dataset_id: dataset.dataset_id }] })
const turnsOf = async (conversation_id: string) => (await server.client.listConversationTurns({ conversation_id })).data
const fenceOf = ({ messages }: ChatRequest) => messages.find(({ content }) => content.startsWith('<passages '))?.content
const count = async (table: string) => {
  const { rows } = await server.database.pool.query<{ count: number }>(
    `select count(*)::integer as count from ${table}`,
  )
  return rows[0]!.count
}

describe('an attempt that takes a turn over', () => {
  const tools = [
    { name: 'act', description: 'Acts', actions: [{ type: 'play_message', message: 'One moment.' }], idempotent: true },
  ]

  test('after a step shows the stored passages without those deleted since, and searches no more', async () => {
    const own = await plantDataset(server, [
      { text: 'Returns within 30 days.' },
      { text: 'Returns are free.', source_name: 'Free.md' },
    ])
    const { conversation_id } = await converse(server, {
      knowledge_bases: [{ dataset_id: own.dataset_id }],
      retrieval: { citations: true },
      tools,
    })
    const held = holdAnswer()
    const answers = [{ tool_calls: [{ name: 'act', arguments: {} }] }, held]
    server.model.answer = () => answers.shift() ?? 'Taken over [1] [2].'
    const reply = server.client.sendConversationMessage({ conversation_id, text: 'Returns?' })
    await held.asked
    const before = (await turnsOf(conversation_id))[0]!.retrievals!
    expect(before).toMatchObject([{ kind: 'implicit', chunks: [{ number: 1 }, { number: 2 }] }])
    const [gone, kept] = before[0]!.chunks
    await detach(
      server,
      own.chunks.find(({ chunk_id }) => chunk_id === gone!.chunk_id)!,
    )
    calls.length = 0
    await loseTurn(server, conversation_id)
    const { reply: said, citations } = await reply
    held.finish()
    expect(said).toContain('Taken over [1] [2].')
    expect(citations!.map(({ number }) => number)).toEqual([2])
    expect(calls).toEqual([])
    const fence = fenceOf(server.model.requests.at(-1)!)!
    expect(fence).toContain(`[2] ${kept!.source_name}\n`)
    expect(fence).not.toContain('[1] ')
    expect((await turnsOf(conversation_id))[0]!.retrievals).toEqual(before)
  })

  test('before any step searches again; only its own search is on record', async () => {
    const { conversation_id } = await converse(server, base())
    const held = holdAnswer()
    const answers = [held]
    server.model.answer = () => answers.shift() ?? 'Taken over.'
    calls.length = 0
    const reply = server.client.sendConversationMessage({ conversation_id, text: 'Returns?' })
    await held.asked
    await loseTurn(server, conversation_id)
    expect((await reply).reply).toBe('Taken over.')
    held.finish()
    expect(calls).toHaveLength(2)
    const [turn] = await turnsOf(conversation_id)
    expect(turn).toMatchObject({ attempts: 2, retrievals: [{ kind: 'implicit' }] })
    expect(turn!.retrievals).toHaveLength(1)
  })
})

describe('a turn that ends without its reply', () => {
  test('cancelled: the search and what the text cites are stored with the text so far', async () => {
    const { conversation_id } = await converse(server, { ...base(), retrieval: { citations: true } })
    const held = holdAnswer()
    server.model.answer = () => held
    const call = refusal(server.client.sendConversationMessage({ conversation_id, text: 'Returns?' }))
    await held.asked
    held.say('Thirty days [1], ')
    await expect.poll(() => server.app.rooms.engine.engine.textSoFar(conversation_id)).toBe('Thirty days [1], ')
    const [turn] = await turnsOf(conversation_id)
    await server.client.cancelTurn({ conversation_id, turn_id: turn!.turn_id })
    expect(await call).toMatchObject({ code: 'turn_cancelled' })
    held.finish()
    expect(await turnsOf(conversation_id)).toMatchObject([{ status: 'cancelled', retrievals: [{ outcome: 'found' }] }])
    const { conversation } = await server.client.getConversation({ conversation_id })
    expect(conversation!.items.at(-1)).toMatchObject({ interrupted: true, citations: [{ number: 1 }] })
  })

  test('failed: the search is stored with the failure', async () => {
    const { conversation_id } = await converse(server, base())
    server.model.answer = () => 400
    await refusal(server.client.sendConversationMessage({ conversation_id, text: 'Returns?' }))
    expect(await turnsOf(conversation_id)).toMatchObject([
      { outcome: 'model_error', retrievals: [{ outcome: 'found' }] },
    ])
  })
})

test('cancel stops a search that goes on', async () => {
  const { knowledge } = server.app.rooms.knowledge
  const usual = knowledge.search
  const { conversation_id } = await converse(server, { ...base(), retrieval: { timeout_ms: 10_000 } })
  const asked = Promise.withResolvers<AbortSignal>()
  knowledge.search = (_store, _request, signal) => {
    asked.resolve(signal)
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
  }
  const call = refusal(server.client.sendConversationMessage({ conversation_id, text: 'Returns?' }))
  const signal = await asked.promise
  const [turn] = await turnsOf(conversation_id)
  await server.client.cancelTurn({ conversation_id, turn_id: turn!.turn_id })
  knowledge.search = usual
  expect(await call).toMatchObject({ code: 'turn_cancelled' })
  expect(signal.aborted).toBe(true)
  expect((await turnsOf(conversation_id))[0]).not.toHaveProperty('retrievals')
})

test('the query is redacted like the transcript, but searched for as it was said', async () => {
  const config = { ...base(), retention: { redact: ['email'] } }
  const { conversation_id } = await converse(server, config)
  server.model.answer = () => 'Thirty days.'
  calls.length = 0
  await server.client.sendConversationMessage({ conversation_id, text: 'Returns of ada@mail.example?' })
  expect(calls[0]!.query).toBe('Returns of ada@mail.example?')
  expect(await turnsOf(conversation_id)).toMatchObject([{ retrievals: [{ query: 'Returns of [email]?' }] }])
  const { rows } = await server.database.pool.query(`select from retrievals where query like '%ada@%'`)
  expect(rows).toEqual([])
})

describe('another node', () => {
  let other: Awaited<ReturnType<TestServer['startAnother']>>
  beforeAll(async () => {
    other = await server.startAnother({}, { ports: patientPorts })
  })
  afterAll(() => other[Symbol.asyncDispose]())

  test('cancels: the search and what the text cites are stored with the text so far', async () => {
    const { conversation_id } = await converse(server, { ...base(), retrieval: { citations: true } })
    const held = holdAnswer()
    server.model.answer = () => held
    const call = refusal(server.client.sendConversationMessage({ conversation_id, text: 'Returns?' }))
    await held.asked
    held.say('Thirty days [1], ')
    await expect.poll(() => server.app.rooms.engine.engine.textSoFar(conversation_id)).toBe('Thirty days [1], ')
    const [turn] = await turnsOf(conversation_id)
    await server.as({ base_url: other.url }).cancelTurn({ conversation_id, turn_id: turn!.turn_id })
    expect(await call).toMatchObject({ code: 'turn_cancelled' })
    held.finish()
    expect(await turnsOf(conversation_id)).toMatchObject([{ status: 'cancelled', retrievals: [{ outcome: 'found' }] }])
    const { conversation } = await server.client.getConversation({ conversation_id })
    expect(conversation!.items.at(-1)).toMatchObject({ interrupted: true, citations: [{ number: 1 }] })
    const { rows } = await server.database.pool.query<{ partial_retrievals: object | null }>(
      'select partial_retrievals from turns where id = $1',
      [turn!.turn_id],
    )
    expect(rows[0]!.partial_retrievals).toBeNull()
  })

  test('that begins to follow a turn receives what was found so far', async () => {
    const [here, there] = [server.app.core.live.turns, other.core.live.turns]
    const [conversation_id, turn_id] = [crypto.randomUUID(), crypto.randomUUID()]
    const retrieved = {
      ...{ turn_id, id: crypto.randomUUID(), call_id: null, kind: 'implicit' as const, chunks: [] },
      ...{ retrieval_mode: null, degraded: [], outcome: 'nothing' as const, latency_ms: 1 },
    }
    here.begin(conversation_id, { turn_id, attempt: 1, kept: 0 })
    here.retrieve(conversation_id, retrieved)
    using _following = there.follow(conversation_id)
    await expect.poll(() => there.retrieved(conversation_id, turn_id), { timeout: 40_000 }).toEqual([retrieved])
    here.end(conversation_id, turn_id)
  })

  test('shows the search to its readers at once', async () => {
    const { conversation_id } = await converse(server, base())
    const answers = [holdAnswer(), holdAnswer()]
    const given = [...answers]
    server.model.answer = () => given.shift()!
    const elsewhere = server.as({ base_url: other.url })
    // The next turn starts where the one before ended.
    const first = server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
    await answers[0]!.asked
    const stream = elsewhere.streamConversationMessage({ conversation_id, text: 'Returns?' })
    const events: string[] = []
    const reading = (async () => {
      for await (const { event } of stream) events.push(event)
    })()
    await expect.poll(async () => (await turnsOf(conversation_id)).length).toBe(2)
    answers[0]!.say('Hello.')
    answers[0]!.finish()
    await first
    answers[1]!.say('Thirty days.')
    await expect.poll(() => events, { timeout: 40_000 }).toContain('retrieval.completed')
    expect((await turnsOf(conversation_id)).at(-1)!.status).toBe('running')
    answers[1]!.finish()
    await reading
    expect(events.filter((event) => event === 'retrieval.completed')).toHaveLength(1)
    expect(events.indexOf('retrieval.completed')).toBeLessThan(events.indexOf('turn.completed'))
  })

  test('is lent only what is redacted', async () => {
    await server.database.pool.query(`
      create table lent as select partial_retrievals from turns where false;
      create function note_lent() returns trigger language plpgsql as $$
        begin insert into lent values (new.partial_retrievals); return new; end $$;
      create trigger note_lent before update of partial_retrievals on turns for each row
        when (new.partial_retrievals is not null) execute function note_lent()`)
    const { conversation_id } = await converse(server, { ...base(), retention: { redact: ['email'] } })
    const held = holdAnswer()
    server.model.answer = () => held
    const given = { conversation_id, text: 'Returns of ada@mail.example?' }
    const call = refusal(server.client.sendConversationMessage(given))
    await held.asked
    const [turn] = await turnsOf(conversation_id)
    await server.as({ base_url: other.url }).cancelTurn({ conversation_id, turn_id: turn!.turn_id })
    await call
    held.finish()
    const { rows } = await server.database.pool.query<{ lent: string }>(
      'select partial_retrievals::text as lent from lent',
    )
    expect(rows).toHaveLength(1)
    expect(rows[0]!.lent).toContain('Returns of [email]?')
    expect(rows[0]!.lent).not.toContain('ada@')
    expect(await turnsOf(conversation_id)).toMatchObject([{ retrievals: [{ query: 'Returns of [email]?' }] }])
    await server.database.pool.query('drop trigger note_lent on turns')
  })
})

test('a deletion erases it', async () => {
  const { conversation_id } = await converse(server, base())
  server.model.answer = () => 'Thirty days.'
  const [retrievals, datasets] = [await count('retrievals'), await count('dataset_retrievals')]
  await server.client.sendConversationMessage({ conversation_id, text: 'Returns?' })
  expect([await count('retrievals'), await count('dataset_retrievals')]).toEqual([retrievals + 1, datasets + 1])
  await server.client.deleteConversation({ conversation_id })
  expect([await count('retrievals'), await count('dataset_retrievals')]).toEqual([retrievals, datasets])
})

test('a purge removes it, and nobody is shown it from the first commit on', async () => {
  const { conversation_id } = await converse(server, { ...base(), retention: { content_days: 1 } })
  server.model.answer = () => 'Thirty days.'
  const [retrievals, datasets] = [await count('retrievals'), await count('dataset_retrievals')]
  await server.client.sendConversationMessage({ conversation_id, text: 'Returns of today?' })
  await server.client.endConversation({ conversation_id })
  await server.database.pool.query(`update conversations set ended_at = ended_at - interval '1 day' where id = $1`, [
    conversation_id,
  ])
  const arrivals = 'select from work_arrivals where subject = $1'
  const arrived = async () => (await server.database.pool.query(arrivals, [conversation_id])).rowCount
  await expect.poll(arrived, { timeout: 40_000 }).toBe(0)
  const due = `update work set due_at = now() where kind = 'purge_content' and subject = $1`
  await server.database.pool.query(due, [conversation_id])
  const purged = async () => (await server.client.getConversation({ conversation_id })).content_purged_at !== undefined
  await expect.poll(purged, { timeout: 40_000 }).toBe(true)
  await expect.poll(() => count('retrievals'), { timeout: 40_000 }).toBe(retrievals)
  expect(await count('dataset_retrievals')).toBe(datasets)
  expect((await turnsOf(conversation_id))[0]).not.toHaveProperty('retrievals')
  const { data } = await server.client.listDatasetRetrievals({ dataset_id: dataset.dataset_id, limit: 100 })
  expect(data.map((one) => one.conversation_id)).not.toContain(conversation_id)
})

describe('who can name a dataset, and who can read what was asked', () => {
  test.each(['sources:read', 'sources:manage', 'agents:manage'] as const)('inline, with %s', async (scope) => {
    const agent_configs: AgentConfig[] = [
      base(),
      {
        tools: [
          { name: 'a', description: 'b', actions: [{ type: 'knowledge_base', dataset_ids: [dataset.dataset_id] }] },
        ],
      },
    ]
    const without = await makeKey(server, { only: ['conversations:manage', 'conversations:read_sensitive'] })
    const holder = await makeKey(server, { only: ['conversations:manage', scope] })
    for (const agent_config of agent_configs) {
      const input = { channel: 'text' as const, user_id: 'ada', agent_config }
      const error = await refusal(server.as({ token: without }).createConversation(input))
      expect(error).toMatchObject({ status: 403, code: 'forbidden', message: expect.stringContaining('sources:read') })
      await server.as({ token: holder }).createConversation(input)
    }
  })

  test('a version that names an unknown dataset is stored with a warning; one that is known has none', async () => {
    const dataset_id = dataset.dataset_id.toUpperCase()
    const action = { type: 'knowledge_base' as const, dataset_ids: [dataset_id, crypto.randomUUID()] }
    const config = {
      knowledge_bases: [{ dataset_id: 'nothing' }, { dataset_id }],
      tools: [{ name: 'a', description: 'b', actions: [action] }],
    }
    const expected = ['config.knowledge_bases.0.dataset_id', 'config.tools.0.actions.0.dataset_ids.1']
    const warnings = expected.map((path) => `${path} is not a dataset of this organization; it finds nothing`)
    expect(await server.client.checkAgent({ name: 'A', config })).toEqual({ warnings })
    const { agent_id } = await server.client.createAgent({ name: 'A' })
    expect(await server.client.createAgentVersion({ agent_id, config })).toMatchObject({ warnings })
    expect(await server.client.updateAgentVersion({ agent_id, version: '1', config: {} })).toMatchObject({
      warnings: [],
    })
    expect(await server.client.updateAgentVersion({ agent_id, version: '1', config })).toMatchObject({ warnings })
  })

  test('pages of what was asked go on where they ended', async () => {
    const own = await plantDataset(server, [{ text: 'Returns within 30 days.' }])
    const { conversation_id } = await converse(server, { knowledge_bases: [{ dataset_id: own.dataset_id }] })
    server.model.answer = () => 'Thirty days.'
    for (const text of ['Returns one', 'Returns two', 'Returns three'])
      await server.client.sendConversationMessage({ conversation_id, text })
    const asked: (string | null)[] = []
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await server.client.listDatasetRetrievals({
        dataset_id: own.dataset_id,
        limit: 1,
        ...(cursor ? { cursor } : {}),
      })
      asked.push(...page.data.map(({ query }) => query))
      cursor = page.pagination.next_cursor
    }
    expect(asked).toEqual(['Returns three', 'Returns two', 'Returns one'])
  })
})
