// What is recorded of people who join conversations.
// oxlint-disable unicorn/no-thenable -- a field of the API
import { holdAnswer } from '../support/scripted-model.ts'
import { unknown_id } from '../wire/walks/constants.ts'
import { begin, script } from '../wire/walks/messages.ts'
import { type Walk, makeAgent } from '../wire/world.ts'

const ada = { id: 'agent-7', name: 'Ada Desk' }
const bob = { id: 'agent-8', name: 'Bob Desk' }

export const walks = {
  async 'hand-off'(walk: Walk) {
    const agent_id = await makeAgent(walk, { hand_off: { max_per_conversation: 1 } })
    await walkHolding(walk, agent_id)
    await walkMessages(walk, agent_id)
    await walkReturn(walk, agent_id)
    await walkEndUser(walk, agent_id)
    await walkElsewhere(walk)
  },
  async 'hand-off-by-agents'(walk: Walk) {
    await walkAgent(walk)
  },
}

async function walkHolding(walk: Walk, agent_id: string): Promise<void> {
  const { call } = walk
  const params = await begin(walk, agent_id)
  await call('replyToConversation', 'that nobody holds', { params, body: { text: 'Hi', external: ada } })
  const asked = { reason: 'complaint', text: 'A refund', priority: 'high' }
  await call('handOffConversation', 'with everything', { params, body: asked })
  await call('handOffConversation', 'that waits already', { params })
  await call('handOffConversation', 'to an unknown team', { params, body: { team: 'none' } })
  await call('assignConversation', 'to nobody in particular', { params, body: { nobody: true } })
  await call('assignConversation', 'to two', { params, body: { nobody: true, team: 'a' } })
  await call('assignConversation', 'to a stranger', { params, body: { user_id: unknown_id } })
  await call('takeConversation', 'without a name', { params })
  await call('takeConversation', 'that waits', { params, body: { external: ada } })
  await call('takeConversation', 'that another holds', { params, body: { external: bob } })
  await call('takeConversation', 'from the holder', { params, body: { external: bob, from: ada.id } })
  await call('replyToConversation', 'by the holder', { params, body: { text: 'Hello, Bob here.', external: bob } })
  const behind = { text: 'And more', external: bob, seen_position: 0 }
  await call('replyToConversation', 'that has not seen the newest', { params, body: behind })
  await call('replyToConversation', 'by another', { params, body: { text: 'Me too', external: ada } })
  await call('snoozeConversation', 'for too short', { params, body: { until: '2026-01-01T00:00:00Z', external: bob } })
  const until = new Date(Date.now() + 7_200_000).toISOString()
  walk.name(until.replace('Z', '000Z'), '<in two hours>')
  walk.name(until, '<in two hours, as sent>')
  await call('snoozeConversation', 'for a while', { params, body: { until, external: bob } })
  await call('snoozeConversation', 'no longer', { params, body: { until: null, external: bob } })
  await call('updateConversationHandling', 'both', { params, body: { priority: 'low', tags: ['VIP', 'vip '] } })
  await call('updateConversationHandling', 'nothing', { params, body: {} })
  await call('getConversation', 'that a person holds', { params })
  await call('takeConversation', 'unknown', { params: { conversation_id: unknown_id }, body: { external: ada } })
}

async function walkMessages(walk: Walk, agent_id: string): Promise<void> {
  const { call } = walk
  const params = await begin(walk, agent_id)
  const held = holdAnswer()
  walk.world.server.model.answer = () => held
  const cut = walk.open('sendConversationMessage', 'that a person cuts', { params, body: { text: 'Hello' } })
  await held.asked
  await call('takeConversation', 'while a turn runs', { params, body: { external: ada } })
  await cut.ended
  held.finish()
  await call('sendConversationMessage', 'that is given to people', { params, body: { text: 'Are you there?' } })
  const accept = { accept: 'text/event-stream' }
  await call('sendConversationMessage', 'the same as a stream', { params, body: { text: 'Hello?' }, headers: accept })
  await call('listConversationTurns', 'that people have', { params })
  const { pool } = walk.world.server.database
  await pool.query('update handlings set unanswered = 200 where conversation_id = $1', [params.conversation_id])
  await call('sendConversationMessage', 'one too many without an answer', { params, body: { text: 'Once more' } })
  await call('endConversation', 'that a person holds', { params, headers: { prefer: 'wait=0' } })
}

async function walkReturn(walk: Walk, agent_id: string): Promise<void> {
  const { call, prepare } = walk
  const params = await begin(walk, agent_id)
  const taking = { text: 'All is well.', external: ada, take: true }
  await call('replyToConversation', 'that takes it', { params, body: taking })
  const answer = { external: ada, answer: true }
  await call('returnConversation', 'to answer what is answered', { params, body: answer })
  const { pool } = walk.world.server.database
  await pool.query(
    `insert into conversation_notes (id, conversation_id, organization_id, text, author, for_agent, created_at)
     select gen_random_uuid(), id, organization_id, 'x', '{"type": "user"}', false, now()
     from conversations, generate_series(1, 1000) where id = $1`,
    [params.conversation_id],
  )
  await call('returnConversation', 'with one note too many', { params, body: { external: ada, note: 'Be kind.' } })
  await pool.query('delete from conversation_notes where conversation_id = $1', [params.conversation_id])
  await call('returnConversation', 'with a note', { params, body: { external: ada, note: 'Be kind.' } })
  await call('returnConversation', 'that its agent has', { params })
  await prepare('handOffConversation', { params })
  await call('replyToConversation', 'that ends it', { params, body: { ...taking, then: 'end' } })
  await call('takeConversation', 'that has ended', { params, body: { external: ada } })
}

async function walkEndUser(walk: Walk, agent_id: string): Promise<void> {
  const { call, prepare } = walk
  const params = await begin(walk, agent_id)
  const permissions = ['read', 'message', 'handoff']
  const { json } = await prepare('createConversationToken', { params, body: { permissions } })
  const as = json.token as string
  await call('handOffConversation', 'by the end user, with a priority', { params, as, body: { priority: 'high' } })
  await call('handOffConversation', 'by the end user', { params, as, body: { text: 'Please' } })
  await call('returnConversation', 'by the end user', { params, as })
  await call('handOffConversation', 'by the end user once more', { params, as })
  await prepare('replyToConversation', { params, body: { text: 'Hi.', external: ada, take: true } })
  await call('returnConversation', 'by the end user, of one that is held', { params, as })
  await call('getConversation', 'that a person holds, as the end user', { params, as })
}

/** On a channel of which people are not part. */
async function walkElsewhere(walk: Walk): Promise<void> {
  const conversation_id = '0190c000-0000-7000-8000-0000000000d1'
  const row = { id: conversation_id, channel: 'telephone', status: 'in_progress', user_id: 'ada' }
  const conversations = [{ ...row, created_at: '2026-01-01T00:00:00Z' }]
  await walk.prepare('importConversations', { body: { conversations } })
  await walk.call('takeConversation', 'on the telephone', { params: { conversation_id }, body: { external: ada } })
}

async function walkAgent(walk: Walk): Promise<void> {
  const { call } = walk
  const hand_off = { enabled: true, keywords: ['person'] }
  const agent_id = await makeAgent(walk, { hand_off, llm: { provider: 'openai', model: 'scripted' } })
  const params = await begin(walk, agent_id)
  const given = { reason: 'cannot_help', text: 'A refund', message: 'A colleague helps you.' }
  script(walk, { tool_calls: [{ name: 'hand_off', arguments: given }] })
  await call('sendConversationMessage', 'after which the agent hands off', { params, body: { text: 'Help' } })
  await call('getConversation', 'that waits for a person', { params })
  const keyword = await begin(walk, agent_id)
  await call('sendConversationMessage', 'with a keyword', { params: keyword, body: { text: 'A person!' } })
  const failing = await begin(walk, agent_id)
  walk.world.server.model.answer = () => 400
  await call('sendConversationMessage', 'whose turn fails', { params: failing, body: { text: 'One' } })
  await call('sendConversationMessage', 'whose turn fails too', { params: failing, body: { text: 'Two' } })
}
