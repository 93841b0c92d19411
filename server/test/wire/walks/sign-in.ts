// Signing in and out, as browsers do it: sessions and their cookies, invitations, an identity provider.
import { givePassword, makePerson } from '../../access/sign-in/support.ts'
import { type Recorder } from '../recorder.ts'
import { public_url, type Walk } from '../world.ts'
import { password } from './constants.ts'

/** What a page of the server sends with every request. */
const page = { 'x-parley-csrf': '1', 'sec-fetch-site': 'same-origin' }

type SetCookies = { headers: { 'set-cookie'?: string[] } }
const cookieOf = ({ headers }: SetCookies) => headers['set-cookie']![0]!.split(';', 1)[0]!

export async function walkSessions(walk: Walk): Promise<void> {
  const { call, world, organization } = walk
  const person = await makePerson(world.server, organization.id, { email: 'ada@example.test' })
  await givePassword(world.server, person)
  const visitor = { as: null, headers: page }
  await call('getSignInSession', 'of nobody', visitor)
  await call('signIn', 'from another page', { as: null, body: { email: person.email, password } })
  await call('signIn', 'from a page of another origin', {
    as: null,
    headers: { 'x-parley-csrf': '1', origin: 'https://elsewhere.test' },
    body: { email: person.email, password },
  })
  await call('signIn', 'faults', { ...visitor, body: { email: 'ada', password: '' } })
  await call('signIn', 'with nothing', { ...visitor, body: {} })
  await call('signIn', 'with a wrong password', { ...visitor, body: { email: person.email, password: 'wrong' } })
  const signedIn = await call('signIn', 'with a password', { ...visitor, body: { email: person.email, password } })
  const mine = { as: null, headers: { ...page, cookie: cookieOf(signedIn) } }
  await call('getSignInSession', 'of a user', mine)
  await call('getMyScopes', 'of a session', mine)
  await call('createAgent', 'by a session', { ...mine, body: { name: 'By a session' } })
  await call('createAgent', 'by a session, from another page', {
    as: null,
    headers: { cookie: cookieOf(signedIn) },
    body: { name: 'No' },
  })
  await call('createPersonalAccessToken', 'by a session', { ...mine, body: { name: 'Minted' } })
  await call('switchOrganization', 'to its own', { ...mine, body: { organization_id: organization.id } })
  await call('switchOrganization', 'to one of others', {
    ...mine,
    body: { organization_id: world.server.organization_id },
  })
  await call('switchOrganization', 'by a key', { body: { organization_id: organization.id } })
  await call('changePassword', 'too short', { ...mine, body: { current_password: password, new_password: 'short' } })
  await call('changePassword', 'the wrong one', {
    ...mine,
    body: { current_password: 'wrong', new_password: password },
  })
  await call('changePassword', 'to another', {
    ...mine,
    body: { current_password: password, new_password: `${password}!` },
  })
  await call('signOut', 'of a session', mine)
  await call('getMyScopes', 'of a session that is over', mine)
  await call('signOut', 'of none', visitor)
  const again = await call('signIn', 'with a key', { ...visitor, body: { api_key: organization.key } })
  const of_key = { as: null, headers: { ...page, cookie: cookieOf(again) } }
  await call('changePassword', 'of a key', { ...of_key, body: { current_password: password, new_password: password } })
  await call('signOutEverywhere', 'of a key', of_key)
  await call('signOutEverywhere', 'without a session', visitor)
}

export async function walkInvitations(walk: Walk): Promise<void> {
  const { call, world, organization } = walk
  const visitor = { as: null, headers: page }
  const invitation = await call('createInvitation', 'of somebody new', {
    body: { email: 'Bob@example.test', role: 'viewer', name: 'Bob', expires_in_seconds: 3600 },
  })
  await call('createInvitation', 'faults', { body: { email: 'bob', role: 'king', expires_in_seconds: 1 } })
  const other = await call('createInvitation', 'of another', { body: { email: 'eve@example.test', role: 'admin' } })
  const first = await call('listInvitations', 'the first page', { query: 'limit=1' })
  await call('listInvitations', 'the last page', { query: `limit=1&cursor=${first.json.pagination.next_cursor}` })
  const { token } = invitation.json
  await call('readInvitation', 'that is open', { ...visitor, body: { token } })
  await call('readInvitation', 'that does not exist', { ...visitor, body: { token: 'nonsense' } })
  await call('acceptInvitation', 'without a password', { ...visitor, body: { token } })
  const accepted = await call('acceptInvitation', 'with a new password', { ...visitor, body: { token, password } })
  await call('acceptInvitation', 'again', { ...visitor, body: { token, password } })
  await call('getSignInSession', 'of who has accepted', { as: null, headers: { ...page, cookie: cookieOf(accepted) } })
  const params = { invitation_id: other.json.invitation_id }
  await call('deleteInvitation', 'one', { params })
  await call('deleteInvitation', 'again', { params })
  const known = await makePerson(world.server, world.server.organization_id, { email: 'known@example.test' })
  const { json: own } = await walk.prepare('createInvitation', { body: { email: known.email, role: 'viewer' } })
  await call('acceptInvitation', 'by who has to sign in', { ...visitor, body: { token: own.token, password } })
  await givePassword(world.server, known)
  await call('acceptInvitation', 'with a wrong password', {
    ...visitor,
    body: { token: own.token, password: 'not this one' },
  })
  await call('acceptInvitation', 'with their own password', { ...visitor, body: { token: own.token, password } })
  const { pool } = world.server.database
  await pool.query(
    `insert into invitations (id, organization_id, token_hash, email, role, invited_by, expires_at)
     select gen_random_uuid(), $1::uuid, sha256(convert_to(i || $1::text, 'UTF8')), i || '@example.test', 'viewer', '{}', now() + interval '1 day'
     from generate_series(1, 1000) i`,
    [organization.id],
  )
  await call('createInvitation', 'one too many', { body: { email: 'last@example.test', role: 'viewer' } })
  await pool.query('delete from invitations where organization_id = $1', [organization.id])
  await pool.query(
    `with made as (insert into users (id, email) select gen_random_uuid(), i || $1 || '@example.test' from generate_series(1, 10000) i returning id)
     insert into members (organization_id, user_id, role) select $1::uuid, id, 'viewer' from made`,
    [organization.id],
  )
  await call('createInvitation', 'to a full organization', { body: { email: 'last@example.test', role: 'viewer' } })
}

/** On a node that browsers reach over HTTPS. */
export async function walkOpenId(walk: Walk): Promise<void> {
  const { world, organization } = walk
  await using node = await world.server.startAnother(world.provider.settings(public_url))
  walk.name(new URL(node.url).host, '<server>')
  const there = walk.at(node.url)
  const visitor = { as: null, headers: page }
  await walk.call('startOpenIdSignIn', 'where there is no provider', { ...visitor, body: {} })
  await there.call('getSignInSession', 'with an identity provider', visitor)
  world.provider.accounts.set('ada', { email: 'member@example.test', email_verified: true, name: 'Ada' })
  await makePerson(world.server, organization.id, { email: 'member@example.test' })
  const signedIn = await comeBack(walk, there, 'a member')
  await there.call('getSignInSession', 'of who came from the provider', {
    as: null,
    headers: { ...page, cookie: cookieOf({ headers: { 'set-cookie': [signedIn] } }) },
  })
  world.provider.accounts.set('ada', { email: 'stranger@example.test', email_verified: true })
  await there.call('finishOpenIdSignIn', 'without a cookie', { as: null })
  world.provider.intercept = () => ({ status: 500, body: 'broken' })
  await using other = await world.server.startAnother(world.provider.settings(public_url))
  walk.name(new URL(other.url).host, '<server>')
  await walk.at(other.url).call('startOpenIdSignIn', 'when the provider is broken', { ...visitor, body: {} })
  world.provider.intercept = null
}

/** There and back; returns the cookie of the session. */
async function comeBack({ world }: Walk, there: Recorder, who: string): Promise<string> {
  const visitor = { as: null, headers: page }
  const begun = await there.call('startOpenIdSignIn', who, { ...visitor, body: { return_to: '/agents?page=2#top' } })
  const back = await world.provider.signIn(begun.json.authorization_url, 'ada')
  const finished = await there.call('finishOpenIdSignIn', who, {
    as: null,
    headers: { cookie: cookieOf(begun) },
    query: back.split('?', 2)[1]!,
  })
  return finished.headers['set-cookie']!.find((cookie) => cookie.includes('session='))!
}
