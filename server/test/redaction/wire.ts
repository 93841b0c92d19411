// The recording of redaction and of a purge.
import { makeAgent, type Walk, until } from '../wire/world.ts'
import { begin, script } from '../wire/walks/messages.ts'

async function walkRetention(walk: Walk): Promise<void> {
  const { call, world } = walk
  const watcher = await walk.watch()
  const pattern = { name: 'customer', pattern: String.raw`\bKD-\d+\b` }
  const retention = { content_days: 1, redact: ['email', 'credit_card', pattern] }
  const params = await begin(walk, await makeAgent(walk, { retention }))
  script(walk, 'I write to ada@example.com.')
  const text = 'I am ada@example.com, KD-12, and my card is 4111 1111 1111 1111.'
  await call('sendConversationMessage', 'with personal data', { params, body: { text } })
  await walk.prepare('updateConversation', { params, body: { custom_metadata: { order: 7 } } })
  await walk.prepare('endConversation', { params, body: { reason: 'KD-12 asked for it' } })
  await call('getConversation', 'without personal data', { params })
  const { pool } = world.server.database
  const id = params['conversation_id']
  await until(async () => (await pool.query('select from work where subject = $1', [id])).rowCount === 1)
  await pool.query(`update conversations set ended_at = ended_at - interval '1 day' where id = $1`, [id])
  await pool.query('update work set due_at = now() where subject = $1', [id])
  await until(async () => (await watcher.getConversation({ conversation_id: id! })).content_purged_at !== undefined)
  await call('getConversation', 'whose content was purged', { params })
  await call('listConversationTurns', 'whose content was purged', { params })
  await call('streamConversationEvents', 'whose content was purged', { params })
  await call('updateConversation', 'whose content was purged', { params, body: { custom_metadata: { order: 8 } } })
  await call('analyzeConversation', 'whose content was purged', { params })
}

export const walks = { retention: walkRetention }
