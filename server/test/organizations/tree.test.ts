// P4: nobody reads or changes anything outside of the organizations below their own, in the partner console or in a view. No cycle is stored.
import { scopesOfRole } from '@parley/contract'
import type { Client } from '@parley/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { type Organization, type User, makeOrganization, makeUser } from '../support/actors.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { givePassword, makePerson, password } from '../access/sign-in/support.ts'

let server: TestServer
/** `partner` has `child`, which has `grandchild`; `above` is over the partner, `sibling` beside it, `other` in no tree with it. */
let above: Organization, partner: Organization, sibling: Organization, other: Organization
let child: string, grandchild: string
let admin: Client
let user: User

beforeAll(async () => {
  server = await startTestServer({ PARLEY_PUBLIC_URL: 'http://localhost' })
  ;[above, other] = [await makeOrganization(server), await makeOrganization(server)]
  ;[partner, sibling] = [await makeOrganization(server), await makeOrganization(server)]
  for (const { id } of [partner, sibling]) await place(id, above.id)
  user = await makeUser(server, partner.id)
  admin = server.as({ token: user.token, organization_id: partner.id })
  child = (await admin.createChildOrganization({ name: 'Child' })).id
  grandchild = (await admin.createChildOrganization({ name: 'Grandchild', parent_id: child })).id
})
afterAll(() => server[Symbol.asyncDispose]())

const place = (id: string, parent_id: string | null) =>
  server.database.pool.query('update organizations set parent_id = $2 where id = $1', [id, parent_id])

const notFound = { status: 404, code: 'not_found' }

/** Every operation of the partner console that names an organization, as a call of it. */
function callsOn(client: Client, organization_id: string, user_id: string): Record<string, () => Promise<unknown>> {
  return {
    children: () => client.listChildOrganizations({ parent_id: organization_id }),
    create: () => client.createChildOrganization({ name: 'New', parent_id: organization_id }),
    read: () => client.getChildOrganization({ organization_id }),
    update: () => client.updateChildOrganization({ organization_id, name: 'Taken', status: 'suspended' }),
    members: () => client.listChildMembers({ organization_id }),
    demote: () => client.updateChildMember({ organization_id, user_id, role: 'viewer' }),
    remove: () => client.deleteChildMember({ organization_id, user_id }),
    invitations: () => client.listChildInvitations({ organization_id }),
    invite: () =>
      client.createChildInvitation({ organization_id, email: `${crypto.randomUUID()}@example.test`, role: 'admin' }),
    view: () => client.startView({ organization_id, reason: 'To look' }),
  }
}

/** All rows about organizations, their people and what they have in the log. */
async function fingerprint(): Promise<unknown> {
  const tables = [
    'organizations',
    'members',
    'invitations',
    'ended_invitations',
    'partner_views',
    'organization_events',
  ]
  // Events get their numbers later.
  const row = `(to_jsonb(t) - 'number')::text`
  const parts = tables.map(
    (table) => `(select md5(coalesce(string_agg(${row}, ',' order by ${row}), '')) from ${table} t) as ${table}`,
  )
  return (await server.database.pool.query(`select ${parts.join(', ')}`)).rows[0]
}

describe('P4: the tree is closed', () => {
  test('P4: nothing outside the subtree is read or changed, whatever is called', async () => {
    const outside = [above.id, sibling.id, other.id, server.organization_id, crypto.randomUUID(), 'malformed']
    const people = await Promise.all([above, sibling, other].map(({ id }) => makeUser(server, id)))
    const before = await fingerprint()
    for (const [place, organization_id] of outside.entries()) {
      const calls = callsOn(admin, organization_id, people[place % people.length]!.user_id)
      for (const [name, call] of Object.entries(calls)) {
        expect([name, (await refusal(call())).status]).toEqual([name, 404])
      }
    }
    // Their own organization is no child, but may get some.
    const own = callsOn(admin, partner.id, user.user_id)
    for (const name of ['read', 'update', 'members', 'demote', 'remove', 'invitations', 'invite', 'view']) {
      expect([name, (await refusal(own[name]!())).status]).toEqual([name, 404])
    }
    expect(await fingerprint()).toEqual(before)
    const found = await admin.searchChildOrganizations({ q: '-', limit: 100 })
    expect(found.data.every(({ id }) => [child, grandchild].includes(id))).toBe(true)
    // And within it, each of these calls does something.
    const { user_id } = await makeUser(server, grandchild)
    for (const call of Object.values(callsOn(admin, grandchild, user_id))) {
      await call()
      await admin.updateChildOrganization({ organization_id: grandchild, status: 'active' })
    }
  })

  test('P4: no cycle is stored, and ancestors always follow from parents', async () => {
    const ids = await Promise.all(Array.from({ length: 4 }, async () => (await makeOrganization(server)).id))
    const moves = Array.from({ length: 40 }, (_, turn) => place(ids[turn % 4]!, ids[(turn * 7 + 1) % 4]!))
    await Promise.allSettled(moves)
    await Promise.allSettled(
      ids.map((id) => server.database.pool.query('update organizations set ancestors = $2 where id = $1', [id, ids])),
    )
    await expect(place(partner.id, grandchild)).rejects.toMatchObject({ constraint: 'organizations_no_cycle' })
    const { rows } = await server.database.pool.query(
      `with recursive up as (
         select id, parent_id as above, 1 as far from organizations where parent_id is not null
         union all select up.id, o.parent_id, far + 1 from up join organizations o on o.id = up.above
           where o.parent_id is not null and far < 20)
       select o.id, o.ancestors, coalesce((select array_agg(above order by far desc) from up where up.id = o.id), '{}') as walked
       from organizations o`,
    )
    expect(rows.length).toBeGreaterThan(8)
    for (const { ancestors, walked } of rows) expect(ancestors).toEqual(walked)
  })

  test('P4: who is moved out of the tree is not found at once', async () => {
    await place(child, null)
    expect(await refusal(admin.getChildOrganization({ organization_id: grandchild }))).toMatchObject(notFound)
    await place(child, partner.id)
    expect((await admin.getChildOrganization({ organization_id: grandchild })).depth).toBe(2)
  })
})

describe('a view', () => {
  const settings = (partner_access: string) =>
    server.database.pool.query(
      `update organizations set settings = settings || jsonb_build_object('partner_access', $2::text) where id = $1`,
      [child, partner_access],
    )

  test('P4: it reads what a scope for reading opens, and is judged again with every request', async () => {
    const { agent_id } = await publishAgent(server.as({ token: (await keyOf(child))! }))
    const { id, token, scopes } = await admin.startView({ organization_id: child, reason: 'Ticket 7' })
    expect(scopes).toEqual(scopesOfRole.admin.filter((scope) => scope.endsWith(':read')))
    const view = server.as({ token })
    expect((await view.listAgents()).data.map((agent) => agent.agent_id)).toEqual([agent_id])
    const refused = [
      () => view.createAgent({ name: 'A' }),
      () => view.updateOrganization({ name: 'Taken' }),
      () => view.listOrganizationKeys(),
      () => view.listWebhookEndpoints(),
      () => view.listAuditLog(),
      () => view.getOrganization(),
      () => view.listChildOrganizations(),
    ]
    for (const call of refused) expect(await refusal(call())).toMatchObject({ status: 403, code: 'view_only' })
    const mcp = await fetch(`${server.url}/mcp`, { method: 'POST', headers: { authorization: `Bearer ${token}` } })
    expect(mcp.status).toBe(401)
    await settings('none')
    expect(await refusal(view.listAgents())).toMatchObject({ status: 403, code: 'view_refused' })
    await settings('read')
    await place(child, null)
    expect(await refusal(view.listAgents())).toMatchObject({ status: 401 })
    await place(child, partner.id)
    await server.database.pool.query(`update members set role = 'viewer' where user_id = $1`, [user.user_id])
    expect(await refusal(view.listAgents())).toMatchObject({ status: 401 })
    await server.database.pool.query(`update members set role = 'admin' where user_id = $1`, [user.user_id])
    await view.listAgents()
    await admin.stopView({ view_id: id })
    expect(await refusal(view.listAgents())).toMatchObject({ status: 401 })
  })

  test('hostile tokens of views give nothing', async () => {
    const { token } = await admin.startView({ organization_id: child, reason: 'A look' })
    const [name, secret] = token.split('.') as [string, string]
    const { rows } = await server.database.pool.query('select secret_hash from partner_views limit 1')
    const stored = (rows[0] as { secret_hash: Buffer }).secret_hash.toString('base64url')
    const hostile = [
      ...[`${name}.${secret.slice(1)}`, `${name}.${stored}`, `${name}.`, name, 'pvt_', 'pvt_.', `pvt_${secret}`],
      ...[
        `pvt_' or true --.${secret}`,
        token.replace('pvt_', 'pat_'),
        token.replace('pvt_', 'ak_'),
        `${token}.${token}`,
      ],
    ]
    for (const text of hostile) {
      expect([text, (await refusal(server.as({ token: text }).listAgents())).status]).toEqual([text, 401])
    }
    await server.database.pool.query('update partner_views set expires_at = now()')
    expect(await refusal(server.as({ token }).listAgents())).toMatchObject({ status: 401 })
  })

  test('both logs and both streams tell of its start and end, and the session of a browser can look too', async () => {
    const person = await makePerson(server, partner.id)
    await givePassword(server, person)
    const { client } = openBrowser(server.url)
    await client.signIn({ email: person.email, password })
    const session = await client.startViewInSession({ organization_id: child, reason: 'Ticket 9' })
    expect(session.view!.partner.id).toBe(partner.id)
    await client.listAgents()
    expect(await refusal(client.createAgent({ name: 'A' }))).toMatchObject({ status: 403, code: 'view_only' })
    const of_child = server.as({ token: (await keyOf(child))! })
    expect((await of_child.listViews()).data.map(({ reason }) => reason)).toContain('Ticket 9')
    await client.switchOrganization({ organization_id: partner.id })
    await client.listMembers()
    for (const log of [of_child, admin]) {
      const { data } = await log.listAuditLog({ actor_id: person.user_id, target_id: child })
      const told = data.map(({ action, on_behalf_of }) => [action, on_behalf_of?.id])
      expect(told).toEqual([
        ['switchOrganization', partner.id],
        ['startViewInSession', partner.id],
      ])
      const events = await log.listOrganizationEvents()
      const types = events.data.filter(({ type }) => type.startsWith('view_as.')).map(({ type }) => type)
      expect(types.slice(-2)).toEqual(['view_as.started', 'view_as.ended'])
    }
  })

  test('ends for good when the organization lets no partner look any more; its own views go on', async () => {
    const of_child = server.as({ token: (await keyOf(child))! })
    const there = await makeUser(server, child)
    const below = await server
      .as({ token: there.token, organization_id: child })
      .startView({ organization_id: grandchild, reason: 'Ticket 11' })
    const { id, token } = await admin.startView({ organization_id: child, reason: 'Ticket 10' })
    await server.as({ token }).listAgents()
    await of_child.updateOrganization({ settings: { partner_access: 'none' } })
    expect((await of_child.listViews()).data).toEqual([])
    await of_child.updateOrganization({ settings: { partner_access: 'read' } })
    expect(await refusal(server.as({ token }).listAgents())).toMatchObject({ status: 401 })
    await server.as({ token: below.token }).listAgents()
    for (const log of [of_child, admin]) {
      const { data } = await log.listAuditLog({ action: 'view_as.ended', target_id: child, limit: 1 })
      expect(data).toMatchObject([
        { on_behalf_of: { id: partner.id }, changes: [{ path: 'cause', from: null, to: 'refused' }] },
      ])
      const events = (await log.listOrganizationEvents()).data.filter(({ type }) => type === 'view_as.ended')
      expect(events.at(-1)!.data).toMatchObject({ view_id: id, cause: 'refused' })
    }
  })
})

/** A key of an organization, as its operator makes one. */
async function keyOf(organization: string): Promise<string | undefined> {
  const { createKey } = await import('../../src/access/administration.ts')
  const { systemPorts } = await import('../../src/base/ports.ts')
  return (await createKey({ database: server.database, ports: systemPorts }, { organization })).secret
}
