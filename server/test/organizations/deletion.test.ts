// The life of an organization: who can create one; suspension, there and below; its end: refused at once, purged, its slug reserved.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/app.ts'
import { makeOrganization, makeUser } from '../support/actors.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

/** Kept as long as its own rules say; the last is the organization's own work, which ends by itself. */
const kept = ['audit_chains', 'audit_entries', 'work', 'work_arrivals']
const late = ['usage_entries', 'usage_pending', 'usage_totals', 'usage_recalculations']

async function tablesWith(id: string): Promise<string[]> {
  const { rows } = await server.database.pool.query<{ table: string }>(
    `select c.table_name as table from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = 'public' and c.column_name = 'organization_id' and t.table_type = 'BASE TABLE' and c.data_type = 'uuid'`,
  )
  const found: string[] = []
  for (const { table } of rows) {
    const result = await server.database.pool.query(`select from ${table} where organization_id = $1 limit 1`, [id])
    if (result.rowCount) found.push(table)
  }
  return found.toSorted()
}

/** The work runs now, and not when it is due again. Whether the organization is gone. */
async function purgeAgain(id: string): Promise<boolean> {
  const { pool } = server.database
  await pool.query(
    `insert into work_arrivals (kind, owner, subject, organization_id, due_at) values ('purge_organization', $1::uuid::text, $1::uuid::text, $1::uuid, '-infinity')`,
    [id],
  )
  return (await pool.query('select from organizations where id = $1', [id])).rowCount === 0
}

test('a deleted organization is refused at once, and nothing of it is left; its slug is reserved for 30 days', async () => {
  const { id, key, client } = await makeOrganization(server)
  const user = await makeUser(server, id)
  const member = server.as({ token: user.token, organization_id: id })
  const { agent_id } = await publishAgent(client)
  const { id: conversation_id } = (await client.createConversation({ agent_id, channel: 'text', user_id: 'u' }))
    .conversation
  await client.sendConversationMessage({ conversation_id, text: 'Hello' })
  await client.createInvitation({ email: 'someone@example.test', role: 'viewer' })
  await client.createBudget({ name: 'All', amount: '1000' })
  await client.updateMcpSettings({ read_only: true })
  const child = await client.createChildOrganization({ name: 'Child' })
  const { slug } = await client.getOrganization()
  expect(await refusal(client.deleteOrganization({ confirm: slug }))).toMatchObject({
    status: 409,
    code: 'has_children',
  })
  expect(await refusal(client.deleteOrganization({ confirm: child.slug }))).toMatchObject({ status: 422 })
  await server.as({ token: server.admin_key }).getOrganization()
  await server.database.pool.query('update organizations set parent_id = null where id = $1', [child.id])
  expect(await client.deleteOrganization({ confirm: slug })).toMatchObject({ id })
  for (const caller of [client, member, server.as({ token: key })]) {
    expect(await refusal(caller.getMyScopes())).toMatchObject({ status: 401 })
  }
  const own = server.as({ token: user.token })
  expect(await own.listOrganizations()).toMatchObject({ data: [] })
  expect(await own.getSlugAvailability({ slug })).toMatchObject({ available: false, reason: 'reserved' })
  await expect
    .poll(async () => (await tablesWith(id)).filter((table) => !kept.includes(table) && !late.includes(table)), {
      timeout: 20_000,
    })
    .toEqual([])
  await server.database.pool.query(
    `update organizations set deleted_at = deleted_at - interval '31 days' where id = $1`,
    [id],
  )
  await expect.poll(() => purgeAgain(id), { timeout: 20_000, interval: 500 }).toBe(true)
  expect(await own.getSlugAvailability({ slug })).toMatchObject({ available: true })
  expect((await tablesWith(id)).filter((table) => !kept.includes(table))).toEqual([])
}, 60_000)

test('every table that names an organization is purged, or kept for a reason', async () => {
  const { rows } = await server.database.pool.query<{ table: string }>(
    `select c.table_name as table from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = 'public' and c.column_name = 'organization_id' and t.table_type = 'BASE TABLE'`,
  )
  expect(rows.length).toBeGreaterThan(40)
  const purged = new Set(server.app.rooms.organizations.listPurges().flatMap(({ tables }) => tables))
  expect(rows.map(({ table }) => table).filter((table) => !purged.has(table) && !kept.includes(table))).toEqual([])
})

test('a suspended organization is refused there and below, and nothing is created in it', async () => {
  const { id: partner_id, client } = await makeOrganization(server)
  const middle = await client.createChildOrganization({ name: 'Middle' })
  const low = await client.createChildOrganization({ name: 'Low', parent_id: middle.id })
  const { token } = await makeUser(server, low.id)
  const user = server.as({ token })
  const below = server.as({ token, organization_id: low.id })
  const partner = server.as({ token: (await makeUser(server, partner_id)).token, organization_id: partner_id })
  const calls = [
    () => below.getOrganization(),
    () => user.createOrganization({ name: 'By its admin', parent_id: low.id }),
    ...[low, middle].map(
      ({ id: parent_id }) =>
        () =>
          client.createChildOrganization({ name: 'By a key', parent_id }),
    ),
    () => partner.createChildOrganization({ name: 'By a partner', parent_id: low.id }),
    () => partner.createOrganization({ name: 'By an admin above', parent_id: middle.id }),
  ]
  await client.updateChildOrganization({ organization_id: middle.id, status: 'suspended' })
  for (const call of calls) expect(await refusal(call())).toMatchObject({ status: 403, code: 'organization_suspended' })
  const stranger = server.as({ token: (await makeUser(server, server.organization_id)).token })
  const wish = stranger.createOrganization({ name: 'By a stranger', parent_id: low.id })
  expect(await refusal(wish)).toMatchObject({ status: 404 })
  expect((await client.searchChildOrganizations({ q: '-' })).data).toHaveLength(2)
  await client.updateChildOrganization({ organization_id: middle.id, status: 'active' })
  for (const call of calls) await call()
})

describe('turns that run', () => {
  test.each(['itself', 'one above'] as const)('complete while the organization is suspended: %s', async (which) => {
    const { client } = await makeOrganization(server)
    const child = await client.createChildOrganization({ name: 'Child' })
    const { id } =
      which === 'itself' ? child : await client.createChildOrganization({ name: 'Low', parent_id: child.id })
    const { token } = await makeUser(server, id)
    const member = server.as({ token, organization_id: id })
    const config = { built_in_tools: { widgets: {} } }
    const { agent_id } = await publishAgent(member, config)
    const created = await member.createConversation({ agent_id, channel: 'text', user_id: 'u' })
    const conversation_id = created.conversation.id
    const [first, second] = [holdAnswer(), holdAnswer()]
    const tool_calls = [{ name: 'show_info_widget', arguments: { title: 'A title', text: 'A text' } }]
    const answers = [{ text: first, tool_calls }, second]
    server.model.answer = () => answers.shift()!
    const message = { conversation_id, text: 'Hello', interactivity: 'rich' } as const
    const reply = member.sendConversationMessage(message)
    await first.asked
    await client.updateChildOrganization({ organization_id: child.id, status: 'suspended' })
    const refused = { status: 403, code: 'organization_suspended' }
    expect(await refusal(member.sendConversationMessage(message))).toMatchObject(refused)
    first.say('One moment. ')
    first.finish()
    // The next step of the turn begins after the suspension.
    await second.asked
    second.say('Done.')
    second.finish()
    expect(await reply).toMatchObject({ reply: 'One moment. Done.' })
    expect(await refusal(member.getConversation({ conversation_id }))).toMatchObject(refused)
    await client.updateChildOrganization({ organization_id: child.id, status: 'active' })
    const { data } = await member.listConversationTurns({ conversation_id })
    expect(data.map(({ status, steps }) => [status, steps])).toEqual([['completed', 2]])
  })
})

test('PARLEY_ORGANIZATION_CREATION says who can create an organization; a partner always can', async () => {
  const { id, client } = await makeOrganization(server)
  const of = (token: string, { url }: App) => server.as({ token, base_url: url })
  const [admin, viewer] = [await makeUser(server, id), await makeUser(server, id, 'viewer')]
  await using for_admins = await server.startAnother({ PARLEY_ORGANIZATION_CREATION: 'admins' })
  await using for_nobody = await server.startAnother({ PARLEY_ORGANIZATION_CREATION: 'off' })
  const refused = {
    status: 403,
    code: 'forbidden',
    message: 'This server does not let you create organizations. Ask its operator.',
  }
  const wish = { name: 'New' }
  expect(await of(viewer.token, server.app).createOrganization(wish)).toMatchObject({ role: 'admin' })
  const { rows } = await server.database.pool.query('select id from organizations where created_by = $1', [
    viewer.user_id,
  ])
  expect(rows).toHaveLength(1)
  // They are an admin now, but not once that organization is deleted.
  expect(await of(viewer.token, for_admins).createOrganization(wish)).toMatchObject({ role: 'admin' })
  await server.database.pool.query(`update organizations set deleted_at = now() where created_by = $1`, [
    viewer.user_id,
  ])
  for (const call of [
    () => of(viewer.token, for_admins).createOrganization(wish),
    () => of(admin.token, for_nobody).createOrganization(wish),
    () => of(admin.token, for_nobody).createOrganization({ ...wish, parent_id: id }),
  ])
    expect(await refusal(call())).toMatchObject(refused)
  expect(await of(admin.token, for_admins).createOrganization(wish)).toMatchObject({ role: 'admin' })
  const { token } = admin
  const partner = server.as({ token, organization_id: id, base_url: for_nobody.url })
  expect(await partner.createChildOrganization(wish)).toMatchObject({ parent_id: id })
  expect((await client.listChildOrganizations()).data).toHaveLength(1)
})
