// Invitations: what their links permit, and above all what they do not.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createTokenForUser, createUser } from '../../../src/access/administration.ts'
import { isInvited, takeInvitationsOf } from '../../../src/access/sign-in/invitation-queries.ts'
import type { AppError } from '../../../src/base/errors.ts'
import { systemPorts } from '../../../src/base/ports.ts'
import { type Organization, makeKey, makeOrganization } from '../../support/actors.ts'
import { openBrowser } from '../../support/browser.ts'
import { type TestServer, refusal, startTestServer } from '../../support/server.ts'
import { enter, enterAsMember, forgetAttempts, givePassword, makePerson, newEmail, password } from './support.ts'

let server: TestServer
let other: Organization
beforeAll(async () => {
  server = await startTestServer({ PARLEY_PUBLIC_URL: 'http://parley.example.test' })
  other = await makeOrganization(server)
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => forgetAttempts(server))

const browser = () => openBrowser(server.url)
const invite = (email: string, role: 'admin' | 'viewer' = 'viewer', client = server.client) =>
  client.createInvitation({ email, role })
const accept = (token: string, given: { password?: string; name?: string } = { password }, from = browser()) =>
  from.client.acceptInvitation({ token, ...given })
const gone = { status: 404, code: 'not_found', message: 'Invitation not found' }
const closed = { status: 409, code: 'invitation_closed' }
const roleOf = async (email: string, client = server.client) =>
  (await client.listMembers({ limit: 100 })).data.find((member) => member.email === email)?.role

describe('an invitation', () => {
  test('makes a person a member, with a name and password of their choice', async () => {
    const email = newEmail()
    const invitation = await invite(email.toUpperCase())
    expect(invitation).toMatchObject({
      email,
      role: 'viewer',
      invited_by: { type: 'credential', name: 'First admin key' },
    })
    expect(invitation.url).toBe(`http://parley.example.test/accept-invitation#${invitation.token}`)
    const life_ms = Date.parse(invitation.expires_at) - Date.parse(invitation.created_at)
    expect(Math.abs(life_ms - 604_800_000)).toBeLessThan(60_000)
    expect(await browser().client.readInvitation({ token: invitation.token })).toEqual({
      organization: { name: 'My organization' },
      ...{ email, role: 'viewer', name: null, needs: 'new_password', expires_at: invitation.expires_at },
    })

    const at = browser()
    const session = await accept(invitation.token, { password, name: 'Ada' }, at)
    expect(session).toMatchObject({ way: 'password', user: { email, name: 'Ada' }, organization: { role: 'viewer' } })
    expect((await at.client.getSignInSession()).session).toEqual(session)
    expect(await roleOf(email)).toBe('viewer')
    await enter(server, email)
  })

  test('can be accepted only once, even by many at the same time', async () => {
    const { token } = await invite(newEmail())
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => accept(token)))
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
    expect(await refusal(accept(token))).toMatchObject(closed)
    expect(await refusal(browser().client.readInvitation({ token }))).toMatchObject(gone)
  })

  test('ends with time, when it is deleted, and when another one replaces it', async () => {
    const email = newEmail()
    const late = await invite(email)
    await server.database.pool.query('update invitations set expires_at = now() where id = $1', [late.invitation_id])
    expect(await refusal(accept(late.token))).toMatchObject(closed)
    const taken = await invite(newEmail())
    await server.client.deleteInvitation({ invitation_id: taken.invitation_id })
    expect(await refusal(accept(taken.token))).toMatchObject(closed)
    const first = await invite(email)
    const second = await invite(email, 'admin')
    expect(await refusal(accept(first.token))).toMatchObject(closed)
    expect((await accept(second.token)).organization.role).toBe('admin')
  })

  test('ends when its creator loses their permissions', async () => {
    const [leaving, demoted] = [
      await enterAsMember(server, server.organization_id),
      await enterAsMember(server, server.organization_id),
    ]
    await enterAsMember(server, server.organization_id)
    const { key_id, pat_key } = await server.client.createOrganizationKey({ name: 'K' })
    const tokens = [
      (await invite(newEmail(), 'admin', leaving.browser.client)).token,
      (await invite(newEmail(), 'admin', demoted.browser.client)).token,
      (await invite(newEmail(), 'admin', server.as({ token: pat_key }))).token,
    ]
    await server.client.deleteMember({ user_id: leaving.person.user_id })
    await server.client.updateMember({ user_id: demoted.person.user_id, role: 'viewer' })
    await server.client.deleteOrganizationKey({ key_id })
    for (const token of tokens) expect(await refusal(accept(token))).toMatchObject(closed)
  })

  test('ends with the key that made it, and with its sessions, also for someone who proves their address', async () => {
    const { pat_key, key_id } = await server.client.createOrganizationKey({ name: 'Temporary' })
    const at = browser()
    await at.client.signIn({ api_key: pat_key })
    const [by_key, by_session] = [newEmail(), newEmail()]
    const invitations = [
      await invite(by_key, 'viewer', server.as({ token: pat_key })),
      await at.client.createInvitation({ email: by_session, role: 'viewer' }),
    ]
    await server.database.pool.query('update credentials set expires_at = now() where key_id = $1', [key_id])
    const open = (await server.client.listInvitations({ limit: 100 })).data.map(({ email }) => email)
    for (const { token, email } of invitations) {
      expect(await refusal(browser().client.readInvitation({ token }))).toMatchObject(gone)
      expect(await refusal(accept(token))).toMatchObject(closed)
      expect(await isInvited(server.database, email)).toBe(false)
      expect(await server.database.transaction((tx) => takeInvitationsOf(tx, email))).toEqual([])
      expect(open).not.toContain(email)
    }
    // Someone else can invite the same person.
    await accept((await invite(by_key)).token)
    expect(await roleOf(by_key)).toBe('viewer')
  })

  test('does not let a removed member return', async () => {
    const { person } = await enterAsMember(server, server.organization_id)
    const { token } = await invite(person.email)
    await server.client.deleteMember({ user_id: person.user_id })
    expect(await refusal(accept(token))).toMatchObject(closed)
  })

  test('is listed without its token while it is open', async () => {
    const there = await makeOrganization(server)
    const made = []
    for (const email of [newEmail(), newEmail(), newEmail()]) made.unshift(await invite(email, 'viewer', there.client))
    const { token: _, url: __, ...record } = made[0]!
    const first = await there.client.listInvitations({ limit: 2 })
    expect(first.data[0]).toEqual(record)
    const cursor = first.pagination.next_cursor!
    const rest = await there.client.listInvitations({ limit: 2, cursor })
    expect([...first.data, ...rest.data].map((row) => row.invitation_id)).toEqual(made.map((row) => row.invitation_id))
    expect(rest.pagination.next_cursor).toBeNull()
    await accept(made[0]!.token)
    expect((await there.client.listInvitations()).data).toHaveLength(2)
  })

  test('grants no role that the caller does not have', async () => {
    const client = server.as({ token: await makeKey(server, { only: ['members:manage'] }) })
    for (const role of ['admin', 'viewer'] as const)
      expect(await refusal(invite(newEmail(), role, client))).toMatchObject({ status: 403, code: 'forbidden' })
  })

  test('counts towards a limit', async () => {
    const there = await makeOrganization(server)
    await server.database.pool.query(
      `insert into invitations (id, organization_id, token_hash, email, role, invited_by, expires_at)
       select gen_random_uuid(), $1::uuid, sha256(convert_to(i || $1::text, 'UTF8')), i || '@example.test', 'viewer', '{}', now() + interval '1 day'
       from generate_series(1, 999) i`,
      [there.id],
    )
    const outcomes = await Promise.allSettled(
      Array.from({ length: 3 }, () => invite(newEmail(), 'viewer', there.client)),
    )
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
    expect(await refusal(invite(newEmail(), 'viewer', there.client))).toMatchObject({ code: 'too_many_invitations' })
    await invite('1@example.test', 'viewer', there.client)
  })

  test.each([
    [{ password: 'elevenchars' }, 'password'],
    [{ password: 'x'.repeat(257) }, 'password'],
    [{ name: 'Ada' }, 'password'],
    [{ password, name: ' ' }, 'name'],
  ])('is not used up by invalid input (%j)', async (given, path) => {
    const { token } = await invite(newEmail())
    expect(await refusal(accept(token, given))).toMatchObject({ status: 422, errors: [{ path }] })
    await accept(token, { password: '🐎'.repeat(12) })
  })
})

describe('a new password by an invitation', () => {
  test('for a member of only this organization: their sessions end', async () => {
    const { person, browser: before } = await enterAsMember(server, server.organization_id, 'admin')
    const { token } = await invite(person.email, 'admin')
    const session = await accept(token, { password: 'a horse of another colour' })
    expect(session).toMatchObject({ user: { user_id: person.user_id }, organization: { role: 'admin' } })
    expect((await before.client.getSignInSession()).session).toBeNull()
    await enter(server, person.email, 'a horse of another colour')
    await refusal(browser().client.signIn({ email: person.email, password }))
  })

  test('gives no more than the role of the invitation', async () => {
    const person = await makePerson(server, server.organization_id, { role: 'viewer' })
    const { token } = await invite(person.email, 'viewer')
    await server.client.updateMember({ user_id: person.user_id, role: 'admin' })
    expect(await refusal(accept(token))).toMatchObject(gone)
    await refusal(browser().client.signIn({ email: person.email, password }))
    // Nor does it lower the role of a member.
    const { token: again } = await invite(person.email, 'admin')
    await server.client.updateMember({ user_id: person.user_id, role: 'viewer' })
    expect((await accept(again)).organization.role).toBe('viewer')
  })
})

describe('a link of one organization gives no access to another', () => {
  test('a member elsewhere must give their own password', async () => {
    const person = await makePerson(server, server.organization_id)
    await givePassword(server, person)
    const { token } = await invite(person.email, 'viewer', other.client)
    expect((await browser().client.readInvitation({ token })).needs).toBe('password')
    const wrong = accept(token, { password: 'chosen by the attacker' })
    expect(await refusal(wrong)).toMatchObject({ status: 401, code: 'unauthorized' })
    await enter(server, person.email)
    const session = await accept(token, { password })
    expect(session.organizations.map(({ id }) => id)).toEqual([server.organization_id, other.id])
  })

  test('a member elsewhere without a password must have a session', async () => {
    const person = await makePerson(server, server.organization_id)
    const { token } = await invite(person.email, 'viewer', other.client)
    expect((await browser().client.readInvitation({ token })).needs).toBe('sign_in')
    expect(await refusal(accept(token))).toMatchObject({ status: 409, code: 'invitation_needs_sign_in' })
    const { browser: stranger } = await enterAsMember(server, server.organization_id)
    expect(await refusal(accept(token, { password }, stranger))).toMatchObject({ code: 'invitation_needs_sign_in' })
    await givePassword(server, person)
    const own = await enter(server, person.email)
    expect((await accept(token, {}, own)).organization.id).toBe(other.id)
  })

  test('a person who invited themselves under an address cannot join elsewhere with only the address', async () => {
    const email = newEmail()
    const { token } = await invite(email, 'viewer', other.client)
    const squatter = browser()
    await accept(token, { password: 'chosen by the attacker' }, squatter)
    const { pat_key } = await squatter.client.createPersonalAccessToken({ name: 'Kept' })
    await server.client.createMember({ email, role: 'admin' })
    expect(await roleOf(email)).toBeUndefined()
    expect((await squatter.client.getSignInSession()).session!.organizations.map(({ id }) => id)).toEqual([other.id])
    const operator = { database: server.database, ports: systemPorts }
    const by_operator = createUser(operator, { email, organization: server.organization_id, role: 'admin' })
    await expect(by_operator).rejects.toMatchObject({ error: 'invitation_needed' })

    // The operator knows the owner of the address, so the squatter loses access.
    await givePassword(server, { user_id: '', email })
    expect((await squatter.client.getSignInSession()).session).toBeNull()
    const token_holder = server.as({ token: pat_key, organization_id: other.id })
    expect(await refusal(token_holder.getMyScopes())).toMatchObject({ status: 401 })
    await createUser(operator, { email, organization: server.organization_id, role: 'admin' })
    await refusal(browser().client.signIn({ email, password: 'chosen by the attacker' }))
    await enter(server, email)
  })

  test('a user without memberships leaves nothing to a person who is invited under their address', async () => {
    const email = newEmail()
    await accept((await invite(email, 'viewer', other.client)).token, { password: 'chosen by the attacker' })
    const squatter = await enter(server, email, 'chosen by the attacker')
    const { pat_key } = await squatter.client.createPersonalAccessToken({ name: 'Kept' })
    const { user_id } = (await squatter.client.getSignInSession()).session!.user!
    await other.client.deleteMember({ user_id })
    await accept((await invite(email, 'admin')).token)
    await refusal(browser().client.signIn({ email, password: 'chosen by the attacker' }))
    const client = server.as({ token: pat_key, organization_id: server.organization_id })
    expect(await refusal(client.getMyScopes())).toMatchObject({ status: 401 })
  })

  test('adding and inviting at the same moment never both succeed', async () => {
    await makePerson(server, other.id)
    const { email, user_id } = await makePerson(server, other.id)
    await other.client.deleteMember({ user_id })
    const { token, invitation_id } = await invite(email, 'viewer', other.client)
    const { pool } = server.database
    const holder = await pool.connect()
    const waiting = async () =>
      (
        await pool.query(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
      ).rows.length
    try {
      // The acceptance has been checked, and is blocked before it sets the password.
      await holder.query('begin')
      await holder.query('select 1 from invitations where id = $1 for update', [invitation_id])
      const accepted = accept(token, { password: 'chosen by the attacker' })
      await expect.poll(waiting, { timeout: 90_000 }).toBe(1)
      let isSettled = false
      const operator = { database: server.database, ports: systemPorts }
      const added = createUser(operator, { email, organization: server.organization_id, role: 'admin' }).then(
        () => 'added',
        (error: AppError) => error.error,
      )
      void added.then(() => (isSettled = true))
      await expect.poll(async () => isSettled || (await waiting()) === 2, { timeout: 90_000 }).toBe(true)
      await holder.query('commit')
      await accepted
      expect(await added).toBe('invitation_needed')
    } finally {
      holder.release()
    }
  })

  test('tokens from an operator stay valid for a member of this organization', async () => {
    const person = await makePerson(server, server.organization_id)
    const { secret } = await createTokenForUser({ database: server.database, ports: systemPorts }, person)
    await accept((await invite(person.email, 'admin')).token)
    await server.as({ token: secret, organization_id: server.organization_id }).getMyScopes()
  })
})
