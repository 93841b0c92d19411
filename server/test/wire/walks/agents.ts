// Agents: created, read, listed, changed and deleted, with the refusals on the way.
import { makeAgent, type Walk } from '../world.ts'
import { unknown_id } from './constants.ts'

export async function walkAgents(walk: Walk): Promise<void> {
  const agent_id = await createAgents(walk)
  await listAgents(walk)
  await changeAgents(walk, agent_id)
  await deleteAgents(walk)
}

async function createAgents({ call }: Walk): Promise<string> {
  const plain = await call('createAgent', 'with a name', { body: { name: 'Agent' } })
  await call('createAgent', 'with everything', {
    body: {
      name: 'Möwe 🕊',
      description: 'Sees "the sea"\n',
      active: false,
      is_demo: true,
      metadata: { b: 1.5, a: null },
    },
  })
  await call('createAgent', 'several faults at once', {
    body: { description: 7, name: '', metadata: [], active: 'no' },
  })
  await call('createAgent', 'without a body')
  await call('createAgent', 'text that cannot be stored', { body: '{"name":"a\\u0000b","metadata":{"\\ud800":1}}' })
  await call('checkAgent', 'nothing wrong', {
    body: { name: 'Agent', config: { instructions: 'Be brief.', unknown: { deep: 1 }, inactivity: {} } },
  })
  await call('checkAgent', 'several faults of a configuration', {
    body: {
      name: 'x'.repeat(201),
      config: {
        instructions: '{{ open',
        llm: { provider: 'openai', model: '../admin', temperature: 3 },
        tools: [{ name: 'no good name', description: 'D' }, { name: 'same' }, { name: 'same' }],
        max_turn_seconds: 0,
      },
      instruction_builder_inputs: 'none',
    },
  })
  return plain.json.id
}

async function listAgents({ call }: Walk): Promise<void> {
  await call('createAgent', 'a third one', { body: { name: 'Agent three', metadata: { team: 'sea', level: 3 } } })
  const first = await call('listAgents', 'the first page', { query: 'limit=2' })
  const cursor: string = first.json.pagination.next_cursor
  await call('listAgents', 'the second page', { query: `limit=2&cursor=${cursor}` })
  await call('listAgents', 'by name and activity', { query: 'name=AGENT&active=true&is_demo=false' })
  await call('listAgents', 'by metadata', { query: `metadata=${encodeURIComponent('{"team":"sea"}')}` })
  await call('listAgents', 'with their standing', { query: 'standing=true&limit=1' })
  await call('listAgents', 'by times', {
    query: 'created_after=2020-01-01T00:00:00Z&updated_before=2020-01-02T00:00:00Z',
  })
  await call('listAgents', 'filters with several faults', {
    query: 'limit=1000&active=perhaps&metadata=[1]&created_after=yesterday&cursor=nonsense',
  })
  await call('listAgents', 'a cursor of another list', { query: 'cursor=WyIxIl0' })
}

async function changeAgents({ call }: Walk, agent_id: string): Promise<void> {
  const params = { agent_id }
  await call('getAgent', 'without versions', { params })
  await call('updateAgent', 'its name and metadata', { params, body: { name: 'Renamed', metadata: { a: { b: [1] } } } })
  await call('updateAgent', 'nothing', { params, body: {} })
  await call('updateAgent', 'cleared', { params, body: { description: null, active: null } })
  await call('updateAgent', 'faults', { params, body: { name: null, is_demo: 'yes', description: 'x'.repeat(10_001) } })
  await call('updateAgent', 'unknown', { params: { agent_id: unknown_id }, body: { name: 'B' } })
}

async function deleteAgents(walk: Walk): Promise<void> {
  const { call } = walk
  const params = { agent_id: await makeAgent(walk) }
  await call('getAgent', 'with a version', { params })
  const { json } = await walk.prepare('createConversation', { body: { channel: 'text', user_id: 'u', ...params } })
  await call('getAgent', 'with a conversation', { params })
  await call('deleteAgent', 'in use', { params })
  await walk.prepare('endConversation', { params: { conversation_id: json.conversation.id } })
  await call('deleteAgent', 'now', { params })
  await call('deleteAgent', 'again', { params })
  await call('getAgent', 'deleted', { params })
  await call('getAgent', 'unknown', { params: { agent_id: unknown_id } })
  await call('getAgent', 'no id', { params: { agent_id: 'nonsense' } })
}
