// P5: what leaves an entry, what the entry says, and what finds a change of it.
import { createHash } from 'node:crypto'
import { type AuditEntry, type Operation, type OperationId, operations } from '@parley/contract'
import { createClient } from '@parley/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canonicalJson } from '../../src/base/json.ts'
import { verifyAudit } from '../../src/audit/verify.ts'
import { purgeSome } from '../../src/audit/purge.ts'
import { openSession } from '../access/sign-in/contract.ts'
import { type World, collectEntries } from '../contract/entries.ts'
import { makeUser } from '../support/actors.ts'
import { callOperation as call } from '../support/call.ts'
import { dumpDatabase } from '../support/dump-database.ts'
import { type IdentityProvider, known_public_url, startIdentityProvider } from '../support/identity-provider.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'
import type { ToolPeer } from '../support/tool-peer.ts'
import { opened_sites, shop, startSite } from '../web-widgets/site.ts'

let server: TestServer
let world: World
let provider: IdentityProvider
let site: ToolPeer
const collected = new Map((await collectEntries()).map(({ id, entry }) => [id, entry]))

beforeAll(async () => {
  provider = await startIdentityProvider()
  site = await startSite(shop())
  const settings = { ...provider.settings(known_public_url), ...opened_sites }
  server = await startTestServer(settings, { first_pages: () => [site.url] })
  const agent = { agent_id: (await publishAgent(server.client)).agent_id }
  const user = await makeUser(server, server.organization_id)
  await server.database.pool.query(
    `create function refuse_entries() returns trigger language plpgsql as $$ begin raise exception 'no entry'; end $$;
     create trigger no_entries before insert on audit_entries for each row execute function refuse_entries();
     alter table audit_entries disable trigger no_entries`,
  )
  world = { server, client: server.client, agent, user, stack: new AsyncDisposableStack() }
})
afterAll(async () => {
  await world.stack[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
  await site[Symbol.asyncDispose]()
})

/** Of the first organization. */
async function readEntries(action: string): Promise<AuditEntry[]> {
  const all = await readAllEntries(action)
  return all.filter(({ log }) => log === server.organization_id).map(({ entry }) => entry)
}

/** Of every log. */
async function readAllEntries(action: string): Promise<{ log: string; entry: AuditEntry }[]> {
  const { rows } = await server.database.pool.query<{ log: string; entry: string }>(
    `select organization_id as log, entry from audit_entries where action = $1 and outcome = 'done' order by sequence`,
    [action],
  )
  return rows.map(({ log, entry }) => ({ log, entry: JSON.parse(entry) as AuditEntry }))
}

const audited = Object.values<Operation>(operations)
  // An answer of the identity provider, and what a setting switches on, have tests of their own.
  .filter(({ id, audit }) => audit !== false && !audit.reads && id !== 'finishOpenIdSignIn')
  .map(({ id }) => id as OperationId)

async function clientOf(id: OperationId, input: Record<string, unknown>) {
  const { access } = operations[id] as Operation
  if (access === 'session') return openSession(server, (own) => own)
  const { token: tokenOf, caller } = collected.get(id)!
  const given = { base_url: server.url, retries: 0 }
  if (caller === 'member')
    return createClient({ ...given, token: world.user.token, organization_id: server.organization_id })
  return createClient({
    ...given,
    token: tokenOf?.(input) ?? (access === 'user' ? world.user.token : server.admin_key),
  })
}

const inputOf = async (id: OperationId) => (await collected.get(id)!.input(world)) as Record<string, unknown>

/** The organization that an input of the caller's own is about. */
async function placeOf(id: OperationId, input: Record<string, unknown>): Promise<string> {
  if (id !== 'acceptReceivedInvitation' && id !== 'declineReceivedInvitation') return server.organization_id
  const { rows } = await server.database.pool.query<{ organization_id: string }>(
    'select organization_id from invitations where id = $1',
    [input['invitation_id']],
  )
  return rows[0]!.organization_id
}

/** A view is in both logs; of an organization that begins or ends, in its own. */
function logsOf(id: OperationId, place: string, output: unknown, { target }: AuditEntry): string[] {
  if (id === 'startView' || id === 'startViewInSession' || id === 'stopView') return [place, target!.id!]
  if (id === 'createOrganization' || id === 'deleteOrganization') return [(output as { id: string }).id]
  return [place]
}

describe('P5: each operation that changes something outside conversations', () => {
  test.each(audited)(
    '%s: nothing without its entry, and one entry, also if it is repeated with its key',
    async (id) => {
      const input = { ...(await inputOf(id)), ...(isKeyed(id) ? { idempotency_key: crypto.randomUUID() } : {}) }
      const client = await clientOf(id, input)
      const before = new Set((await readAllEntries(id)).map(({ entry }) => entry.id))
      const place = await placeOf(id, input)
      const refuse = async () => {
        const stored = await dumpStated()
        await expect(call(client, id, input)).rejects.toThrow('Internal server error')
        return (await dumpStated()).filter((row) => !stored.includes(row))
      }
      // Again, if what goes on in the background has changed something meanwhile.
      await withoutEntries(() => expect.poll(refuse, { timeout: 10_000, interval: 100 }).toEqual([]))
      const output = await call(client, id, input)
      if (isKeyed(id)) await call(client, id, input)
      const entries = (await readAllEntries(id)).filter(({ entry }) => !before.has(entry.id))
      const { entry } = entries[0]!
      expect(entries.map(({ log }) => log).toSorted()).toEqual(logsOf(id, place, output, entry).toSorted())
      expect(entry).toMatchObject({ action: id, outcome: 'done', count: 1, target: { type: auditOf(id).target } })
      // Anyone who has the address of an upload may send it.
      expect(entry!.actor.id === null).toBe(id === 'uploadSource')
      expect(entry!.request_id).not.toBeNull()
      if (auditOf(id).id !== undefined) expect(entry!.target!.id, JSON.stringify(entry)).not.toBeNull()
      for (const { path } of entry!.changes) expect(path).not.toMatch(/undefined|\.$|^\./)
    },
  )

  test('what is not in it is not in the contract either', () => {
    const silent = Object.values<Operation>(operations).filter(
      ({ audit, method, changes_nothing }) => audit === false && method !== 'GET' && !changes_nothing,
    )
    const paths = new Set(silent.map(({ path }) => path.replace(/^(\/\w[\w-]*\/[\w-]+).*/, '$1')))
    expect([...paths].toSorted()).toEqual([
      '/auth/openid',
      '/auth/sign-out',
      '/core/agents', // checks
      '/core/conversations',
      '/core/presence', // who is there
      '/core/public',
      '/workflow/triggers', // fired by hand
      '/workflow/workflow-executions',
    ])
  })
})

/** What is stored; not what passes, such as attempts, uses and work of the server itself. */
async function dumpStated(): Promise<string[]> {
  const passing =
    /^\S*\.(work|work_arrivals|nodes|sign_in_attempts|sessions|credentials|audit_\w+|idempotency_keys|statistics\w*|workflow_deltas|webhook_lanes|blob\w*|organization_event_feeds|conversation_feeds) /
  return (await dumpDatabase(server)).filter((row) => !passing.test(row))
}

/** Every entry is refused meanwhile. */
async function withoutEntries(work: () => Promise<void>): Promise<void> {
  const { pool } = server.database
  await pool.query('alter table audit_entries enable trigger no_entries')
  await work().finally(() => pool.query('alter table audit_entries disable trigger no_entries'))
}

const auditOf = (id: OperationId) => {
  const { audit } = operations[id] as Operation
  if (audit === false) throw new Error(`${id} is not audited`)
  return audit
}

function isKeyed(id: OperationId): boolean {
  const { method, changes_nothing, sign_in } = operations[id] as Operation
  return method === 'POST' && !changes_nothing && !sign_in
}

describe('an entry', () => {
  test('says who changed what, from where, and keeps no secret', async () => {
    const { agent_id } = await server.client.createAgent({ name: 'Before' })
    await server.client.updateAgent({ agent_id, name: 'After', description: 'x'.repeat(2000) })
    const [entry] = (await readEntries('updateAgent')).slice(-1)
    const hash = `sha256:${createHash('sha256').update('x'.repeat(2000)).digest('hex')}`
    expect(entry).toMatchObject({
      target: { type: 'agent', id: agent_id, name: 'After' },
      actor: { type: 'credential' },
      via: 'api',
      address: '127.0.0.1',
      changes: [
        { path: 'name', from: 'Before', to: 'After' },
        { path: 'description', from: null, to: hash },
      ],
    })
    const { version } = await server.client.createAgentVersion({ agent_id, config: { instructions: 'One.' } })
    await server.client.updateAgentVersion({ agent_id, version: String(version), config: { instructions: 'Two.' } })
    await server.client.publishAgentVersion({ agent_id, version: String(version) })
    expect((await readEntries('updateAgentVersion')).at(-1)!.changes).toEqual([
      { path: 'versions.1.config.instructions', from: 'One.', to: 'Two.' },
    ])
    expect((await readEntries('publishAgentVersion')).at(-1)).toMatchObject({
      target: { type: 'agent', id: agent_id, name: 'After' },
      changes: expect.arrayContaining([{ path: 'versions.1.published', from: false, to: true }]),
    })
    await server.client.setSecret({ name: 'KEY_OF_SHOP', value: 'sesame-open-7' })
    const { pat_key } = await server.client.createOrganizationKey({ name: 'K' })
    expect((await readEntries('setSecret')).at(-1)!.changes).toEqual([{ path: 'value', changed: true }])
    expect((await readEntries('createOrganizationKey')).at(-1)!.changes).toEqual(
      expect.arrayContaining([
        { path: 'role', from: null, to: 'admin' },
        { path: 'pat_key', changed: true },
      ]),
    )
    const { rows } = await server.database.pool.query<{ all: string }>(
      `select string_agg(entry, '') as all from audit_entries`,
    )
    for (const secret of ['sesame-open-7', pat_key, 'correct horse battery']) expect(rows[0]!.all).not.toContain(secret)
  })

  test('of a delete has what was there; of a member the role before', async () => {
    const { user_id } = await makeUser(server, server.organization_id)
    await server.client.updateMember({ user_id, role: 'viewer' })
    expect((await readEntries('updateMember')).at(-1)!.changes).toEqual([{ path: 'role', from: 'admin', to: 'viewer' }])
    await server.client.deleteMember({ user_id })
    expect((await readEntries('deleteMember')).at(-1)!.changes).toEqual(
      expect.arrayContaining([{ path: 'role', from: 'viewer', to: null }]),
    )
  })

  test('is cut at 64 KiB, and says how much is missing', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 1200 }, (_, n) => [`field_${n}`, 'y'.repeat(30)]))
    await server.client.createAgent({ name: 'Large', metadata })
    const [entry] = (await readEntries('createAgent')).slice(-1)
    expect(entry!.changes.length + entry!.changes_omitted).toBe(1203)
    expect(entry!.changes_omitted).toBeGreaterThan(0)
    expect(Buffer.byteLength(canonicalJson(entry))).toBeLessThanOrEqual(65_536)
  })
})

describe('numbers', () => {
  test('of 50 changes at once have no hole, and each hash follows from the one before', async () => {
    const made = Array.from({ length: 50 }, (_, n) => server.client.createAgent({ name: `At once ${n}` }))
    // Refused ones leave none.
    const refused = Array.from({ length: 10 }, () => server.client.createAgent({ name: ' ' }).catch(() => {}))
    await Promise.all([...made, ...refused])
    const lines = (await exported({})).map((line) => JSON.parse(line) as AuditEntry)
    expect(lines.map(({ sequence }) => sequence)).toEqual(lines.map((_, at) => at + 1))
    let previous = Buffer.alloc(32)
    for (const { hash, ...entry } of lines) {
      previous = createHash('sha256').update(previous).update(canonicalJson(entry)).digest()
      expect(hash).toBe(previous.toString('hex'))
    }
  })
})

async function exported(filters: object): Promise<string[]> {
  const answer = await server.client.exportAuditLog(filters)
  return (await answer.text()).trimEnd().split('\n')
}

describe('the log', () => {
  test('is read in pages and by each filter, newest first', async () => {
    const all: AuditEntry[] = []
    let cursor: string | undefined
    do {
      const page = await server.client.listAuditLog({ limit: 100, ...(cursor === undefined ? {} : { cursor }) })
      all.push(...page.data)
      cursor = page.pagination.next_cursor ?? undefined
    } while (cursor !== undefined)
    expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, at) => all.length - at))
    const one = all.find(({ action }) => action === 'updateMember')!
    const filters = [
      { actor_id: one.actor.id! },
      { action: one.action },
      { target_type: one.target!.type },
      { target_id: one.target!.id! },
      { via: 'cli' as const },
      { outcome: 'refused' as const },
      { after: one.occurred_at },
      { before: one.occurred_at },
    ]
    const kept = (entry: AuditEntry, filter: object) =>
      Object.entries(filter as Record<string, string>).every(([name, value]) => {
        if (name === 'actor_id') return entry.actor.id === value
        if (name === 'target_type') return entry.target?.type === value
        if (name === 'target_id') return entry.target?.id === value
        if (name === 'after') return entry.occurred_at > value
        return name === 'before' ? entry.occurred_at < value : entry[name as 'action'] === value
      })
    for (const filter of filters) {
      const { data } = await server.client.listAuditLog({ limit: 100, ...filter })
      expect(data, JSON.stringify(filter)).toEqual(all.filter((entry) => kept(entry, filter)).slice(0, 100))
    }
  })

  test('is exported as CSV without formulas, and not beyond its limit', async () => {
    await server.client.createAgent({ name: '=HYPERLINK("http://x")' })
    const lines = (await (await server.client.exportAuditLog({ format: 'csv', action: 'createAgent' })).text()).split(
      '\r\n',
    )
    expect(lines[0]).toMatch(/^sequence,occurred_at,action/)
    expect(lines.at(-2)).toContain(`"'=HYPERLINK(""http://x"")"`)
  })
})

describe('a change of what is stored', () => {
  /** As an attacker who has the database and its triggers. */
  async function tamper(change: string, values: unknown[] = []) {
    const client = await server.database.pool.connect()
    try {
      await client.query(
        'begin; alter table audit_entries disable trigger user; alter table audit_chains disable trigger user',
      )
      await client.query(change, values)
      const faults: string[] = []
      const transaction = {
        query: async ({ text }: { text: string }, given: unknown[]) => (await client.query(text, given)).rows,
      }
      const inside = {
        ...server.database,
        query: transaction.query,
        snapshot: (_: number, work: (tx: never) => unknown) => work(transaction as never),
      }
      for await (const chain of verifyAudit(inside as never, server.organization_id)) faults.push(...chain.faults)
      return faults
    } finally {
      await client.query('rollback')
      client.release()
    }
  }
  const own = () => `organization_id = '${server.organization_id}'`

  test('is found: one byte, a row that is gone, two that were exchanged, a filter that lies, a cut end', async () => {
    for await (const { faults } of verifyAudit(server.database)) expect(faults).toEqual([])
    expect(
      await tamper(
        `update audit_entries set entry = overlay(entry placing 'X' from 30) where ${own()} and sequence = 7`,
      ),
    ).toContain('entry 7 or the one before it was changed')
    expect(
      await tamper(
        `update audit_entries set hash = set_byte(hash, 0, get_byte(hash, 0) # 1) where ${own()} and sequence = 7`,
      ),
    ).toEqual(['entry 7 or the one before it was changed', 'entry 8 or the one before it was changed'])
    expect(await tamper(`delete from audit_entries where ${own()} and sequence = 7`)).toEqual([
      'entries 7 to 7 are missing',
    ])
    const exchanged = `update audit_entries e set entry = o.entry, hash = o.hash from audit_entries o
      where e.${own()} and o.${own()} and (e.sequence, o.sequence) in ((7, 8), (8, 7))`
    expect((await tamper(exchanged)).length).toBeGreaterThan(0)
    expect(await tamper(`update audit_entries set actor_id = 'nobody' where ${own()} and sequence = 7`)).toEqual([
      'entry 7 is stored under other values than it has',
    ])
    const last = `sequence = (select last_sequence from audit_chains where ${own()})`
    expect((await tamper(`delete from audit_entries where ${own()} and ${last}`))[0]).toMatch(/^the newest entry is/)
  })

  test('is refused by the database itself', async () => {
    for (const change of [
      'update audit_entries set outcome = outcome',
      'delete from audit_entries',
      'truncate audit_entries',
      'delete from audit_chains',
    ])
      await expect(server.database.pool.query(change)).rejects.toThrow(/never change/)
    await expect(server.database.pool.query('update audit_chains set last_sequence = 1')).rejects.toThrow(/only grows/)
  })

  test('by age leaves the rest verifiable, without a hole', async () => {
    const { pool } = server.database
    await pool.query(
      `alter table audit_entries disable trigger audit_entries_stay;
       update audit_entries set occurred_at = occurred_at - interval '500 days' where ${own()} and sequence <= 5;
       alter table audit_entries enable trigger audit_entries_stay`,
    )
    expect(await purgeSome(server.database, 400)).toBe(5)
    for await (const { faults, last_sequence, entries } of verifyAudit(server.database, server.organization_id)) {
      expect(faults).toEqual([])
      expect(entries).toBe(last_sequence - 5)
    }
    await server.client.createAgent({ name: 'After the purge' })
    expect((await exported({}))[0]).toContain('"sequence":6,')
  })
})
