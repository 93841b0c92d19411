// The content of a conversation and who can see it: updateConversation, deleteConversation, conversation tokens,
// getConversation.
import type { ConversationPermission, Input } from '@parley/contract'
import { createClient } from '@parley/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeKey, makeUser } from '../support/actors.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { dumpDatabase } from '../support/dump-database.ts'
import { testPorts } from '../support/ports.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let server: TestServer
/** Added to the clock of the server. */
let later_ms = 0
beforeAll(async () => {
  const clock = { ...testPorts.clock, now: () => Date.now() + later_ms }
  server = await startTestServer({ PARLEY_LIMIT_METADATA_BYTES: '1000' }, { ports: { clock } })
})
afterAll(() => server[Symbol.asyncDispose]())

type CreateInput = Partial<Input<'createConversation'>>
async function start(fields: CreateInput = {}, config: object = {}): Promise<string> {
  const { agent_id } = await publishAgent(server.client, config)
  const created = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id, ...fields })
  return created.conversation.id
}
/** Without what it cost, which only a read of one conversation says. */
const get = async (conversation_id: string, client = server.client) => {
  const { cost: _cost, ...conversation } = await client.getConversation({ conversation_id })
  return conversation
}
const patch = (conversation_id: string, custom_metadata: Record<string, unknown>) =>
  server.client.updateConversation({ conversation_id, custom_metadata })

describe('updateConversation', () => {
  test('merges as in RFC 7396: merges objects deeply, removes on null, replaces anything else', async () => {
    const id = await start({ custom_metadata: { a: { b: 1, c: [1, 2] }, d: 'kept', e: 1 } })
    const before = await get(id)
    const answer = await patch(id, { a: { c: [3], f: { g: null, h: 2 } }, e: null, missing: null, i: [null, 1] })
    const merged = { a: { b: 1, c: [3], f: { h: 2 } }, d: 'kept', i: [null, 1] }
    expect(answer.custom_metadata).toEqual(merged)
    const { conversation, ...after } = await get(id)
    expect(after).toEqual(answer)
    const { updated_at, ...same } = before
    expect({ ...after, conversation }).toEqual({ ...same, custom_metadata: merged, updated_at: expect.any(String) })
    expect(after.updated_at > updated_at).toBe(true)
    expect((await patch(id, { __proto__: 1, a: 5 })).custom_metadata).toMatchObject({ a: 5 })
  })

  test('simultaneous patches all take effect', async () => {
    const id = await start()
    const names = Array.from({ length: 8 }, (_, index) => `key${index}`)
    await Promise.all(names.map((name) => patch(id, { [name]: true })))
    expect((await get(id)).custom_metadata).toEqual(Object.fromEntries(names.map((name) => [name, true])))
  })

  test('also works after the end, and changes nothing else', async () => {
    const id = await start()
    await server.client.endConversation({ conversation_id: id })
    const before = await get(id)
    await patch(id, { rating: 5 })
    expect(await get(id)).toEqual({ ...before, custom_metadata: { rating: 5 }, updated_at: expect.any(String) })
  })

  test('a result over the limit, unstorable text, not an object: 422, and nothing changes', async () => {
    const id = await start({ custom_metadata: { a: 'x'.repeat(900) } })
    const wrong = [{ b: 'y'.repeat(200) }, { b: '\0' }, { '\udc00': 1 }, null, [], 'text'] as Record<string, unknown>[]
    for (const metadata of wrong) expect(await refusal(patch(id, metadata))).toMatchObject({ status: 422 })
    expect(await refusal(server.client.updateConversation({ conversation_id: id } as never))).toMatchObject({
      status: 422,
    })
    expect((await get(id)).custom_metadata).toEqual({ a: 'x'.repeat(900) })
  })

  test('only the metadata can be changed', async () => {
    const id = await start()
    const before = await get(id)
    const more = { user_id: 'other', status: 'completed', summary: 'x' }
    const response = await fetch(`${server.url}/core/conversations/${id}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${server.admin_key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ custom_metadata: {}, ...more }),
    })
    expect(response.status).toBe(200)
    expect(await get(id)).toEqual({ ...before, updated_at: expect.any(String) })
  })
})

describe('deleteConversation', () => {
  const remove = (conversation_id: string) => server.client.deleteConversation({ conversation_id })

  test('none of its content is left in any table', async () => {
    const word = (place: string) => `secret-${place}-zanzibar`
    const places = ['user', 'context', 'metadata', 'patch', 'greeting', 'message', 'reply', 'summary', 'reason']
    const id = await start(
      {
        user_id: word('user'),
        initial_context: word('context'),
        custom_metadata: { greet: word('greeting'), [word('metadata')]: 1 },
        agent_number: word('number'),
        subject: word('subject'),
        to_address: word('to'),
        from_address: word('from'),
      },
      { starting_message: '{{ custom_metadata.greet }}', analysis: {} },
    )
    server.model.answer = () => `Your ${word('reply')}.`
    await server.client.sendConversationMessage({ conversation_id: id, text: word('message') })
    await patch(id, { later: word('patch') })
    server.model.answer = () => `They spoke of ${word('summary')}.`
    // By the end user, whose id is then in `ended_by` too.
    const permissions = ['read' as const, 'end' as const]
    const { token } = await server.client.createConversationToken({ conversation_id: id, permissions })
    await server.as({ token }).endConversation({ conversation_id: id, reason: word('reason') })
    const before = (await dumpDatabase(server)).join('\n')
    const addressed = ['number', 'subject', 'to', 'from']
    for (const place of [...places, ...addressed]) expect(before).toContain(word(place))
    await remove(id)
    expect((await dumpDatabase(server)).filter((row) => row.includes('zanzibar'))).toEqual([])
    const tombstone = (await dumpDatabase(server)).filter((row) => row.includes(id)).join('\n')
    expect(tombstone).toContain('public.conversations')
    expect(tombstone).toContain('conversation.deleted')
  })

  test('an imported one too, with its tool calls', async () => {
    const id = crypto.randomUUID()
    const item = { call_id: 'mombasa-call', name: 'mombasa-tool' }
    const items = [
      { ...item, type: 'function_call' as const, arguments: { a: 'mombasa' } },
      { ...item, type: 'function_call_output' as const, output: { b: 'mombasa' } },
    ]
    const row = {
      id,
      channel: 'telephone',
      status: 'completed',
      user_id: 'mombasa',
      created_at: '2026-01-01T00:00:00Z',
    }
    const more = { summary: 'mombasa', agent: { name: 'mombasa' }, recording_details: { url: 'mombasa' } }
    const ended = {
      ended_by: { type: 'user', id: 'mombasa', name: 'mombasa', reason: 'mombasa' },
      web_widget_id: 'mombasa',
    }
    const conversations = [{ ...row, ...more, ...ended, trunk_id: 'mombasa', conversation: { items } }] as never
    expect(await server.client.importConversations({ conversations })).toMatchObject({ created: 1 })
    await remove(id)
    expect((await dumpDatabase(server)).filter((text) => text.includes('mombasa'))).toEqual([])
  })

  test('it is gone: 404 everywhere, in no list or count, while its id stays taken', async () => {
    const id = await start({ user_id: 'gone' })
    await remove(id)
    const conversation_id = id
    const { client } = server
    const calls = [
      get(id),
      remove(id),
      patch(id, {}),
      client.sendConversationMessage({ conversation_id, text: 'Hi' }),
      client.endConversation({ conversation_id }),
      client.listConversationTurns({ conversation_id }),
      client.createConversationToken({ conversation_id, permissions: ['read'] }),
    ]
    for (const error of await Promise.all(calls.map(refusal))) {
      expect(error).toMatchObject({ status: 404, message: 'Conversation not found' })
    }
    for (const filters of [{}, { status: 'completed' as const }]) {
      expect((await client.listConversations(filters)).map((row) => row.id)).not.toContain(id)
    }
    expect(await client.countConversations({ user_id: 'gone' })).toEqual({ count: 0 })
    const again = client.createConversation({ id, channel: 'text', user_id: 'u', agent_config: {} })
    expect(await refusal(again)).toMatchObject({ status: 409, code: 'conversation_id_taken' })
  })

  test('an active one is ended first: its turn is stopped, and the call is answered', async () => {
    const id = await start()
    const held = holdAnswer()
    server.model.answer = () => held
    const call = refusal(server.client.sendConversationMessage({ conversation_id: id, text: 'Hi' }))
    await held.asked
    const hangUps = server.model.hangUps
    await remove(id)
    expect(await call).toMatchObject({ status: 409, code: 'conversation_ended', turn_id: expect.any(String) })
    await expect.poll(() => server.model.hangUps).toBe(hangUps + 1)
    const { rows } = await server.database.pool.query('select status, end_reason from conversations where id = $1', [
      id,
    ])
    expect(rows).toEqual([{ status: 'completed', end_reason: 'deleted' }])
  })
})

describe('a conversation token', () => {
  async function tokenFor(conversation_id: string, permissions: ConversationPermission[], expires_in?: number) {
    const more = expires_in === undefined ? {} : { expires_in }
    const answer = await server.client.createConversationToken({ conversation_id, permissions, ...more })
    return { ...answer, client: createClient({ base_url: server.url, token: answer.token }) }
  }

  test('states its permissions and its expiry', async () => {
    const id = await start()
    const { permissions, expires_at } = await tokenFor(id, ['message', 'read'])
    expect(permissions).toEqual(['message', 'read'])
    expect(Math.abs(Date.parse(expires_at) - Date.now() - 3_600_000)).toBeLessThan(60_000)
    const long = await tokenFor(id, ['read'], 86_400)
    expect(Math.abs(Date.parse(long.expires_at) - Date.now() - 86_400_000)).toBeLessThan(60_000)
    const wrong = [{ permissions: [] }, { permissions: ['all'] }, { permissions: ['read', 'read'] }, {}]
    const times = [0, -1, 86_401, 1.5].map((expires_in) => ({ permissions: ['read'], expires_in }))
    for (const fields of [...wrong, ...times]) {
      const call = server.client.createConversationToken({ conversation_id: id, ...fields } as never)
      expect(await refusal(call)).toMatchObject({ status: 422 })
    }
  })

  test('read: the safe fields and the messages at their positions, nothing else', async () => {
    const id = crypto.randomUUID()
    const message = (role: string, text: string) => ({
      type: 'message',
      role,
      content: [text],
      metrics: { model: 'm' },
    })
    const items = [
      message('system', 'Secret rules.'),
      message('user', 'Hi'),
      { type: 'function_call', call_id: 'c', name: 'secret_tool', arguments: {} },
      { type: 'function_call_output', call_id: 'c', name: 'secret_tool', output: 'x' },
      message('assistant', 'Hello'),
    ]
    const row = { id, channel: 'text', status: 'completed', user_id: 'u', created_at: '2026-01-01T00:00:00Z' }
    const more = {
      summary: 'Secret.',
      initial_context: 'Secret.',
      custom_metadata: { secret: 1 },
      conversation: { items },
    }
    await server.client.importConversations({ conversations: [{ ...row, ...more }] as never })
    const { client } = await tokenFor(id, ['read'])
    const seen = await client.getConversation({ conversation_id: id })
    const key = await makeKey(server, { only: ['conversations:read'] })
    const { conversation, ...safe } = seen
    const { cost: _cost, ...others } = await server.as({ token: key }).getConversation({ conversation_id: id })
    expect(safe).toEqual(others)
    expect(conversation!.items).toEqual([
      expect.objectContaining({ position: 1, role: 'user', content: ['Hi'] }),
      expect.objectContaining({ position: 4, role: 'assistant', content: ['Hello'] }),
    ])
    expect(JSON.stringify(seen)).not.toMatch(/secret|metrics/i)
  })

  test('message: starts an ordinary turn', async () => {
    const id = await start()
    const { client } = await tokenFor(id, ['message'])
    server.model.answer = () => 'Hello.'
    const answer = await client.sendConversationMessage({ conversation_id: id.toUpperCase(), text: 'Hi' })
    expect(answer.reply).toBe('Hello.')
    expect((await get(id)).user_turn_count).toBe(1)
  })

  test('end: the end user is recorded as who ended it', async () => {
    const id = await start({ user_id: 'Ada' })
    const { client } = await tokenFor(id, ['end'])
    await client.endConversation({ conversation_id: id, reason: 'Enough.' })
    expect(await get(id)).toMatchObject({
      end_reason: 'ended_by_end_user',
      ended_by: { type: 'user', id: 'Ada', name: null, reason: 'Enough.' },
    })
  })

  test('each permission allows only its own call, and only on this conversation', async () => {
    const [id, other] = [await start(), await start()]
    const { client } = await tokenFor(id, ['read'])
    expect(await refusal(client.sendConversationMessage({ conversation_id: id, text: 'Hi' }))).toMatchObject({
      status: 403,
    })
    expect(await refusal(client.endConversation({ conversation_id: id }))).toMatchObject({ status: 403 })
    expect(await refusal(client.getConversation({ conversation_id: other }))).toMatchObject({ status: 404 })
    expect(await refusal(client.listConversations())).toMatchObject({ status: 403 })
    expect((await get(id)).status).toBe('in_progress')
  })

  test('expires, and cannot be changed', async () => {
    const id = await start()
    const { client, token } = await tokenFor(id, ['read'], 600)
    expect((await client.getConversation({ conversation_id: id })).id).toBe(id)
    const [head, body, signature] = token.split('.')
    const claims = JSON.parse(Buffer.from(body!, 'base64url').toString()) as object
    const forged = Buffer.from(JSON.stringify({ ...claims, exp: 9_999_999_999 })).toString('base64url')
    for (const changed of [`${head}.${forged}.${signature}`, `${head}.${body}.`, `${token}x`]) {
      const call = server.as({ token: changed }).getConversation({ conversation_id: id })
      expect(await refusal(call)).toMatchObject({ status: 401, code: 'unauthorized' })
    }
    later_ms = 600_000
    expect(await refusal(client.getConversation({ conversation_id: id }))).toMatchObject({ status: 401 })
    later_ms = 0
  })
})

describe('getConversation', () => {
  test('accepts any spelling of the id; a personal access token acts as its user', async () => {
    const id = await start()
    expect((await get(id.toUpperCase())).id).toBe(id)
    const user = await makeUser(server, server.organization_id)
    const client = server.as({ token: user.token, organization_id: server.organization_id })
    await client.endConversation({ conversation_id: id })
    expect(await get(id)).toMatchObject({
      end_reason: 'ended_by_caller',
      ended_by: { type: 'user', id: user.user_id },
    })
  })

  test('with read_sensitive only: everything; with any other read access: no sensitive field', async () => {
    const id = await start({ custom_metadata: { a: 1 }, initial_context: 'c' }, { starting_message: 'Hello.' })
    const all = await get(id)
    const sensitive = [
      ...['summary', 'analysis', 'initial_context', 'custom_metadata', 'recording_details', 'conversation'],
      ...['handoff_text', 'satisfaction'],
    ]
    for (const field of sensitive) expect(all).toHaveProperty(field)
    const seenWith = async (scope: 'conversations:read' | 'conversations:read_sensitive' | 'conversations:manage') =>
      get(id, server.as({ token: await makeKey(server, { only: [scope] }) }))
    expect(await seenWith('conversations:read_sensitive')).toEqual(all)
    const safe = Object.fromEntries(Object.entries(all).filter(([field]) => !sensitive.includes(field)))
    expect(await seenWith('conversations:read')).toEqual(safe)
    expect(await seenWith('conversations:manage')).toEqual(safe)
  })
})

test('a caller without access to messages cannot create a token that reads', async () => {
  const { agent_id: id } = await publishAgent(server.client)
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id: id })
  const key = await server.client.createOrganizationKey({ name: 'narrow', scopes: ['conversations:manage'] })
  const narrow = server.as({ token: key.pat_key })
  const conversation_id = conversation.id
  expect(
    await refusal(narrow.createConversationToken({ conversation_id, permissions: ['end', 'read'] })),
  ).toMatchObject({
    status: 403,
  })
  expect((await narrow.createConversationToken({ conversation_id, permissions: ['end'] })).permissions).toEqual(['end'])
})
