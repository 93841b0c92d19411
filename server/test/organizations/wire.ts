// Organizations as they are on the wire: those of a user, the partner console, views, invitations that end, and the end of one.
import { createKey } from '../../src/access/administration.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { givePassword, makePerson, password } from '../access/sign-in/support.ts'
import { type User, makeUser } from '../support/actors.ts'
import type { Walk } from '../wire/world.ts'

export const walks = { organizations: walkOrganizations, 'partner-console': walkPartnerConsole, views: walkViews }

const page = { 'x-parley-csrf': '1', 'sec-fetch-site': 'same-origin' }
const cookieOf = ({ headers }: { headers: { 'set-cookie'?: string[] } }) => headers['set-cookie']![0]!.split(';', 1)[0]!

function nameUser(walk: Walk, user: User): void {
  walk.name(user.token, '<token>')
}

async function walkOrganizations(walk: Walk): Promise<void> {
  const { call, prepare, world, organization } = walk
  const user = await makeUser(world.server, organization.id)
  nameUser(walk, user)
  const mine = { as: user.token }
  const made = await call('createOrganization', 'one', { ...mine, body: { name: 'Wire made', slug: 'wire-made' } })
  await call('createOrganization', 'with a slug that is taken', { ...mine, body: { name: 'Made', slug: 'wire-made' } })
  await call('createOrganization', 'faults', { ...mine, body: { name: ' ', slug: 'No Slug' } })
  await call('createOrganization', 'below one of others', {
    ...mine,
    body: { name: 'Made', parent_id: world.server.organization_id },
  })
  await call('listOrganizations', 'the first page', { ...mine, query: 'limit=1' })
  await call('getSlugAvailability', 'free', { ...mine, query: 'slug=wire-free' })
  await call('getSlugAvailability', 'invalid', { ...mine, query: 'slug=No' })
  await world.server.database.pool.query(
    `insert into organizations (id, name, slug, created_by, settings)
     select gen_random_uuid(), 'Made', 'wire-made-' || i, $1, '{}' from generate_series(1, 9) i`,
    [user.user_id],
  )
  await call('createOrganization', 'one too many', { ...mine, body: { name: 'Made' } })
  const id = made.json.id as string
  const there = { as: user.token, headers: { 'x-parley-org': id } }
  await call('getMemberScopes', 'of a member', { ...there, params: { user_id: user.user_id } })
  await call('getMemberScopes', 'of nobody', { ...there, params: { user_id: 'nobody' } })
  await call('deleteMember', 'the last admin', { ...there, params: { user_id: user.user_id } })
  await invitationsThatEnd(walk)
  const child = await prepare('createChildOrganization', { ...there, body: { name: 'Child', slug: 'wire-child-1' } })
  await call('deleteOrganization', 'with a child', { ...there, body: { confirm: 'wire-made' } })
  await call('deleteOrganization', 'with another slug', { ...there, body: { confirm: 'wire' } })
  await world.server.database.pool.query('update organizations set parent_id = null where id = $1', [child.json.id])
  await call('deleteOrganization', 'with its slug', { ...there, body: { confirm: 'wire-made' } })
  await call('getOrganization', 'that is deleted', there)
}

async function invitationsThatEnd({ call, prepare, world, organization }: Walk): Promise<void> {
  const visitor = { as: null, headers: page }
  const first = await prepare('createInvitation', { body: { email: 'wire-first@example.test', role: 'viewer' } })
  const params = { invitation_id: first.json.invitation_id as string }
  const again = await call('resendInvitation', 'one', { params })
  await call('declineInvitation', 'one', { ...visitor, body: { token: again.json.token } })
  await call('declineInvitation', 'again', { ...visitor, body: { token: again.json.token } })
  await call('resendInvitation', 'that is closed', { params })
  await call('listInvitations', 'that were declined', { query: 'state=declined' })
  const person = await makePerson(world.server, world.server.organization_id, { email: 'wire-second@example.test' })
  await givePassword(world.server, person)
  const signed_in = await prepare('signIn', { ...visitor, body: { email: person.email, password } })
  const theirs = { as: null, headers: { ...page, cookie: cookieOf(signed_in) } }
  for (const role of ['viewer', 'admin']) {
    await prepare('createInvitation', { body: { email: person.email, role } })
    const { json } = await call('listReceivedInvitations', `to a ${role}`, theirs)
    const received = { invitation_id: (json.data as { invitation_id: string }[])[0]!.invitation_id }
    const act = role === 'viewer' ? 'declineReceivedInvitation' : 'acceptReceivedInvitation'
    await call(act, 'one', { ...theirs, params: received })
  }
  await world.server.database.pool.query('update passwords set is_vouched = false where user_id = $1', [person.user_id])
  await call('listReceivedInvitations', 'of an address that is not proven', theirs)
  await call('deleteMember', 'who has joined', { params: { user_id: person.user_id } })
  await makeUser(world.server, organization.id)
}

async function walkPartnerConsole(walk: Walk): Promise<void> {
  const { call, prepare, world } = walk
  const { database } = world.server
  const child = await call('createChildOrganization', 'one', { body: { name: 'Wire child', slug: 'wire-child' } })
  const organization_id = child.json.id as string
  const params = { organization_id }
  await call('createChildOrganization', 'below nobody', { body: { name: 'No', parent_id: 'nobody' } })
  await call('listChildOrganizations', 'of its own', { query: 'limit=1' })
  await call('searchChildOrganizations', 'by a part', { query: 'q=wire-ch' })
  await call('searchChildOrganizations', 'by nothing')
  await call('getChildOrganization', 'one', { params })
  await call('getChildOrganization', 'outside', { params: { organization_id: world.server.organization_id } })
  await call('updateChildOrganization', 'its name', { params, body: { name: 'Renamed' } })
  const person = await makePerson(world.server, organization_id, { email: 'wire-admin@example.test' })
  const member = { organization_id, user_id: person.user_id }
  await call('listChildMembers', 'all', { params })
  await call('updateChildMember', 'the last admin', { params: member, body: { role: 'viewer' } })
  await makePerson(world.server, organization_id, { email: 'wire-other@example.test' })
  await call('updateChildMember', 'one of two', { params: member, body: { role: 'viewer' } })
  await call('deleteChildMember', 'one', { params: member })
  await call('createChildInvitation', 'of an admin', {
    params,
    body: { email: 'wire-new@example.test', role: 'admin' },
  })
  await call('listChildInvitations', 'all', { params })
  const key = (await createKey({ database, ports: systemPorts }, { organization: organization_id })).secret
  walk.name(key, '<key of the child>')
  await prepare('updateChildOrganization', { params, body: { status: 'suspended' } })
  await call('getOrganization', 'that is suspended', { as: key })
  await prepare('updateChildOrganization', { params, body: { status: 'active' } })
  let parent_id = organization_id
  for (let depth = 2; depth <= 8; depth += 1) {
    const made = await prepare('createChildOrganization', {
      body: { name: 'Deep', slug: `wire-deep-${depth}`, parent_id },
    })
    parent_id = made.json.id as string
  }
  await call('createChildOrganization', 'too deep', { body: { name: 'Deep', parent_id } })
}

async function walkViews(walk: Walk): Promise<void> {
  const { call, prepare, world, organization } = walk
  const { database } = world.server
  const child = await prepare('createChildOrganization', { body: { name: 'Viewed', slug: 'wire-viewed' } })
  const params = { organization_id: child.json.id as string }
  const person = await makePerson(world.server, organization.id, { email: 'wire-viewer@example.test' })
  await givePassword(world.server, person)
  const signed_in = await prepare('signIn', { as: null, headers: page, body: { email: person.email, password } })
  const mine = { as: null, headers: { ...page, cookie: cookieOf(signed_in) } }
  const view = await call('startView', 'with a token', { ...mine, params, body: { reason: 'Ticket 7' } })
  await call('startView', 'by a key', { params, body: { reason: 'Ticket 7' } })
  const looking = { as: view.json.token as string }
  await call('listAgents', 'in a view', looking)
  await call('createAgent', 'in a view', { ...looking, body: { name: 'No' } })
  const key = (await createKey({ database, ports: systemPorts }, { organization: params.organization_id })).secret
  walk.name(key, '<key of the child>')
  await call('listViews', 'of the child', { as: key })
  await call('stopView', 'one', { ...mine, params: { view_id: view.json.id as string } })
  await call('stopView', 'again', { ...mine, params: { view_id: view.json.id as string } })
  await call('updateOrganization', 'without consent', { as: key, body: { settings: { partner_access: 'none' } } })
  await call('startView', 'without consent', { ...mine, params, body: { reason: 'Ticket 8' } })
  await prepare('updateOrganization', { as: key, body: { settings: {} } })
  await call('startViewInSession', 'one', { ...mine, body: { ...params, reason: 'Ticket 9' } })
  await prepare('switchOrganization', { ...mine, body: { organization_id: organization.id } })
  for (let count = 0; count < 20; count += 1) await prepare('startView', { ...mine, params, body: { reason: 'Many' } })
  await call('startView', 'one too many', { ...mine, params, body: { reason: 'Many' } })
}
