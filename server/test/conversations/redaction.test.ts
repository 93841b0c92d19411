// What a conversation must not keep is in nothing that is stored, answered, or shown to the model afterwards.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemPorts } from '../../src/base/ports.ts'
import { insertConversation, insertHistory } from '../../src/conversations/commit/new.ts'
import { decideBirth, stateAtBirth } from '../../src/conversations/machine/decisions.ts'
import { planHistory, planOf } from '../../src/conversations/machine/plan.ts'
import type { Redaction } from '../../src/conversations/machine/content.ts'
import { type NewConversation, rowOfItem } from '../../src/conversations/machine/rows.ts'
import { begunBy } from '../../src/conversations/text-channel.ts'
import { openStore } from '../../src/database/store.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

const redaction: Redaction = { kinds: ['email_address', 'card_number'] }
const address = 'ada@example.org'

let server: TestServer
let agent_id: string
beforeAll(async () => {
  server = await startTestServer()
  agent_id = (await publishAgent(server.client)).agent_id
})
afterAll(() => server[Symbol.asyncDispose]())

async function create(): Promise<string> {
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  return conversation.id
}

/** The conversation's rows that contain the address. */
async function rowsWithAddress(id: string): Promise<string[]> {
  const tables = ['transcript_items', 'events', 'turns', 'conversation_progress']
  const counted = tables.map(
    (table) => `select '${table}' as name from ${table} t where conversation_id = $1
    and to_jsonb(t)::text like '%' || $2 || '%'`,
  )
  const { rows } = await server.database.pool.query(counted.join(' union all '), [id, address])
  return rows.map(({ name }) => name)
}

async function redact(id: string): Promise<void> {
  await server.database.pool.query('update conversations set redaction = $2 where id = $1', [id, redaction])
}

test('messages and replies', async () => {
  const conversation_id = await create()
  await redact(conversation_id)
  server.model.answer = () => `I write to ${address} then.`
  const text = `Write to ${address}, my card is 4111 1111 1111 1111.`
  const reply = await server.client.sendConversationMessage({ conversation_id, text })
  expect(reply.reply).toBe('I write to [email_address] then.')
  expect(server.model.requests.at(-1)!.messages.at(-1)!.content).toBe(
    'Write to [email_address], my card is [card_number].',
  )
  const { conversation } = await server.client.getConversation({ conversation_id })
  expect(conversation!.items.map(({ content }) => content)).toEqual([
    ['Write to [email_address], my card is [card_number].'],
    ['I write to [email_address] then.'],
  ])
  expect(await rowsWithAddress(conversation_id)).toEqual([])
})

test('a conversation without rules keeps everything', async () => {
  const conversation_id = await create()
  server.model.answer = () => `I write to ${address} then.`
  const reply = await server.client.sendConversationMessage({ conversation_id, text: address })
  expect(reply.reply).toBe(`I write to ${address} then.`)
  expect((await rowsWithAddress(conversation_id)).toSorted()).toEqual([
    ...['events', 'events', 'transcript_items', 'transcript_items'],
  ])
})

test('its content at creation', async () => {
  const { core, rooms } = server.app
  const id = systemPorts.newId()
  const { rows } = await server.database.pool.query('select id from agent_versions where agent_id = $1', [agent_id])
  const conversation: NewConversation = {
    ...begunBy({ channel: 'text', user_id: 'u', agent_id }),
    ...{ id, status: 'in_progress', agent_id, agent_name: null, agent_version_id: rows[0].id },
    ...{ content_fingerprint: null, redaction },
  }
  await openStore(core.database, server.organization_id).transaction(async (tx) => {
    const created_at = (await insertConversation(tx, conversation, null))!
    const state = stateAtBirth(conversation, { organization_id: server.organization_id, created_at })
    const unread = decideBirth(conversation, { message_id: systemPorts.newId(), text: `I know ${address}.` })
    const items = unread.items.map((item) => ({ ...rowOfItem(item), id: systemPorts.newId(), created_at }))
    const progress = { user_turn_count: 0, last_activity_at: created_at, updated_at: created_at }
    const beginning = { items: planHistory(state, items), progress }
    await insertHistory(tx, rooms.conversations.conversations.commits, planOf(state, unread), beginning)
  })
  expect(await rowsWithAddress(id)).toEqual([])
  server.model.answer = () => 'Good.'
  await server.client.sendConversationMessage({ conversation_id: id, text: `And ${address}?` })
  const { conversation: read } = await server.client.getConversation({ conversation_id: id })
  expect(read!.items.map(({ content }) => content![0])).toEqual([
    'I know [email_address].',
    'And [email_address]?',
    'Good.',
  ])
  expect(await rowsWithAddress(id)).toEqual([])
})
