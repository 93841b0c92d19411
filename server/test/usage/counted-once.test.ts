// P3: each call of a provider is one row, measured or lost with an estimate.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decideTakeover } from '../../src/conversations/machine/attempt-decisions.ts'
import { changeConversation } from '../../src/conversations/conversations.ts'
import { countCallsInVain } from '../../src/conversations/conversations.ts'
import { findTurnLease } from '../../src/conversations/commit/leases.ts'
import { openStore } from '../../src/database/store.ts'
import { insertOpen, loseOfNodes, loseOld } from '../../src/usage/queries.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => (server = await startTestServer()))
afterAll(() => server[Symbol.asyncDispose]())

interface Row {
  kind: string
  purpose: string
  outcome: string | null
  provider: string
  model: string
  input_tokens: number
  output_tokens: number
  estimated: boolean
  turn_id: string | null
  agent_id: string | null
}

async function rowsOf(conversation_id: string): Promise<Row[]> {
  const { rows } = await server.database.pool.query<Row>(
    `select kind, purpose, outcome, provider, model, input_tokens::integer, output_tokens::integer, estimated, turn_id, agent_id
     from usage_pending where conversation_id = $1 order by at, id`,
    [conversation_id],
  )
  return rows
}

async function begin(config: object = {}) {
  const { agent_id } = await publishAgent(server.client, config)
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
  return {
    agent_id,
    id: conversation.id,
    send: (text: string) => server.client.sendConversationMessage({ conversation_id: conversation.id, text }),
  }
}

const measured = {
  outcome: 'ok',
  input_tokens: 11,
  output_tokens: 7,
  estimated: false,
  kind: 'model_call',
  purpose: 'reply',
}

test('each step of a turn is one call, and so is each try', async () => {
  const tool = {
    ...{ name: 'greet', description: 'Greets', properties: {} },
    actions: [{ type: 'play_message', message: 'Hi!' }],
  }
  const { id, agent_id, send } = await begin({ tools: [tool] })
  const answers = [503, null, { tool_calls: [{ name: 'greet', arguments: {} }] }, 'Done.']
  server.model.answer = () => answers.shift()! as string
  const { turn_id } = await send('Greet me')
  expect(await rowsOf(id)).toMatchObject([
    { outcome: 'failed', input_tokens: 0, output_tokens: 0, estimated: false, turn_id },
    { outcome: 'failed', output_tokens: 0, estimated: true, turn_id },
    { ...measured, agent_id, turn_id },
    { ...measured, agent_id, turn_id },
  ])
  server.model.answer = () => 'Once more.'
  await send('And now')
  expect(await rowsOf(id)).toHaveLength(5)
})

test('a call whose turn is cancelled counts what it has said, and a refused message leaves it as it is', async () => {
  const { id, send } = await begin()
  const held = holdAnswer()
  server.model.answer = () => held
  const call = send('Tell me a story').catch(() => {})
  await held.asked
  held.say('There was a teapot in a small cupboard. ')
  await expect.poll(() => server.app.rooms.engine.engine.textSoFar(id)).toContain('teapot')
  const { data } = await server.client.listConversationTurns({ conversation_id: id })
  await server.client.cancelTurn({ conversation_id: id, turn_id: data[0]!.turn_id })
  await call
  const [row, ...more] = await rowsOf(id)
  expect(more).toEqual([])
  expect(row).toMatchObject({ outcome: 'interrupted', estimated: true, output_tokens: 10 })
  expect(row!.input_tokens).toBeGreaterThan(0)
})

test('of a turn that is taken from its attempt, one call is lost; what the attempt reports then counts no more', async () => {
  const { id, send } = await begin()
  const [first, second] = [holdAnswer(), holdAnswer()]
  const answers = [first, second]
  server.model.answer = () => answers.shift()!
  const call = send('Who takes this?')
  await first.asked
  const { database } = server.app.core
  const stale = (await findTurnLease(database, id))!
  await server.database.pool.query(
    `update turns set lease_expires_at = clock_timestamp() - interval '1 s' where conversation_id = $1`,
    [id],
  )
  const store = openStore(database, server.organization_id)
  const { commits } = server.app.rooms.conversations.conversations
  const taken = await changeConversation(store, commits, { change: 'takeover', id }, (state) =>
    decideTakeover(state, stale.turn_id),
  )
  expect(taken.answer).toBe('started')
  const calls = [
    {
      id: crypto.randomUUID(),
      at: new Date().toISOString(),
      turn_id: stale.turn_id,
      purpose: 'reply' as const,
      provider: 'x',
      model: 'y',
      outcome: 'failed' as const,
      input_tokens: 1,
      output_tokens: 0,
      cached_input_tokens: null,
      cache_write_tokens: null,
      estimated: true,
    },
  ]
  expect(await countCallsInVain(store, stale, null, calls)).toBe(false)
  first.finish()
  server.app.rooms.engine.engine.start(taken.started!)
  second.say('I do.')
  second.finish()
  await call
  const rows = await rowsOf(id)
  expect(rows).toMatchObject([{ outcome: 'lost', provider: 'openai', output_tokens: 0, estimated: true }, measured])
})

test('greetings and analyses have rows of their own', async () => {
  server.model.answer = () => 'Hello, dear guest.'
  const { agent_id } = await publishAgent(server.client, {
    ...{ starting_message: { type: 'generated', instructions: 'Be kind.' }, analysis: {} },
  })
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
  const { id } = conversation
  await server.client.sendConversationMessage({ conversation_id: id, text: 'Hi' })
  await server.client.endConversation({ conversation_id: id })
  expect((await rowsOf(id)).map(({ purpose, outcome }) => `${purpose} ${outcome}`)).toEqual([
    'greeting ok',
    'reply ok',
    'analysis ok',
  ])
})

test('the row of a call is lost with its node, or when its time is over, and completed once', async () => {
  const { usage, database, node } = server.app.core
  const [gone, conversation_id] = [crypto.randomUUID(), crypto.randomUUID()]
  const { organization_id } = server
  const of = {
    organization_id,
    kind: 'model_call' as const,
    purpose: 'authoring' as const,
    agent_id: null,
    conversation_id,
  }
  const called = { model: 'openai/some', most_ms: 1000, countCharacters: () => 400 }
  const own = await usage.begin(of, called)
  const row = { ...of, provider: 'openai', model: 'some', input_tokens: 100, most_ms: 60_000 }
  await insertOpen(database, [
    { ...row, id: crypto.randomUUID(), node_id: gone },
    { ...row, id: crypto.randomUUID(), node_id: node.id, most_ms: -1 },
  ])
  const outcomes = async () => (await rowsOf(conversation_id)).map(({ outcome }) => outcome).toSorted()
  await loseOfNodes(database, [gone])
  expect(await outcomes()).toEqual(['lost', null, null])
  await loseOld(database, 10)
  expect(await outcomes()).toEqual(['lost', 'lost', null])
  own.heard = 40
  await own.end({ how: 'interrupted' })
  await own.end({ how: 'failed', is_refused: true })
  expect(await rowsOf(conversation_id)).toContainEqual(
    expect.objectContaining({ outcome: 'interrupted', input_tokens: 100, output_tokens: 10, estimated: true }),
  )
  const unmade = await usage.begin(of, called)
  await unmade.end({ how: 'not_made' })
  expect(await rowsOf(conversation_id)).toHaveLength(3)
})
