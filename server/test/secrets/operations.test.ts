// Secrets from the view of administrators and of templates of tools.
import { sql } from '../support/sql.ts'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Organization, makeKey, makeOrganization } from '../support/actors.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { type ToolPeer, answerJson, opened_hosts, startToolPeer } from '../support/tool-peer.ts'

let server: TestServer
let peer: ToolPeer
let other: Organization
beforeAll(async () => {
  peer = await startToolPeer()
  // Enough that the share of one organization is at least eight.
  server = await startTestServer({ ...opened_hosts, PARLEY_DATABASE_CONNECTIONS: '24' })
  other = await makeOrganization(server)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await peer[Symbol.asyncDispose]()
})
beforeEach(() => {
  peer.requests.length = 0
  peer.answer = (_request, response) => answerJson(response, { ok: true })
})
afterEach(() => sql`delete from secrets`.execute(server.database))

const namesOf = async (client = server.client) =>
  (await client.listSecrets({ limit: 100 })).data.map(({ name }) => name)

describe('the operations', () => {
  test('a secret can be set, changed, listed by its name, and deleted', async () => {
    const made = await server.client.setSecret({ name: 'API_KEY', value: 'first' })
    expect(made).toEqual({ name: 'API_KEY', created_at: expect.any(String), updated_at: expect.any(String) })
    const changed = await server.client.setSecret({ name: 'API_KEY', value: 'second' })
    expect(changed.created_at).toBe(made.created_at)
    expect(changed.updated_at > made.updated_at).toBe(true)
    expect((await server.client.listSecrets({})).data).toEqual([changed])
    await server.client.deleteSecret({ name: 'API_KEY' })
    expect(await namesOf()).toEqual([])
    expect(await refusal(server.client.deleteSecret({ name: 'API_KEY' }))).toMatchObject({ status: 404 })
  })

  test('the list has pages, newest first', async () => {
    const names = ['A', 'B', 'C', 'D', 'E']
    for (const name of names) await server.client.setSecret({ name, value: 'hidden' })
    const first = await server.client.listSecrets({ limit: 2 })
    const second = await server.client.listSecrets({ limit: 2, cursor: first.pagination.next_cursor! })
    const third = await server.client.listSecrets({ limit: 2, cursor: second.pagination.next_cursor! })
    const seen = [first, second, third].flatMap(({ data }) => data.map(({ name }) => name))
    expect(seen).toEqual(names.toReversed())
    expect(third.pagination.next_cursor).toBeNull()
    expect(await refusal(server.client.listSecrets({ cursor: 'bm9uc2Vuc2U' }))).toMatchObject({ status: 422 })
  })

  test.each<[string, { name?: string; value?: unknown }, string]>([
    ['a name in small letters', { name: 'key' }, 'name'],
    ['a name with a digit first', { name: '1KEY' }, 'name'],
    ['a name that is too long', { name: 'K'.repeat(65) }, 'name'],
    ['a name that ends in a line break', { name: 'KEY\n' }, 'name'],
    ['an empty value', { value: '' }, 'value'],
    ['a value that is too long', { value: 'v'.repeat(8193) }, 'value'],
    ['a value that is not a text', { value: 5 }, 'value'],
    ['no value', { value: undefined }, 'value'],
    ['a value with a NUL', { value: 'hidden\0' }, 'value'],
    ['a value with a lone surrogate', { value: 'hidden\ud800' }, 'value'],
  ])('%s is refused, and the response does not repeat it', async (_what, wrong, path) => {
    const input = { name: 'KEY', value: 'hidden', ...wrong } as { name: string; value: string }
    const error = await refusal(server.client.setSecret(input))
    expect(error).toMatchObject({ status: 422, code: 'validation_failed' })
    expect(error.body).toMatchObject({ errors: [{ path, message: expect.any(String) }] })
    expect(JSON.stringify(error.body)).not.toContain('hidden')
    expect(await namesOf()).toEqual([])
  })

  test('the limits themselves are permitted', async () => {
    await server.client.setSecret({ name: `_${'9'.repeat(63)}`, value: 'v'.repeat(8192) })
    await server.client.setSecret({ name: 'K', value: ' ' })
    expect(await namesOf()).toHaveLength(2)
  })

  test('an organization has at most 200, also if many are set at once; existing ones can be changed', async () => {
    await sql`insert into secrets (organization_id, name, value)
      select ${server.organization_id}, 'S' || n, '' from generate_series(1, 197) n`.execute(server.database)
    // No call gets past the insert before all have arrived.
    const gate = await server.database.pool.connect()
    await gate.query('begin; lock table secrets in share mode')
    const tries = Array.from({ length: 8 }, (_, n) => server.client.setSecret({ name: `NEW_${n}`, value: 'hidden' }))
    const outcome = Promise.allSettled(tries)
    const waiting =
      'select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()'
    await expect.poll(async () => (await server.database.pool.query(waiting)).rowCount).toBeGreaterThanOrEqual(8)
    await gate.query('commit')
    gate.release()
    const outcomes = await outcome
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ status: 409, code: 'too_many_secrets' })
    }
    await server.client.setSecret({ name: 'S1', value: 'changed' })
    await other.client.setSecret({ name: 'OURS', value: 'hidden' })
  })

  test('only callers who manage the organization can use these operations', async () => {
    const key = await makeKey(server, { without: ['organizations:manage'] })
    const client = server.as({ token: key })
    const calls = [
      () => client.setSecret({ name: 'A', value: 'hidden' }),
      () => client.listSecrets({}),
      () => client.deleteSecret({ name: 'A' }),
    ]
    for (const call of calls) expect(await refusal(call())).toMatchObject({ status: 403, code: 'forbidden' })
  })

  test('stored values are sealed, and bound to their organization and name', async () => {
    await server.client.setSecret({ name: 'A', value: 'planted-value' })
    await server.client.setSecret({ name: 'B', value: 'another-value' })
    const { rows } = await server.database.pool.query<{ value: Buffer }>('select value from secrets')
    for (const { value } of rows) expect(value.toString('latin1')).not.toContain('-value')
    // A value that someone with access to the database moved to another row cannot be opened.
    const copy = `update secrets set value = (select value from secrets where name = 'A') where name = 'B'`
    await server.database.pool.query(copy)
    expect(await sentWith('{{ secrets.A }},{{ secrets.B }}')).toBe('planted-value,')
    await sql`insert into secrets select ${other.id}, name, value from secrets`.execute(server.database)
    expect(await sentWith('{{ secrets.A }}', other)).toBe('')
  })
})

/** The body that the tool of a new agent of the organization sends. */
async function sentWith(
  template: unknown,
  { client } = { client: server.client } as Pick<Organization, 'client'>,
  more: object = {},
) {
  const action = { type: 'http', method: 'POST', url: peer.url, body: template, ...more }
  const properties = { secrets: {}, said: {} }
  const tools = [{ name: 'send', description: 'Sends', properties, actions: [action] }]
  const { agent_id } = await publishAgent(client, { tools })
  const { conversation } = await client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  server.model.answer = ({ messages }) =>
    messages.at(-1)!.role === 'tool'
      ? 'Done.'
      : { tool_calls: [{ name: 'send', arguments: { secrets: { A: 'forged' }, said: '{{ secrets.A }}' } }] }
  await client.sendConversationMessage({ conversation_id: conversation.id, text: 'Send' })
  return peer.requests.at(-1)?.body
}

describe('templates', () => {
  test('of a request have the present secrets', async () => {
    await server.client.setSecret({ name: 'A', value: 'one-value' })
    expect(await sentWith('{{ secrets.A }}')).toBe('one-value')
    await server.client.setSecret({ name: 'A', value: 'two-value' })
    expect(await sentWith({ deep: [{ k: 'x{{ secrets["A"] }}' }] })).toBe('{"deep":[{"k":"xtwo-value"}]}')
    await server.client.deleteSecret({ name: 'A' })
    expect(await sentWith('[{{ secrets.A }}]')).toBe('[]')
  })

  test('never have those of another organization', async () => {
    await other.client.setSecret({ name: 'A', value: 'of-another' })
    expect(await sentWith('[{{ secrets.A }}{{ secrets }}]')).toBe('[{}]')
    expect(await namesOf()).toEqual([])
    expect(await refusal(server.client.deleteSecret({ name: 'A' }))).toMatchObject({ status: 404 })
    await server.client.setSecret({ name: 'A', value: 'our-value' })
    expect(await sentWith('{{ secrets.A }}', other)).toBe('of-another')
  })

  test('treat text from a model neither as a secret nor as a template', async () => {
    expect(await sentWith('[{{ secrets.A }}]')).toBe('[]')
    await server.client.setSecret({ name: 'A', value: 'our-value' })
    expect(await sentWith('{{ secrets.A }} {{ said }}')).toBe('our-value {{ secrets.A }}')
    expect(await refusal(sentWith('{{ secrets.A }}', undefined, { save_as: 'secrets' }))).toMatchObject({ status: 422 })
  })

  test('other than those of a request have none', async () => {
    await server.client.setSecret({ name: 'A', value: 'planted-value' })
    const text = '[{{ secrets.A }}]'
    const { agent_id } = await publishAgent(server.client, {
      instructions: text,
      starting_message: text,
      channel_properties: { text: { channel: 'text', body_template: `${text}{{ agent_response }}` } },
    })
    server.model.answer = () => 'Hello.'
    const { conversation, starting_message } = await server.client.createConversation({
      ...{ channel: 'text', user_id: 'u', agent_id },
    })
    expect(starting_message).toBe('[]')
    const { reply } = await server.client.sendConversationMessage({ conversation_id: conversation.id, text: 'Hi' })
    expect(reply).toBe('[]Hello.')
    expect(server.model.requests.at(-1)!.messages[0]!.content).toContain('[]')
  })
})

test('a key for a provider whose calls the operator redirects is not used', async () => {
  await server.client.setSecret({ name: 'OPENAI_API_KEY', value: 'sk-of-the-organization' })
  const { agent_id } = await publishAgent(server.client)
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  server.model.answer = () => 'Hello.'
  await server.client.sendConversationMessage({ conversation_id: conversation.id, text: 'Hi' })
  expect(server.model.authorizations.at(-1)).toBeUndefined()
})
