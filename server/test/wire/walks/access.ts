// Keys, personal access tokens, members, the organization: permissions of each.
import { makeUser } from '../../support/actors.ts'
import { makeAgent, type Walk } from '../world.ts'
import { unknown_id } from './constants.ts'

export async function walkKeys(walk: Walk): Promise<void> {
  const { call, world, organization } = walk
  const agent_id = await makeAgent(walk)
  await call('createOrganizationKey', 'with everything', {
    body: { name: 'Narrow', scopes: ['agents:read'], agent_ids: [agent_id], expires_at: 4_000_000_000_000 },
  })
  const viewer = await call('createOrganizationKey', 'of a role', { body: { name: 'Viewer', role: 'viewer' } })
  await call('createOrganizationKey', 'faults', {
    body: { name: ' ', role: 'king', scopes: [], agent_ids: ['x'], expires_at: 1 },
  })
  await call('createOrganizationKey', 'a role and scopes', {
    body: { name: 'K', role: 'admin', scopes: ['agents:read'] },
  })
  await call('createOrganizationKey', 'for an unknown agent', { body: { name: 'K', agent_ids: [unknown_id] } })
  const page = await call('listOrganizationKeys', 'the first page', { query: 'limit=2' })
  await call('listOrganizationKeys', 'the last page', { query: `limit=2&cursor=${page.json.pagination.next_cursor}` })
  await call('listOrganizationKeys', 'faults', { query: 'limit=0&cursor=x' })
  await call('listOrganizationKeys', 'without the scope', { as: viewer.json.pat_key })
  const { json: maker } = await walk.prepare('createOrganizationKey', {
    body: { name: 'M', scopes: ['organizations:manage'] },
  })
  await call('createOrganizationKey', 'with more than the caller has', { as: maker.pat_key, body: { name: 'K' } })
  await call('getMyScopes', 'of a key', { as: viewer.json.pat_key })
  await call('deleteOrganizationKey', 'one', { params: { key_id: viewer.json.key_id } })
  await call('deleteOrganizationKey', 'again', { params: { key_id: viewer.json.key_id } })
  await call('getMyScopes', 'of a deleted key', { as: viewer.json.pat_key })
  await fillKeys(walk, 'organization_id, role', `$1::uuid, 'viewer'`, organization.id, 1000)
  await call('createOrganizationKey', 'one too many', { body: { name: 'K' } })

  const { token, user_id } = await makeUser(world.server, organization.id)
  const [mine] = [{ as: token }]
  await call('createPersonalAccessToken', 'one', { ...mine, body: { name: 'Laptop', expires_at: 4_000_000_000_000 } })
  await call('createPersonalAccessToken', 'faults', { ...mine, body: { name: '', role: 'admin', expires_at: 'never' } })
  await call('createPersonalAccessToken', 'with a key', { body: { name: 'T' } })
  const { json } = await call('listPersonalAccessTokens', 'the first page', { ...mine, query: 'limit=1' })
  await call('deletePersonalAccessToken', 'one', { ...mine, params: { key_id: json.data[0].key_id } })
  await call('deletePersonalAccessToken', 'again', { ...mine, params: { key_id: json.data[0].key_id } })
  await call('getMyScopes', 'of a user, without an organization', mine)
  await call('getMyScopes', 'of a user', { ...mine, headers: { 'x-parley-org': organization.id } })
  await call('getMyScopes', 'of a user, in the older header', {
    ...mine,
    headers: { 'x-anyreach-org': organization.id },
  })
  await call('getMyScopes', 'of a user, elsewhere', {
    ...mine,
    headers: { 'x-parley-org': world.server.organization_id },
  })
  await fillKeys(walk, 'user_id', '$1::uuid', user_id, 100)
  await call('createPersonalAccessToken', 'one too many', { ...mine, body: { name: 'T' } })
}

async function fillKeys({ world }: Walk, columns: string, values: string, owner: string, count: number): Promise<void> {
  await world.server.database.pool.query(
    `insert into credentials (key_id, name, secret_hash, ${columns})
     select md5(i || $1::text), 'Filler', '\\x00', ${values} from generate_series(1, ${count}) i`,
    [owner],
  )
}

export async function walkMembers(walk: Walk): Promise<void> {
  const { call, world, organization } = walk
  const member = await makeUser(world.server, organization.id)
  const params = { user_id: member.user_id }
  await call('createMember', 'an invitation', { body: { email: 'new@example.test', role: 'viewer', name: 'New' } })
  await call('createMember', 'the same again', { body: { email: 'NEW@example.test', role: 'admin' } })
  await call('createMember', 'faults', { body: { email: 'nobody', role: 'king', name: 7 } })
  const { json } = await call('listMembers', 'all')
  await call('createMember', 'who is one already', { body: { email: json.data[0].email, role: 'viewer' } })
  await makeUser(world.server, organization.id)
  const page = await call('listMembers', 'the first page', { query: 'limit=1' })
  await call('listMembers', 'the next page', { query: `limit=1&cursor=${page.json.pagination.next_cursor}` })
  await call('updateMember', 'their role', { params, body: { role: 'viewer' } })
  await call('updateMember', 'faults', { params, body: {} })
  await call('updateMember', 'unknown', { params: { user_id: unknown_id }, body: { role: 'viewer' } })
  const as_member = { as: member.token, headers: { 'x-parley-org': organization.id } }
  await call('listMembers', 'as a viewer', as_member)
  await call('updateMember', 'as a viewer', { ...as_member, params, body: { role: 'admin' } })
  await call('deleteMember', 'one', { params })
  await call('deleteMember', 'again', { params })
  await call('getOrganization', 'as it is')
  await call('updateOrganization', 'everything', {
    body: { name: 'Aurora', slug: 'aurora', settings: { locale: 'de', nested: { a: [1] } } },
  })
  await call('updateOrganization', 'a slug that is taken', { body: { slug: 'wire-keys' } })
  await call('updateOrganization', 'faults', { body: { name: '', slug: 'No Slug', settings: [] } })
  await call('getOrganization', 'changed')
}

export async function walkSecrets(walk: Walk): Promise<void> {
  const { call } = walk
  const value = 'a value that nobody sees'
  await call('setSecret', 'a new one', { params: { name: 'OPENAI_API_KEY' }, body: { value } })
  await call('setSecret', 'again', { params: { name: 'OPENAI_API_KEY' }, body: { value: 'another' } })
  await call('setSecret', 'one more', { params: { name: 'TOKEN' }, body: { value } })
  await call('setSecret', 'a name that cannot be', { params: { name: 'no-name' }, body: { value: '' } })
  await call('setSecret', 'more than the limit', {
    params: { name: 'LARGE' },
    body: { value: 'x'.repeat(2000) },
  })
  const page = await call('listSecrets', 'the first page', { query: 'limit=1' })
  await call('listSecrets', 'the last page', { query: `limit=1&cursor=${page.json.pagination.next_cursor}` })
  await call('listModels', 'with a key of the organization')
  await call('deleteSecret', 'one', { params: { name: 'TOKEN' } })
  await call('deleteSecret', 'again', { params: { name: 'TOKEN' } })
  await walk.world.server.database.pool.query(
    `insert into secrets select (jsonb_populate_record(s, jsonb_build_object('name', 'S' || i))).* from secrets s, generate_series(1, 199) i
     where organization_id = $1`,
    [walk.organization.id],
  )
  await call('setSecret', 'one too many', { params: { name: 'MORE' }, body: { value: 'x' } })
}
