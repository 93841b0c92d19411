// Conversations: created, read, listed, counted, changed, deleted, imported; and their tokens.
import { holdAnswer } from '../../support/scripted-model.ts'
import { makeAgent, type Walk } from '../world.ts'
import { unknown_id } from './constants.ts'

export async function walkConversations(walk: Walk): Promise<void> {
  await create(walk)
  await refuseToCreate(walk)
  await read(walk)
  await change(walk)
}

const begun = { channel: 'text', user_id: 'ada' }

async function create(walk: Walk): Promise<void> {
  const { call, world } = walk
  const greeting = { starting_message: 'Hello {{ user_id }} of {{ custom_metadata.city }}!' }
  const agent_id = await makeAgent(walk, greeting)
  await call('createConversation', 'with a greeting', {
    body: { ...begun, agent_id, custom_metadata: { city: 'Aurora', n: 1 }, initial_context: 'Calls about tea.' },
  })
  const agent_config = { instructions: 'Be brief.', starting_message: { type: 'generated', instructions: 'Greet.' } }
  world.server.model.answer = () => 'Welcome, Ada.'
  await call('createConversation', 'with a configuration, whose model greets', { body: { ...begun, agent_config } })
  const fixed = { ...begun, id: '0190c000-0000-7000-8000-000000000001', agent_id, version: 1, subject: 'Tea' }
  await call('createConversation', 'with an id', { body: fixed })
  await call('createConversation', 'with an id, again', { body: fixed })
  await call('createConversation', 'with an id that is taken', { body: { ...fixed, user_id: 'bob' } })
  world.server.model.answer = () => 400
  await call('createConversation', 'whose model refuses to greet', { body: { ...begun, agent_config } })
  const silent = holdAnswer()
  world.server.model.answer = () => silent
  const llm = { provider: 'openai', model: 'slow', timeout_ms: 20 }
  await call('createConversation', 'whose model does not greet in time', {
    body: { ...begun, agent_config: { ...agent_config, llm } },
  })
}

async function refuseToCreate(walk: Walk): Promise<void> {
  const { call } = walk
  const sleeping = (await walk.prepare('createAgent', { body: { name: 'Sleeping', active: false } })).json.id
  const unpublished = (await walk.prepare('createAgent', { body: { name: 'Unpublished' } })).json.id
  const draft = await walk.prepare('createAgentVersion', { params: { agent_id: unpublished }, body: { config: {} } })
  const deaf = await makeAgent(walk, { channel_properties: { text: { enabled: false } } })
  const bomb = await makeAgent(walk, { starting_message: '{{ custom_metadata.items | join("x" * 1000000) }}' })
  await call('createConversation', 'with faults', {
    body: { channel: 'smoke', user_id: '', version: 'newest', custom_metadata: [], agent_config: { kind: 'graph' } },
  })
  await call('createConversation', 'with no agent', { body: begun })
  await call('createConversation', 'with two agents', { body: { ...begun, agent_id: unknown_id, agent_config: {} } })
  await call('createConversation', 'of an unknown agent', { body: { ...begun, agent_id: unknown_id } })
  await call('createConversation', 'by telephone', { body: { ...begun, channel: 'telephone', agent_id: bomb } })
  await call('createConversation', 'of an agent that does not talk here', { body: { ...begun, agent_id: deaf } })
  await call('createConversation', 'of an inactive agent', { body: { ...begun, agent_id: sleeping } })
  await call('createConversation', 'of an agent without a version', { body: { ...begun, agent_id: unpublished } })
  await call('createConversation', 'of a draft', { body: { ...begun, agent_version_id: draft.json.id } })
  await call('createConversation', 'whose greeting cannot be rendered', {
    body: { ...begun, agent_id: bomb, custom_metadata: { items: [1, 2, 3] } },
  })
}

async function read(walk: Walk): Promise<void> {
  const { call, world } = walk
  const agent_id = await makeAgent(walk)
  world.server.model.answer = () => 'A reply.'
  const create = (fields: object) => walk.prepare('createConversation', { body: { ...begun, agent_id, ...fields } })
  const { json } = await create({ user_id: 'reader', custom_metadata: { city: 'Aurora', floor: 3 } })
  const params = { conversation_id: json.conversation.id as string }
  await walk.prepare('sendConversationMessage', { params, body: { text: 'Hello' } })
  await create({ user_id: 'Reader two' })
  await call('getConversation', 'with its transcript', { params })
  await call('getConversation', 'from a position on', { params, query: 'items_from=1' })
  const { json: key } = await walk.prepare('createOrganizationKey', {
    body: { name: 'K', scopes: ['conversations:read'] },
  })
  await call('getConversation', 'without what is sensitive', { params, as: key.pat_key })
  const first = await call('listConversations', 'the first page', { query: `agent_id=${agent_id}&limit=1` })
  const cursor = /cursor=([^&>]+)/.exec(String(first.headers.link))![1]
  await call('listConversations', 'the next page', { query: `agent_id=${agent_id}&limit=1&cursor=${cursor}` })
  await call('listConversations', 'by what they are about', {
    query: `channel=text&status=in_progress&user_id=READER&user_turn_count_above=1&custom_metadata=${encodeURIComponent('{"floor":3}')}`,
  })
  await call('listConversations', 'none', { query: 'parley_end_reason=error&created_before=2020-01-01T00:00:00Z' })
  await call('listConversations', 'without what is sensitive', { query: 'user_id=reader', as: key.pat_key })
  await call('listConversations', 'faults', {
    query: 'direction=up&limit=0&cursor=nonsense&custom_metadata=7&duration_above=x&created_after=never&status=gone',
  })
  await call('exportConversations', 'of an agent', { query: `agent_id=${agent_id}` })
  await call('exportConversations', 'faults', { query: 'cursor=nonsense&channel=smoke' })
  await call('exportConversations', 'without what is sensitive', { as: key.pat_key })
  await call('countConversations', 'of an agent', { query: `agent_id=${agent_id}` })
  await call('countConversations', 'faults', { query: 'channel=smoke' })
  await call('getConversation', 'unknown', { params: { conversation_id: unknown_id } })
  await call('getConversation', 'an invalid position', { params, query: 'items_from=-1' })
}

async function change(walk: Walk): Promise<void> {
  const { call } = walk
  const { json } = await walk.prepare('createConversation', { body: { ...begun, agent_config: {} } })
  const params = { conversation_id: json.conversation.id as string }
  await call('updateConversation', 'its metadata', { params, body: { custom_metadata: { b: 1, a: { c: [null] } } } })
  await call('updateConversation', 'a patch that removes', { params, body: { custom_metadata: { b: null, z: 2 } } })
  await call('updateConversation', 'no metadata', { params, body: { custom_metadata: null } })
  await call('updateConversation', 'too much metadata', {
    params,
    body: { custom_metadata: { text: 'x'.repeat(70_000) } },
    shown_body: '(70,000 characters)',
  })
  await call('createConversationToken', 'for everything', {
    params,
    body: { permissions: ['read', 'message', 'end'], expires_in: 60 },
  })
  const reader = await call('createConversationToken', 'to read', { params, body: { permissions: ['read'] } })
  await call('createConversationToken', 'faults', {
    params,
    body: { permissions: ['read', 'read', 'write'], expires_in: 0 },
  })
  const as: string = reader.json.token
  await call('getConversation', 'with its token', { params, as })
  await call('endConversation', 'with a token that may only read', { params, as })
  await call('getConversation', 'with the token of another', { params: { conversation_id: unknown_id }, as })
  await call('listConversations', 'with a conversation’s token', { as })
  await call('deleteConversation', 'an active one', { params })
  await call('getConversation', 'deleted', { params })
  await call('deleteConversation', 'again', { params })
}

const row = { channel: 'text', user_id: 'old', created_at: '2024-05-01T10:00:00Z' }

export async function walkImport(walk: Walk): Promise<void> {
  const { call } = walk
  const agent_id = await makeAgent(walk)
  const items = [
    { type: 'message', role: 'user', content: ['Hello', 'there'], created_at: '2024-05-01T10:00:01Z' },
    { type: 'function_call', call_id: 'c1', name: 'look', arguments: { what: 'tea' } },
    { type: 'function_call_output', call_id: 'c1', output: { found: true }, latency_ms: 12 },
    { type: 'message', role: 'assistant', content: ['Found.'], interrupted: true },
  ]
  const full = {
    ...{ ...row, id: '0190c000-0000-7000-8000-000000000011', agent_id, status: 'completed', duration: 90 },
    ...{ end_reason: 'ended_by_agent', summary: 'They found tea.', custom_metadata: { from: 'elsewhere' } },
    conversation: { items },
  }
  const call_row = { ...row, id: '0190c000-0000-7000-8000-000000000012', channel: 'webrtc', status: 'in_progress' }
  const first = await call('importConversations', 'two, and some with faults', {
    body: {
      conversations: [
        full,
        call_row,
        { ...row, id: 'nonsense' },
        { ...full, id: call_row.id },
        'no row',
        { ...full, status: 'gone', id: '0190c000-0000-7000-8000-000000000013' },
      ],
    },
  })
  if (first.json.created !== 2) throw new Error(first.text)
  await call('importConversations', 'one that is there', { body: { conversations: [full] } })
  await call('importConversations', 'one that is there, with other content', {
    body: { conversations: [{ ...full, user_id: 'other' }] },
  })
  await call('importConversations', 'none', { body: { conversations: [] } })
  await call('getConversation', 'brought in', { params: { conversation_id: full.id } })
  await call('listConversations', 'brought in', { query: 'created_before=2024-12-31T00:00:00Z&limit=1' })
  await call('getStatistics', 'of the day of what was brought in', {
    query: 'from=2024-05-01T00:00:00Z&to=2024-05-02T00:00:00Z&bucket=day',
  })
  await call('getStatistics', 'by hours, of an agent', {
    query: `from=2024-05-01T09:30:00Z&to=2024-05-01T11:00:00Z&agent_id=${agent_id}`,
  })
  await call('getStatistics', 'faults', { query: 'from=2024-05-01T00:00:00Z&to=2020-05-01T00:00:00Z&bucket=year' })
  await call('getStatistics', 'too long a range', {
    query: 'from=2020-01-01T00:00:00Z&to=2024-05-01T00:00:00Z&bucket=hour',
  })
  const params = { conversation_id: call_row.id }
  await call('sendConversationMessage', 'to one that is not text', { params, body: { text: 'Hi' } })
  await call('endConversation', 'one that is not text', { params })
  await call('streamConversationEvents', 'of one that was brought in', { params: { conversation_id: full.id } })
}
