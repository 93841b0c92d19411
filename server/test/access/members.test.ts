import { randomUUID } from 'node:crypto'
import { type Scope, scopes, scopesOfRole } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createMember,
  deleteMember,
  getOrganization,
  listMembers,
  updateMember,
  updateOrganization,
} from '../../src/access/operations.ts'
import { createUser } from '../../src/access/administration.ts'
import { listInvitations } from '../../src/access/sign-in/invitations.ts'
import type { Context } from '../../src/calls/context.ts'
import { encodeCursor } from '../../src/database/cursor.ts'
import { createFixture, type Fixture, refusalOf } from './fixture.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

async function enterNewOrganization() {
  const organization = await fixture.makeOrganization()
  return { organization, ctx: await fixture.enter(organization.key) }
}

function withScopes(ctx: Context, held: readonly Scope[]): Context {
  return fixture.contextOf({ ...ctx.access, scopes: new Set(held) })
}

const newEmail = () => `${randomUUID()}@example.test`
const roleOf = async (ctx: Context, user_id: string) =>
  (await listMembers(ctx, { limit: 100 })).data.find((member) => member.user_id === user_id)?.role

const addMember = (organization: string, email: string, role: 'admin' | 'viewer', name?: string) =>
  createUser(fixture.administration, { organization, email, role, name })

describe('createUser, for an operator', () => {
  it('creates a user for an unknown address', async () => {
    const { ctx, organization } = await enterNewOrganization()
    const email = newEmail()
    const member = await addMember(organization.id, ` ${email.toUpperCase()} `, 'viewer', 'Ada')
    expect(member).toEqual({
      user_id: expect.any(String),
      email,
      name: 'Ada',
      role: 'viewer',
      created_at: expect.stringMatching(/\.\d{6}Z$/),
    })
    expect((await listMembers(ctx, {})).data).toEqual([member])
  })

  it('uses an existing user with the address unchanged', async () => {
    const [one, other] = [await enterNewOrganization(), await enterNewOrganization()]
    const email = newEmail()
    const first = await addMember(one.organization.id, email, 'admin', 'Ada')
    const second = await addMember(other.organization.id, email.toUpperCase(), 'viewer', 'Someone else')
    expect(second).toMatchObject({ user_id: first.user_id, email, name: 'Ada', role: 'viewer' })
    expect(await roleOf(one.ctx, first.user_id)).toBe('admin')
  })

  it('gives a name to an existing user without one', async () => {
    const [one, other] = [await enterNewOrganization(), await enterNewOrganization()]
    const email = newEmail()
    expect(await addMember(one.organization.id, email, 'admin')).toMatchObject({ name: null })
    expect(await addMember(other.organization.id, email, 'viewer', 'Ada')).toMatchObject({ name: 'Ada' })
  })

  it('refuses who is a member already', async () => {
    const { ctx, organization } = await enterNewOrganization()
    const email = newEmail()
    const { user_id } = await addMember(organization.id, email, 'viewer')
    const again = addMember(organization.id, email.toUpperCase(), 'admin')
    expect(await refusalOf(again)).toMatchObject({ error: 'member_exists' })
    expect(await roleOf(ctx, user_id)).toBe('viewer')
  })

  it('creates one user and one member in many simultaneous calls', async () => {
    const { ctx, organization } = await enterNewOrganization()
    const email = newEmail()
    const calls = Array.from({ length: 8 }, () => addMember(organization.id, email, 'viewer'))
    const outcomes = await Promise.allSettled(calls)
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
    expect((await listMembers(ctx, {})).data).toHaveLength(1)
  })
})

describe('createMember', () => {
  it('invites, and makes no one a member by their address alone', async () => {
    const { ctx } = await enterNewOrganization()
    const other = await enterNewOrganization()
    const email = newEmail()
    await addMember(other.organization.id, email, 'admin', 'Known elsewhere')
    const invitation = await createMember(ctx, { email: ` ${email.toUpperCase()} `, role: 'viewer', name: 'Ada' })
    expect(invitation).toMatchObject({ email, name: 'Ada', role: 'viewer', token: expect.any(String) })
    const life_ms = Date.parse(invitation.expires_at) - Date.parse(invitation.created_at)
    expect(Math.round(life_ms / 86_400_000)).toBe(30)
    expect((await listMembers(ctx, {})).data).toEqual([])
    expect((await listInvitations(ctx, {})).data).toMatchObject([{ invitation_id: invitation.invitation_id }])
  })

  it('refuses who is a member already', async () => {
    const { ctx, organization } = await enterNewOrganization()
    const { email } = await fixture.makeMember(organization.id)
    const again = createMember(ctx, { email: ` ${email.toUpperCase()}`, role: 'admin' })
    expect(await refusalOf(again)).toMatchObject({ error: 'member_exists' })
    expect((await listInvitations(ctx, {})).data).toEqual([])
  })

  it('grants no role that the caller does not have', async () => {
    const { ctx } = await enterNewOrganization()
    const keeper = withScopes(ctx, ['members:manage'])
    for (const role of ['admin', 'viewer'] as const) {
      const refusal = await refusalOf(createMember(keeper, { email: newEmail(), role }))
      expect(refusal).toMatchObject({ error: 'forbidden', detail: expect.stringContaining(`grant the role ${role}`) })
    }
    const reader = withScopes(ctx, ['members:manage', ...scopesOfRole.viewer])
    expect(await createMember(reader, { email: newEmail(), role: 'viewer' })).toMatchObject({ role: 'viewer' })
    expect(await refusalOf(createMember(reader, { email: newEmail(), role: 'admin' }))).toMatchObject({
      error: 'forbidden',
    })
  })
})

describe('listMembers', () => {
  it('shows every member of the organization once, newest first', async () => {
    const { organization, ctx } = await enterNewOrganization()
    await fixture.makeMember((await fixture.makeOrganization()).id)
    const made: string[] = []
    for (let count = 0; count < 5; count++) made.unshift((await fixture.makeMember(organization.id)).user_id)
    const seen: string[] = []
    let cursor: string | null | undefined
    while (cursor !== null) {
      const page = await listMembers(ctx, { limit: 2, ...(cursor && { cursor }) })
      seen.push(...page.data.map((member) => member.user_id))
      cursor = page.pagination.next_cursor
    }
    expect(seen).toEqual(made)
  })

  it('refuses the cursor of another list', async () => {
    const { ctx } = await enterNewOrganization()
    const cursor = encodeCursor(['2026-01-01T00:00:00.000000Z', 'a_key_id'])
    expect(await refusalOf(listMembers(ctx, { cursor }))).toMatchObject({ errors: [{ path: 'cursor' }] })
  })
})

describe('updateMember', () => {
  it('changes the role, and immediately what the member’s tokens can do', async () => {
    const { organization, ctx } = await enterNewOrganization()
    const member = await fixture.makeMember(organization.id, 'viewer')
    const updated = await updateMember(ctx, { user_id: member.user_id.toUpperCase(), role: 'admin' })
    const { token, ...record } = member
    expect(updated).toEqual({ ...record, role: 'admin' })
    expect((await fixture.enter(token, organization.id)).access.scopes).toEqual(new Set(scopes))
  })

  it('does not let a lesser role promote or demote an admin', async () => {
    const { organization, ctx } = await enterNewOrganization()
    const [admin, viewer] = [
      await fixture.makeMember(organization.id),
      await fixture.makeMember(organization.id, 'viewer'),
    ]
    const reader = withScopes(ctx, ['members:manage', ...scopesOfRole.viewer])
    const promotion = updateMember(reader, { user_id: viewer.user_id, role: 'admin' })
    expect(await refusalOf(promotion)).toMatchObject({ error: 'forbidden' })
    const demotion = updateMember(reader, { user_id: admin.user_id, role: 'viewer' })
    expect(await refusalOf(demotion)).toMatchObject({
      error: 'forbidden',
      detail: expect.stringContaining('change a member with the role admin'),
    })
    expect(await roleOf(ctx, admin.user_id)).toBe('admin')
    expect(await roleOf(ctx, viewer.user_id)).toBe('viewer')
  })
})

describe('deleteMember', () => {
  it('ends the access of the member’s tokens here at once, and only here', async () => {
    const [here, there] = [await enterNewOrganization(), await enterNewOrganization()]
    await fixture.makeMember(here.organization.id)
    const member = await fixture.makeMember(here.organization.id)
    await addMember(there.organization.id, member.email, 'viewer')
    await deleteMember(here.ctx, { user_id: member.user_id })
    expect(await refusalOf(fixture.enter(member.token, here.organization.id))).toMatchObject({ error: 'unauthorized' })
    expect((await fixture.enter(member.token, there.organization.id)).access.scopes.has('agents:read')).toBe(true)
  })

  it('does not let a lesser role remove an admin', async () => {
    const { organization, ctx } = await enterNewOrganization()
    const [admin, viewer] = [
      await fixture.makeMember(organization.id),
      await fixture.makeMember(organization.id, 'viewer'),
    ]
    const reader = withScopes(ctx, ['members:manage', ...scopesOfRole.viewer])
    const removal = deleteMember(reader, { user_id: admin.user_id })
    expect(await refusalOf(removal)).toMatchObject({ error: 'forbidden' })
    await deleteMember(reader, { user_id: viewer.user_id })
    expect((await listMembers(ctx, {})).data.map((member) => member.user_id)).toEqual([admin.user_id])
  })
})

describe('a member of another organization, or of none', () => {
  it('is not found', async () => {
    const { ctx } = await enterNewOrganization()
    const other = await enterNewOrganization()
    const elsewhere = await fixture.makeMember(other.organization.id)
    for (const user_id of [elsewhere.user_id, randomUUID(), 'nonsense', '', '\0']) {
      const missing = { error: 'not_found', detail: 'Member not found', errors: undefined }
      expect(await refusalOf(updateMember(ctx, { user_id, role: 'viewer' }))).toEqual(missing)
      expect(await refusalOf(deleteMember(ctx, { user_id }))).toEqual(missing)
    }
    expect(await roleOf(other.ctx, elsewhere.user_id)).toBe('admin')
  })
})

describe('the organization', () => {
  it('can be read and changed in the given fields', async () => {
    const { organization, ctx } = await enterNewOrganization()
    const { key, ...record } = organization
    expect(key).toMatch(/^ak_/)
    expect(await getOrganization(ctx, {})).toEqual({ ...record, settings: {} })
    const settings = { theme: { dark: true }, list: [1, null, 'ü'] }
    expect(await updateOrganization(ctx, { settings })).toEqual({ ...record, settings })
    const slug = `slug-${randomUUID()}`
    expect(await updateOrganization(ctx, { name: 'Other', slug, settings: null })).toEqual({
      ...record,
      name: 'Other',
      slug,
      settings,
    })
    expect(await updateOrganization(ctx, { name: null, slug: null })).toMatchObject({ name: 'Other', slug })
    expect(await updateOrganization(ctx, { settings: {} })).toMatchObject({ settings: {} })
    expect(await updateOrganization(ctx, {})).toEqual(await getOrganization(ctx, {}))
  })

  it('cannot take the slug of another one, but keep its own', async () => {
    const [one, other] = [await enterNewOrganization(), await enterNewOrganization()]
    const taken = updateOrganization(one.ctx, { name: 'Unchanged', slug: other.organization.slug })
    expect(await refusalOf(taken)).toMatchObject({ error: 'slug_taken' })
    expect(await getOrganization(one.ctx, {})).toMatchObject({ name: one.organization.name })
    const { slug } = one.organization
    expect(await updateOrganization(one.ctx, { slug })).toMatchObject({ slug })
  })

  it('has settings with a size limit in bytes', async () => {
    const { ctx } = await enterNewOrganization()
    const most = ctx.core.config.limits.metadata_bytes - '{"text":""}'.length
    await updateOrganization(ctx, { settings: { text: 'x'.repeat(most) } })
    for (const text of ['x'.repeat(most + 1), 'ü'.repeat(most)]) {
      const refusal = await refusalOf(updateOrganization(ctx, { settings: { text } }))
      expect(refusal).toMatchObject({ error: 'validation_failed', errors: [{ path: 'settings' }] })
    }
  })
})
