// What is recorded of what people have beside the conversation.
import { begin } from '../../wire/walks/messages.ts'
import { type Walk, makeAgent } from '../../wire/world.ts'

const external = { id: 'agent-7', name: 'Ada Desk' }
const other = { id: 'agent-8', name: 'Bob Desk' }

export const walks = {
  async answering(walk: Walk) {
    await walkNotes(walk)
    await walkReplies(walk)
    await walkInbox(walk)
    await walkRating(walk)
    await walkAssist(walk)
  },
}

async function walkNotes(walk: Walk): Promise<void> {
  const { call } = walk
  const params = await begin(walk, await makeAgent(walk))
  const made = await call('createConversationNote', 'one', { params, body: { text: 'Careful.', external } })
  await call('createConversationNote', 'without a name', { params, body: { text: 'x' } })
  const note = { params: { ...params, note_id: made.json.id as string } }
  await call('updateConversationNote', 'for the agent', { ...note, body: { for_agent: true, external } })
  await call('updateConversationNote', 'by another', { ...note, body: { text: 'x', external: other } })
  await call('listConversationNotes', 'all', { params })
  await call('deleteConversationNote', 'one', note)
  await call('deleteConversationNote', 'again', note)
}

async function walkReplies(walk: Walk): Promise<void> {
  const { call } = walk
  const text = 'Hello {{ user_id }}, {{ custom_metadata.name }}.'
  const made = await call('createCannedReply', 'one', { body: { shortcut: 'hello', title: 'Greeting', text } })
  await call('createCannedReply', 'with a shortcut that is taken', { body: { shortcut: 'hello', title: 'x', text } })
  await call('createCannedReply', 'that is no template', { body: { shortcut: 'x', title: 'x', text: '{% if %}' } })
  const reply = { params: { canned_reply_id: made.json.id as string } }
  await call('getCannedReply', 'one', reply)
  await call('updateCannedReply', 'its title', { ...reply, body: { title: 'Hello' }, headers: { 'if-match': '1' } })
  await call('updateCannedReply', 'an old revision', { ...reply, body: { title: 'x' }, headers: { 'if-match': '1' } })
  await call('listCannedReplies', 'found by a part', { query: 'search=HELL' })
  const { conversation_id } = await begin(walk, await makeAgent(walk))
  await call('renderCannedReply', 'with a value that is missing', { ...reply, body: { conversation_id } })
  await call('deleteCannedReply', 'one', reply)
  const { pool } = walk.world.server.database
  await pool.query(
    `insert into canned_replies (id, organization_id, shortcut, title, text, created_at, updated_at)
     select gen_random_uuid(), $1, 's-' || n, 'x', 'x', now(), now() from generate_series(1, 2000) n`,
    [walk.organization.id],
  )
  await call('createCannedReply', 'one too many', { body: { shortcut: 'last', title: 'x', text: 'x' } })
}

async function walkInbox(walk: Walk): Promise<void> {
  const { call, prepare } = walk
  const params = await begin(walk, await makeAgent(walk))
  await prepare('handOffConversation', { params, body: { priority: 'high' } })
  await prepare('updateConversationHandling', { params, body: { tags: ['vip'] } })
  await call('listInbox', 'that waits', { query: 'view=unassigned' })
  await call('listInbox', 'with a filter', { query: 'tag=other&priority=low&sla=breached&order=newest' })
  await call('countInbox', 'all')
  await call('listTags', 'in use')
  await walk.world.server.database.pool.query(
    `update handlings set tags = (select array_agg('tag-' || n) from generate_series(1, 1000) n) where conversation_id = $1`,
    [params.conversation_id],
  )
  await call('updateConversationHandling', 'with one tag too many', { params, body: { tags: ['new'] } })
}

async function walkRating(walk: Walk): Promise<void> {
  const { call, prepare } = walk
  const params = await begin(walk, await makeAgent(walk, { satisfaction: { enabled: true } }))
  await call('rateConversation', 'that is active', { params, body: { rating: 5 } })
  await prepare('endConversation', { params, headers: { prefer: 'wait=0' } })
  await call('rateConversation', 'with a comment', { params, body: { rating: 5, comment: 'Thanks' } })
  await call('rateConversation', 'again', { params, body: { rating: 5, comment: 'Thanks' } })
  await call('rateConversation', 'differently', { params, body: { rating: 1 } })
  const off = await begin(walk, await makeAgent(walk))
  await prepare('endConversation', { params: off, headers: { prefer: 'wait=0' } })
  await call('rateConversation', 'that takes none', { params: off, body: { rating: 5 } })
  const { pool } = walk.world.server.database
  await pool.query('update handling_facts set seconds = 3 where organization_id = $1 and seconds is not null', [
    walk.organization.id,
  ])
  await call('getHandlingStatistics', 'by day', { query: 'bucket=day' })
  await call('getHandlingStatistics', 'of too long a time', { query: 'bucket=hour&from=2020-01-01T00:00:00Z' })
}

async function walkAssist(walk: Walk): Promise<void> {
  const { call, prepare } = walk
  const agent_id = await makeAgent(walk, { llm: { provider: 'openai', model: 'scripted' } })
  const { json } = await prepare('createConversation', {
    body: { channel: 'text', user_id: '+15550107000', agent_id },
  })
  const params = { conversation_id: json.conversation.id as string }
  walk.world.server.model.answer = () => 'We open at nine.'
  await prepare('sendConversationMessage', { params, body: { text: 'When do you open?' } })
  await call('suggestReply', 'one', { params })
  await prepare('endConversation', { params, headers: { prefer: 'wait=0' } })
  await walk.world.server.database.pool.query('update conversations set duration = 7 where id = $1', [
    params.conversation_id,
  ])
  await call('getConversationBrief', 'by rules, since the model answers in words', { params })
  await call('getAgentAssistBrief', 'by number', { params: { phone_number: '15550107000' } })
  await call('getAgentAssistBrief', 'of an unknown number', { params: { phone_number: '15550100000' } })
  walk.world.server.model.answer = () => 400
  await call('suggestReply', 'that fails', { params })
}
