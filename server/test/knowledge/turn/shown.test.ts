// K11, exactly: a passage counts as shown if it was in a request to the model of the attempt that wrote the turn, and only then. Each
// test compares the records of a turn with the requests that the model got.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Answer, holdAnswer } from '../../support/scripted-model.ts'
import { type TestServer, refusal, startTestServer } from '../../support/server.ts'
import { compare, plantMarked, retrievalsOf } from './compare.ts'
import { converse, loseTurn, plantDataset } from './fixture.ts'

let server: TestServer
let atPoint: (point: string) => void | Promise<void> = () => {}
beforeAll(async () => {
  server = await startTestServer({}, { ports: { reached: (point) => atPoint(point) } })
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => {
  server.model.requests.length = 0
})
afterEach(() => {
  atPoint = () => {}
})

const search = (query: string) => ({ name: 'search_knowledge', arguments: { query } })
const built_in_tools = { search_knowledge: { enabled: true }, end_conversation: { enabled: true } }

function answer(...answers: Answer[]): void {
  server.model.answer = () => answers.shift() ?? 'Done.'
}

describe('the context window', () => {
  test('holds some of the passages of several calls: those that are left out were not shown', async () => {
    const planted = await plantMarked(server, 8, 700)
    const { conversation_id } = await converse(server, {
      knowledge_bases: [{ dataset_id: planted.dataset_id, top_n: 8 }],
      retrieval: { implicit: false },
      context_window: { max_tokens: 600 },
      built_in_tools,
    })
    answer({ tool_calls: [search('marka returns'), search('returns accepted')] }, { tool_calls: [search('markh')] })
    await server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
    expect(server.model.requests).toHaveLength(3)
    const { recorded, shown, retrievals } = await compare(server, conversation_id, planted)
    expect(recorded).toEqual(shown)
    expect(shown.length).toBeGreaterThan(0)
    expect(retrievals.flatMap(({ chunks }) => chunks).some((chunk) => !chunk.shown)).toBe(true)
    // What was shown once stays, and is stored as it was shown.
    const [, second, third] = server.model.requests.map(({ messages }) =>
      messages.filter(({ role }) => role === 'tool').map(({ content }) => content),
    )
    expect(third!.slice(0, 2)).toEqual(second)
    const { conversation } = await server.client.getConversation({ conversation_id })
    const stored = conversation!.items.filter(({ type }) => type === 'function_call_output')
    const inTranscript = planted.marks.filter((mark) => JSON.stringify(stored).includes(`${mark} `))
    expect(inTranscript).toEqual(shown)
  })

  test('is cut by the results of other tools, not by those of searches', async () => {
    const planted = await plantMarked(server, 3, 400)
    const actions = [{ type: 'play_message', message: 'Wait.' }]
    const say = { name: 'say', description: 'Says', actions, output: 'y'.repeat(9000) }
    const { conversation_id } = await converse(server, {
      knowledge_bases: [{ dataset_id: planted.dataset_id }],
      retrieval: { implicit: false },
      context_window: { max_tokens: 1000 },
      tools: [say],
      built_in_tools,
    })
    answer({ tool_calls: [search('returns')] }, { tool_calls: [{ name: 'say', arguments: {} }] })
    await server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
    const results = server.model.requests.at(-1)!.messages.filter(({ role }) => role === 'tool')
    expect(planted.marks.filter((mark) => results[0]!.content.includes(`${mark} `))).toEqual(planted.marks)
    expect(results[1]!.content).toContain('(cut off)')
    const { recorded, shown } = await compare(server, conversation_id, planted)
    expect([recorded, shown]).toEqual([planted.marks, planted.marks])
  })

  test('is shared with the question: passages take what it leaves', async () => {
    const planted = await plantMarked(server, 4, 400)
    const { conversation_id } = await converse(server, {
      knowledge_bases: [{ dataset_id: planted.dataset_id }],
      context_window: { max_tokens: 500 },
    })
    answer('Done.')
    await server.client.sendConversationMessage({ conversation_id, text: `returns? ${'z'.repeat(1000)}` })
    const { recorded, shown } = await compare(server, conversation_id, planted)
    expect(recorded).toEqual(shown)
    expect(shown).toHaveLength(2)
  })
})

describe('a result that an author writes', () => {
  test.each([
    ['as JSON', '{{ passages | tojson }}', 3],
    ['in capitals', '{{ passages[1].text | upper }}', 1],
    ['without what was found', 'Nothing.', 0],
  ])('%s', async (_what, output, expected) => {
    const { dataset_id } = await plantDataset(server, [
      { text: '"Returns"\nare accepted\nwithin 30 days.' },
      { text: '"Returns"\nare accepted\nin the shop.' },
      { text: '"Returns"\nof tea: never.' },
    ])
    const actions = [{ type: 'knowledge_base', dataset_id, query: 'returns' }]
    const tools = [{ name: 'look_up', description: 'Looks up', actions, output }]
    const { conversation_id } = await converse(server, { tools })
    answer({ tool_calls: [{ name: 'look_up', arguments: {} }] })
    await server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
    const [retrieval] = await retrievalsOf(server, conversation_id)
    expect(retrieval!.chunks).toHaveLength(3)
    expect(retrieval!.chunks.filter(({ shown }) => shown)).toHaveLength(expected)
    if (expected === 1) expect(retrieval!.chunks.map(({ shown }) => shown)).toEqual([false, true, false])
  })
})

describe('a turn that ends before the model is asked with what was found', () => {
  test('because the agent has said goodbye', async () => {
    const planted = await plantMarked(server, 2, 100)
    const { conversation_id } = await converse(server, {
      knowledge_bases: [{ dataset_id: planted.dataset_id }],
      retrieval: { implicit: false },
      built_in_tools,
    })
    answer({ text: 'Goodbye.', tool_calls: [search('returns'), { name: 'end_conversation', arguments: {} }] })
    const { reply } = await server.client.sendConversationMessage({ conversation_id, text: 'Bye' })
    expect(reply).toBe('Goodbye.')
    const { recorded, shown, retrievals } = await compare(server, conversation_id, planted)
    expect([recorded, shown]).toEqual([[], []])
    expect(retrievals).toMatchObject([{ outcome: 'found', chunks: [{ shown: false }, { shown: false }] }])
  })

  test('because it is cancelled: before the model is called, and between two calls of it', async () => {
    const planted = await plantMarked(server, 2, 100)
    const { conversation_id } = await converse(server, {
      knowledge_bases: [{ dataset_id: planted.dataset_id }],
      built_in_tools,
    })
    const held = Promise.withResolvers<void>()
    const reached = Promise.withResolvers<void>()
    const holdAt = (wanted: string) => {
      atPoint = (point) => {
        if (point !== wanted) return
        reached.resolve()
        return held.promise
      }
    }
    holdAt('attempt.started')
    const call = refusal(server.client.sendConversationMessage({ conversation_id, text: 'Are returns accepted?' }))
    await reached.promise
    const [turn] = (await server.client.listConversationTurns({ conversation_id })).data
    await server.client.cancelTurn({ conversation_id, turn_id: turn!.turn_id })
    held.resolve()
    await call
    expect(server.model.requests).toEqual([])
    const first = await compare(server, conversation_id, planted)
    expect(first.retrievals).toMatchObject([{ outcome: 'found', chunks: [{ shown: false }, { shown: false }] }])
  })

  test('because the attempt that takes it over is cancelled before it asks with what a lost one found', async () => {
    const planted = await plantMarked(server, 2, 100)
    const { conversation_id } = await converse(server, {
      knowledge_bases: [{ dataset_id: planted.dataset_id, top_n: 1 }],
      built_in_tools,
    })
    const lost = holdAnswer()
    answer({ tool_calls: [search('markb')] }, lost)
    const call = refusal(server.client.sendConversationMessage({ conversation_id, text: 'marka' }))
    await lost.asked
    const [held, reached] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    atPoint = (point) => {
      if (point !== 'attempt.started') return
      reached.resolve()
      return held.promise
    }
    await loseTurn(server, conversation_id)
    await reached.promise
    const [turn] = (await server.client.listConversationTurns({ conversation_id })).data
    await server.client.cancelTurn({ conversation_id, turn_id: turn!.turn_id })
    held.resolve()
    await call
    lost.finish()
    // The step that is stored was made with the first.
    const requests = server.model.requests.slice(0, 1)
    const { recorded, shown, retrievals } = await compare(server, conversation_id, planted, requests)
    expect([recorded, shown]).toEqual([['marka'], ['marka']])
    expect(retrievals).toMatchObject([{ kind: 'implicit' }, { kind: 'tool', chunks: [{ shown: false }] }])
  })

  test('because it is cancelled while another call of the step goes on', async () => {
    const planted = await plantMarked(server, 2, 100)
    const { conversation_id } = await converse(server, {
      knowledge_bases: [{ dataset_id: planted.dataset_id, top_n: 1 }],
      built_in_tools,
    })
    const { knowledge } = server.app.rooms.knowledge
    const usual = knowledge.search
    knowledge.search = (store, request, signal) => {
      if (request.query !== 'slow') return usual(store, request, signal)
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    }
    answer({ tool_calls: [search('slow'), search('markb')] })
    const call = refusal(server.client.sendConversationMessage({ conversation_id, text: 'marka' }))
    await expect.poll(async () => (await retrievalsOf(server, conversation_id)).length).toBe(2)
    const [turn] = (await server.client.listConversationTurns({ conversation_id })).data
    await server.client.cancelTurn({ conversation_id, turn_id: turn!.turn_id })
    await call
    knowledge.search = usual
    const { recorded, shown, retrievals } = await compare(server, conversation_id, planted)
    expect([recorded, shown]).toEqual([['marka'], ['marka']])
    expect(retrievals).toMatchObject([{ kind: 'implicit', chunks: [{ shown: true }] }, { kind: 'tool' }])
    expect(retrievals[1]!.chunks.map((chunk) => chunk.shown)).toEqual([false])
  })
})

test('a search is stored with the result of its own call, so an attempt that is lost between two of them leaves no second one', async () => {
  const planted = await plantMarked(server, 2, 100)
  const { conversation_id } = await converse(server, {
    knowledge_bases: [{ dataset_id: planted.dataset_id }],
    retrieval: { implicit: false },
    built_in_tools,
  })
  const held = Promise.withResolvers<void>()
  let answered = 0
  // The first call has searched and cannot store it; the second one stores its own.
  atPoint = (point) => (point === 'tool.answered' && (answered += 1) === 1 ? held.promise : undefined)
  answer({ tool_calls: [search('marka'), search('markb')] })
  const reply = server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
  await expect.poll(async () => (await retrievalsOf(server, conversation_id)).length).toBe(1)
  await loseTurn(server, conversation_id)
  expect((await reply).reply).toBe('Done.')
  held.resolve()
  const { recorded, shown, retrievals } = await compare(
    server,
    conversation_id,
    planted,
    server.model.requests.slice(1),
  )
  expect([recorded, shown]).toEqual([planted.marks, planted.marks])
  expect(retrievals).toHaveLength(2)
  expect(new Set(retrievals.map(({ call_id }) => call_id)).size).toBe(2)
})

test('an attempt that takes the turn over shows byte for byte what the record says', async () => {
  const planted = await plantMarked(server, 3, 600)
  // Some of each text.
  await server.client.setSecret({ name: 'QUOTED', value: 'accepted xxxxxxxxxx' })
  const { conversation_id } = await converse(server, {
    knowledge_bases: [{ dataset_id: planted.dataset_id }],
    retrieval: { max_characters: 1000 },
    built_in_tools,
  })
  const held = holdAnswer()
  answer({ tool_calls: [search('markc')] }, held)
  const reply = server.client.sendConversationMessage({ conversation_id, text: 'Are returns accepted?' })
  await held.asked
  const before = await retrievalsOf(server, conversation_id)
  await loseTurn(server, conversation_id)
  await reply
  held.finish()
  expect(await retrievalsOf(server, conversation_id)).toEqual(before)
  const [, first, second] = server.model.requests.map((request) =>
    JSON.stringify(request.messages).replaceAll(/[0-9a-f]{32}/g, 'CODE'),
  )
  expect(first).toContain('[secret QUOTED]')
  expect(second).toBe(first)
  await server.client.deleteSecret({ name: 'QUOTED' })
  const { recorded, shown } = await compare(server, conversation_id, planted, server.model.requests.slice(2))
  expect(recorded).toEqual(shown)
})

test('secrets that a document quotes are shown to nobody, before the turn, in results and in records', async () => {
  const secret = 'hunter2-hunter2-hunter2'
  await server.client.setSecret({ name: 'SHOP', value: secret })
  const { dataset_id } = await plantDataset(server, [
    { text: `${secret} opens the returns desk.`, source_name: `${secret}.pdf`, heading_path: [secret] },
  ])
  const { conversation_id } = await converse(server, {
    knowledge_bases: [{ dataset_id }],
    retrieval: { citations: true },
    built_in_tools,
  })
  answer({ tool_calls: [search('returns desk')] }, 'It opens [1] and [2].')
  const reply = await server.client.sendConversationMessage({ conversation_id, text: 'The returns desk?' })
  const last = JSON.stringify(server.model.requests)
  expect(last).toContain('[secret SHOP] opens the returns desk.')
  const retrievals = await retrievalsOf(server, conversation_id)
  expect(retrievals.map(({ chunks }) => chunks.map(({ shown }) => shown))).toEqual([[true], [true]])
  expect(reply.citations).toMatchObject([{ source_name: '[secret SHOP].pdf' }, { source_name: '[secret SHOP].pdf' }])
  for (const told of [last, JSON.stringify(retrievals), JSON.stringify(reply)]) expect(told).not.toContain(secret)
})
