// The action `knowledge_base` and the tool `search_knowledge`: what templates and the model get, and what is recorded.
import type { SearchRequest } from '../../../src/knowledge/search/request.ts'
import { type TurnStreamEvent, passageRules } from '@parley/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Answer } from '../../support/scripted-model.ts'
import { type TestServer, publishAgent, startTestServer } from '../../support/server.ts'
import { type Planted, converse, plantDataset, watchSearches } from './fixture.ts'

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
})

const returns: Planted = { text: 'Returns are accepted within 30 days.', source_name: 'Shop.pdf', page: 3 }
const tea: Planted = {
  text: 'Green tea is brewed at 80 degrees.',
  source_name: 'Tea.md',
  url: 'https://shop.example/tea',
}

function answer(...answers: Answer[]): void {
  server.model.answer = () => answers.shift()!
}

const toolResults = () =>
  server.model.requests
    .at(-1)!
    .messages.filter(({ role }) => role === 'tool')
    .map(({ content }) => content)
const tool = (actions: object[], more: object = {}) => ({
  ...{ name: 'look_up', description: 'Looks things up', properties: { query: { type: 'string' } }, actions },
  ...more,
})

async function retrievalsOf(conversation_id: string) {
  const { data } = await server.client.listConversationTurns({ conversation_id })
  return data.at(-1)!.retrievals!
}

/** Conversations keep their version: as a node of a later release could. */
async function giveVersion(conversation_id: string, config: object): Promise<void> {
  const { version_id } = await publishAgent(server.client, config)
  const values = [conversation_id, version_id]
  await server.database.pool.query('update conversations set agent_version_id = $2 where id = $1', values)
}

describe('the action', () => {
  test('saves the passages; the model gets them in a fence, numbered on from those before the turn', async () => {
    const { dataset_id, chunks } = await plantDataset(server, [returns, tea])
    const config = {
      knowledge_bases: [{ dataset_id, top_n: 1 }],
      tools: [tool([{ type: 'knowledge_base', dataset_id, save_as: 'found', top_n: 1 }])],
    }
    const { conversation_id } = await converse(server, config)
    answer({ tool_calls: [{ name: 'look_up', arguments: { query: 'green tea' } }] }, 'At 80 degrees.')
    const { tool_calls } = await server.client.sendConversationMessage({
      conversation_id,
      text: 'Are returns accepted?',
    })
    const found = { number: 2, text: tea.text, source_name: 'Tea.md', url: tea.url, score: expect.any(Number) }
    expect(tool_calls).toMatchObject([{ output: { found: [found] }, is_error: false }])
    const { messages } = server.model.requests.at(-1)!
    const code = /<passages (\w+)>/.exec(messages[1]!.content)![1]
    expect(JSON.parse(toolResults()[0]!)).toEqual({
      found: `<passages ${code}>\n[2] Tea.md\n  ${tea.text}\n</passages ${code}>`,
    })
    const call_id = tool_calls[0]!.call_id
    expect(await retrievalsOf(conversation_id)).toMatchObject([
      { kind: 'implicit', call_id: null, chunks: [{ number: 1 }] },
      {
        ...{ kind: 'action', call_id, query: 'green tea', outcome: 'found' },
        chunks: [{ number: 2, chunk_id: chunks[1]!.chunk_id, shown: true }],
      },
    ])
  })

  test('the query is a template, else the argument, else the message of the end user; ids are literals', async () => {
    const { dataset_id } = await plantDataset(server, [returns])
    const actions = [
      { type: 'knowledge_base', dataset_id, query: 'the {{ arguments.query }}', save_as: 'one' },
      { type: 'knowledge_base', dataset_ids: [dataset_id, '{{ arguments.query }}'], save_as: 'two' },
    ]
    const { conversation_id } = await converse(server, { tools: [tool(actions)] })
    answer(
      { tool_calls: [{ name: 'look_up', arguments: { query: 'returns' } }] },
      { tool_calls: [{ name: 'look_up', arguments: {} }] },
      'Done.',
    )
    await server.client.sendConversationMessage({ conversation_id, text: 'Accepted?' })
    expect(calls.map(({ query, datasets }) => [query, datasets.map((one) => one.dataset_id)])).toEqual([
      ['the returns', [dataset_id]],
      ['returns', [dataset_id]],
      ['the', [dataset_id]],
      ['Accepted?', [dataset_id]],
    ])
    expect((await retrievalsOf(conversation_id))[1]!.degraded).toEqual(['dataset_missing'])
  })

  test('a query has no characters that cannot be seen, nor any that the database refuses', async () => {
    const { dataset_id } = await plantDataset(server, [returns])
    const query = 're\u200Bturns {{ arguments.query }}'
    const { conversation_id } = await converse(server, {
      tools: [tool([{ type: 'knowledge_base', dataset_id, query }])],
    })
    answer({ tool_calls: [{ name: 'look_up', arguments: '{"query": "\\u202Eacc\\u00ADepted"}' }] }, 'Done.')
    await server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
    expect(calls.map((one) => one.query)).toEqual(['returns accepted'])
    expect(await retrievalsOf(conversation_id)).toMatchObject([{ query: 'returns accepted', outcome: 'found' }])
  })

  test('what an output leaves out was not shown; what it has is in a fence', async () => {
    const { dataset_id } = await plantDataset(server, [
      returns,
      { ...tea, text: 'Returns of tea are not accepted at all.' },
    ])
    const output = 'Best: {{ passages[0].text }}'
    const tools = [tool([{ type: 'knowledge_base', dataset_id, query: 'returns accepted within' }], { output })]
    const { conversation_id } = await converse(server, { tools })
    answer({ tool_calls: [{ name: 'look_up', arguments: {} }] }, 'Done.')
    const { tool_calls } = await server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
    expect(tool_calls[0]!.output).toBe(`Best: ${returns.text}`)
    expect(toolResults()[0]).toMatch(
      /^<passages \w{32}>\n  Best: Returns are accepted within 30 days\.\n<\/passages \w{32}>$/,
    )
    const [retrieval] = await retrievalsOf(conversation_id)
    expect(retrieval!.chunks.map(({ shown }) => shown)).toEqual([true, false])
  })

  test('no answer at all is an error with its actions; nothing found is no error', async () => {
    const { dataset_id } = await plantDataset(server, [returns])
    const more = { actions_on_error: [{ type: 'play_message', message: 'Sorry: {{ error }}' }] }
    const { conversation_id } = await converse(server, {
      tools: [tool([{ type: 'knowledge_base', dataset_id }], more)],
    })
    const { knowledge } = server.app.rooms.knowledge
    const usual = knowledge.search
    answer({ tool_calls: [{ name: 'look_up', arguments: { query: 'zzz' } }] }, 'Nothing.')
    const none = await server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
    expect(none.tool_calls).toMatchObject([{ output: { passages: [] }, is_error: false }])
    knowledge.search = async (...given) => ({ ...(await usual(...given)), passages: [], failed: 'failed' })
    answer({ tool_calls: [{ name: 'look_up', arguments: { query: 'returns' } }] }, 'Failed.')
    const { tool_calls, reply } = await server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
    knowledge.search = usual
    expect(tool_calls).toMatchObject([{ is_error: true }])
    expect(reply).toContain('Sorry: The knowledge bases could not be searched.')
    expect(await retrievalsOf(conversation_id)).toMatchObject([{ kind: 'action', outcome: 'failed', chunks: [] }])
  })

  test('a later turn is shown the result in a fence of its own', async () => {
    const { dataset_id } = await plantDataset(server, [returns])
    const { conversation_id } = await converse(server, { tools: [tool([{ type: 'knowledge_base', dataset_id }])] })
    answer({ tool_calls: [{ name: 'look_up', arguments: { query: 'returns' } }] }, 'Done.', 'Welcome.')
    await server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
    const [before] = toolResults()
    await server.client.sendConversationMessage({ conversation_id, text: 'Thanks' })
    const [after] = toolResults()
    const masked = (text: string) => text.replaceAll(/[0-9a-f]{32}/g, 'R')
    expect(masked(after!)).toBe(masked(before!))
    expect(after).not.toBe(before)
    expect(after).toMatch(/<passages \w{32}>/)
  })

  test('what it found stays in a fence, and the rules with it, when the tool searches no more or is gone', async () => {
    const { dataset_id } = await plantDataset(server, [returns])
    const actions = [{ type: 'knowledge_base', dataset_id }]
    const quoting = tool(actions, { name: 'quote', output: '{{ passages[0].text }}' })
    const { conversation_id } = await converse(server, { tools: [tool(actions), quoting] })
    const asked = (name: string) => ({ name, arguments: { query: 'returns' } })
    answer({ tool_calls: [asked('look_up'), asked('quote')] }, 'Done.', 'Welcome.', 'Bye.')
    await server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
    for (const tools of [[tool([{ type: 'play_message', message: 'Wait.' }])], []]) {
      await giveVersion(conversation_id, { tools })
      await server.client.sendConversationMessage({ conversation_id, text: 'Thanks' })
      const [saved, quoted] = toolResults()
      const fence: unknown = expect.stringMatching(/^<passages \w{32}>\n\[\d\] Shop\.pdf/)
      expect(JSON.parse(saved!)).toEqual({ passages: fence })
      expect(quoted).toMatch(/^<passages \w{32}>\n {2}Returns are/)
      expect(server.model.requests.at(-1)!.messages[0]!.content.split(passageRules)).toHaveLength(2)
    }
  })

  test('a result of a call that did not search is no passage, whatever the tool does now', async () => {
    const { dataset_id } = await plantDataset(server, [returns])
    const before = tool([{ type: 'play_message', message: 'Wait.' }], { output: 'The shop is open.' })
    const { conversation_id } = await converse(server, { tools: [before] })
    answer({ tool_calls: [{ name: 'look_up', arguments: {} }] }, 'Done.', 'Welcome.')
    await server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
    await giveVersion(conversation_id, { tools: [tool([{ type: 'knowledge_base', dataset_id }])] })
    await server.client.sendConversationMessage({ conversation_id, text: 'Thanks' })
    expect(toolResults()).toEqual(['The shop is open.'])
  })
})

describe('search_knowledge', () => {
  test('is offered when it is enabled, and searches the agent’s datasets', async () => {
    const { dataset_id } = await plantDataset(server, [{ ...returns, heading_path: ['Orders'] }])
    const retrieval = { implicit: false }
    const base = { knowledge_bases: [{ dataset_id }], retrieval }
    const { conversation_id } = await converse(server, {
      ...base,
      built_in_tools: { search_knowledge: { enabled: true } },
    })
    answer({ tool_calls: [{ name: 'search_knowledge', arguments: { query: 'returns' } }] }, 'Thirty days.')
    await server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
    expect(server.model.requests[0]!.tools!.map((one) => one.function.name)).toEqual(['search_knowledge'])
    const { passages } = JSON.parse(toolResults()[0]!) as { passages: string }
    expect(passages).toContain('\n[1] Shop.pdf > Orders (page 3)\n  Returns are')
    expect(await retrievalsOf(conversation_id)).toMatchObject([
      { kind: 'tool', query: 'returns', chunks: [{ shown: true }] },
    ])

    const { conversation_id: other } = await converse(server, base)
    answer('Hi.')
    await server.client.sendConversationMessage({ conversation_id: other, text: 'Hello' })
    expect(server.model.requests.at(-1)!.tools ?? []).toEqual([])
  })

  test('calls of one step are searches of their own, each recorded once, with numbers of their own', async () => {
    const { dataset_id } = await plantDataset(server, [returns, tea])
    const built_in_tools = { search_knowledge: { enabled: true } }
    const retrieval = { implicit: false }
    const { conversation_id } = await converse(server, { knowledge_bases: [{ dataset_id }], built_in_tools, retrieval })
    const search = (query: string) => ({ name: 'search_knowledge', arguments: { query } })
    answer({ tool_calls: ['returns', 'green tea', 'zzz'].map(search) }, 'Done.')
    await server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
    const all = await retrievalsOf(conversation_id)
    expect(all.map(({ query }) => query).toSorted()).toEqual(['green tea', 'returns', 'zzz'])
    expect(all.flatMap(({ chunks }) => chunks.map(({ number }) => number)).toSorted()).toEqual([1, 2])
    const turns = await server.database.pool.query('select retrievals from turns where conversation_id = $1', [
      conversation_id,
    ])
    expect(turns.rows).toEqual([{ retrievals: 3 }])
  })

  test('a query that is missing is a fault of the call', async () => {
    const { dataset_id } = await plantDataset(server, [returns])
    const built_in_tools = { search_knowledge: { enabled: true } }
    const { conversation_id } = await converse(server, { knowledge_bases: [{ dataset_id }], built_in_tools })
    answer({ tool_calls: [{ name: 'search_knowledge', arguments: {} }] }, 'Oh.')
    const { tool_calls } = await server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
    expect(tool_calls).toMatchObject([{ is_error: true, output: expect.stringContaining('query') }])
  })
})

describe('citations', () => {
  const retrieval = { citations: true }

  test('the reply, its item and turn.completed name what was cited; an end user sees number, name and url', async () => {
    const { dataset_id, chunks } = await plantDataset(server, [returns, tea])
    const { conversation_id } = await converse(server, { knowledge_bases: [{ dataset_id }], retrieval })
    answer('Thirty days [1], and tea too [2, 9]. Not [7].')
    const given = { conversation_id, text: 'Are returns of green tea accepted?' }
    const { citations, reply } = await server.client.sendConversationMessage(given)
    expect(reply).toBe('Thirty days [1], and tea too [2, 9]. Not [7].')
    const all = await retrievalsOf(conversation_id)
    const expected = all[0]!.chunks.map(({ number, chunk_id, source_id, source_name, url, page }) => {
      return { number, chunk_id, source_id, source_name, url, page }
    })
    expect(new Set(expected.map(({ chunk_id }) => chunk_id))).toEqual(new Set(chunks.map(({ chunk_id }) => chunk_id)))
    expect(citations).toEqual(expected)
    const { conversation } = await server.client.getConversation({ conversation_id })
    expect(conversation!.items.at(-1)!.citations).toEqual(expected)
    const { rows } = await server.database.pool.query<{ data: object }>(
      `select data from events where conversation_id = $1 and type = 'turn.completed'`,
      [conversation_id],
    )
    expect(rows[0]!.data).toMatchObject({ citations: expected })

    const { token } = await server.client.createConversationToken({ conversation_id, permissions: ['read', 'message'] })
    const endUser = server.as({ token })
    const shown = expected.map(({ number, source_name, url }) => ({ number, source_name, url }))
    expect((await endUser.getConversation({ conversation_id })).conversation!.items.at(-1)!.citations).toEqual(shown)
    answer('As said [1].')
    const told: TurnStreamEvent[] = []
    const stream = endUser.streamConversationMessage({ conversation_id, text: 'Returns accepted?' })
    for await (const event of stream) told.push(event)
    expect(told.map(({ event }) => event)).not.toContain('retrieval.completed')
    expect(told.at(-1)!.data).toMatchObject({ citations: [{ number: 1, source_name: 'Shop.pdf', url: null }] })
    expect(JSON.stringify(told)).not.toContain('chunk_id')
    const events = []
    const abort = new AbortController()
    for await (const event of endUser.streamConversationEvents({ conversation_id }, { signal: abort.signal })) {
      events.push(event)
      if (events.filter((one) => one.event === 'turn.completed').length === 2) break
    }
    expect(events.map(({ event }) => event)).not.toContain('retrieval.completed')
    const completed = events.filter(({ event }) => event === 'turn.completed')
    expect(completed[0]!.data).toMatchObject({ data: { citations: shown } })
    expect(JSON.stringify(completed)).not.toContain('chunk_id')
  })

  test('each text of a turn has its own, and the reply has all of them', async () => {
    const { dataset_id } = await plantDataset(server, [returns, tea])
    const built_in_tools = { search_knowledge: { enabled: true } }
    const config = { knowledge_bases: [{ dataset_id, top_n: 1 }], retrieval, built_in_tools }
    const { conversation_id } = await converse(server, config)
    answer(
      { text: 'As for returns [1]: ', tool_calls: [{ name: 'search_knowledge', arguments: { query: 'green tea' } }] },
      'tea [2].',
    )
    const { citations } = await server.client.sendConversationMessage({ conversation_id, text: 'Returns accepted?' })
    expect(citations!.map(({ number, source_name }) => [number, source_name])).toEqual([
      [1, 'Shop.pdf'],
      [2, 'Tea.md'],
    ])
    const { conversation } = await server.client.getConversation({ conversation_id })
    const cited = conversation!.items
      .filter(({ role }) => role === 'assistant')
      .map((item) => item.citations!.map(({ number }) => number))
    expect(cited).toEqual([[1], [2]])
  })

  test('without the setting, and without a mark, there is nothing', async () => {
    const { dataset_id } = await plantDataset(server, [returns])
    const off = await converse(server, { knowledge_bases: [{ dataset_id }] })
    answer('Thirty days [1].')
    expect(await server.client.sendConversationMessage({ ...off, text: 'Returns?' })).not.toHaveProperty('citations')
    const on = await converse(server, { knowledge_bases: [{ dataset_id }], retrieval })
    answer('Thirty days.')
    expect(await server.client.sendConversationMessage({ ...on, text: 'Returns?' })).not.toHaveProperty('citations')
  })
})
