// P5: what is refused leaves one entry a minute, a death before the commit leaves none, and people who read leave one if the settings say so.
import type { AuditEntry } from '@parley/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createUser } from '../../src/access/administration.ts'
import { installation_chain } from '../../src/audit/append.ts'
import { enterAsMember, givePassword, makePerson } from '../access/sign-in/support.ts'
import { makeKey, makeUser } from '../support/actors.ts'
import { openBrowser } from '../support/browser.ts'
import { testPorts } from '../support/ports.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let server: TestServer
/** Called when an entry is written and its transaction is still open. */
let onWritten: () => Promise<void> = async () => {}
beforeAll(async () => {
  const after: typeof testPorts.clock.after = (ms, call) => testPorts.clock.after(ms > 50_000 ? 200 : ms, call)
  const ports = {
    clock: { ...testPorts.clock, after },
    reached: (point: string) => (point === 'audit.written' ? onWritten() : undefined),
    one_statement: true,
  }
  server = await startTestServer({ PARLEY_AUDIT_READS: 'sensitive' }, { ports })
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => void (onWritten = async () => {}))

async function read(chain: string, action: string): Promise<AuditEntry[]> {
  const { rows } = await server.database.pool.query<{ entry: string }>(
    'select entry from audit_entries where organization_id = $1 and action = $2 order by sequence',
    [chain, action],
  )
  return rows.map(({ entry }) => JSON.parse(entry) as AuditEntry)
}

const countOf = (entries: AuditEntry[]) => entries.reduce((sum, { count }) => sum + count, 0)

/** A minute passes for the database. */
async function passMinute(): Promise<void> {
  await server.database.pool.query(
    `alter table audit_entries disable trigger user;
     update audit_entries set occurred_at = occurred_at - interval '1 minute';
     alter table audit_entries enable trigger user`,
  )
}

describe('a refusal', () => {
  test('of a call has one entry a minute for its actor, over all nodes, and none is lost', async () => {
    const other = await server.startAnother()
    await using _other = other
    const token = await makeKey(server, { only: ['agents:read'] })
    const nodes = [server.as({ token }), server.as({ token, base_url: other.url })]
    for (let call = 0; call < 6; call += 1) await refusal(nodes[call % 2]!.createAgent({ name: 'Refused' }))
    await expect.poll(() => read(server.organization_id, 'createAgent')).toHaveLength(1)
    const [first] = await read(server.organization_id, 'createAgent')
    expect(first).toMatchObject({ outcome: 'refused', target: { type: 'agent', id: null }, via: 'api', changes: [] })
    expect(first!.actor).toMatchObject({ type: 'credential', id: token.slice(3).split('.')[0] })
    for (
      let minutes = 0;
      minutes < 10 && countOf(await read(server.organization_id, 'createAgent')) < 6;
      minutes += 1
    ) {
      const { length } = await read(server.organization_id, 'createAgent')
      await passMinute()
      await expect.poll(async () => (await read(server.organization_id, 'createAgent')).length).toBe(length + 1)
    }
    const entries = await read(server.organization_id, 'createAgent')
    expect(countOf(entries)).toBe(6)
    expect(entries.length).toBeLessThanOrEqual(3)
  })

  test('of a sign-in says which account was tried, and keeps nothing of one that does not exist', async () => {
    const person = await makePerson(server, server.organization_id)
    await givePassword(server, person)
    const browser = openBrowser(server.url)
    for (let tries = 0; tries < 2; tries += 1)
      await refusal(browser.client.signIn({ email: person.email, password: 'wrong password' }))
    await expect.poll(() => read(server.organization_id, 'signIn')).toHaveLength(1)
    expect((await read(server.organization_id, 'signIn'))[0]).toMatchObject({
      outcome: 'refused',
      actor: { type: 'unknown', id: '127.0.0.1' },
      target: { type: 'user', id: person.user_id, name: person.email },
      via: 'console',
    })
    await refusal(browser.client.signIn({ email: 'typed-wrongly@example.test', password: 'x' }))
    await expect.poll(() => read(installation_chain, 'signIn')).toHaveLength(1)
    expect(JSON.stringify(await read(installation_chain, 'signIn'))).not.toContain('typed-wrongly')
  })
})

describe('signing in', () => {
  test('writes what it changes: sessions, passwords, memberships, in every organization that it concerns', async () => {
    const { person, browser } = await enterAsMember(server, server.organization_id)
    const organization = server.organization_id
    await browser.client.changePassword({ current_password: 'correct horse battery', new_password: 'battery staple 8' })
    const told = async (action: string) =>
      (await read(organization, action)).filter(({ actor }) => actor.id === person.user_id)
    expect(await told('signIn')).toMatchObject([{ target: { type: 'session' }, via: 'console' }])
    expect(await told('changePassword')).toMatchObject([{ changes: [{ path: 'password', changed: true }] }])
    const { token } = await server.client.createInvitation({ email: 'new@example.test', role: 'viewer' })
    await openBrowser(server.url).client.acceptInvitation({ token, password: 'correct horse battery' })
    expect(await read(organization, 'acceptInvitation')).toMatchObject([
      {
        target: { type: 'member', name: 'new@example.test' },
        changes: [{ path: 'role', from: null, to: 'viewer' }, { path: 'password' }],
      },
    ])
    await createUser(
      { database: server.database, ports: testPorts },
      { email: 'cli@example.test', organization, role: 'viewer' },
    )
    expect((await read(organization, 'parley user create')).at(-1)).toMatchObject({
      ...{ via: 'cli', actor: { type: 'operator' }, target: { type: 'member', name: 'cli@example.test' } },
    })
  })
})

describe('a death between the change and its commit', () => {
  test('leaves neither, and the numbers go on without a hole', async () => {
    const newest = async () =>
      (
        await server.database.pool.query<{ last: number }>(
          'select last_sequence as last from audit_chains where organization_id = $1',
          [server.organization_id],
        )
      ).rows[0]!.last
    const before = await newest()
    let deaths = 0
    onWritten = async () => {
      deaths += 1
      await server.database.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction' and datname = current_database()`,
      )
    }
    const error = await refusal(server.client.createAgent({ name: 'Never there' }))
    expect(error.status).toBeGreaterThanOrEqual(500)
    expect(deaths).toBe(1)
    onWritten = async () => {}
    expect(await newest()).toBe(before)
    const { data } = await server.client.listAgents({ limit: 100 })
    expect(data.map(({ name }) => name)).not.toContain('Never there')
    await server.client.createAgent({ name: 'There' })
    expect(await newest()).toBe(before + 1)
  })
})

describe('a transcript that is read', () => {
  test('leaves an entry for a person, once an hour, and none for a key', async () => {
    const agent_id = (await publishAgent(server.client)).agent_id
    const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
    const { user_id, token } = await makeUser(server, server.organization_id)
    const person = server.as({ token, organization_id: server.organization_id })
    const conversation_id = conversation.id
    await server.client.getConversation({ conversation_id })
    await person.getConversation({ conversation_id })
    await person.getConversation({ conversation_id })
    expect(await read(server.organization_id, 'getConversation')).toMatchObject([
      { actor: { id: user_id }, target: { type: 'conversation', id: conversation_id }, changes: [] },
    ])
  })
})
