import { randomUUID } from 'node:crypto'
import { accessOperations, type Scope, scopes, scopesOfRole } from '@parley/contract'
import { sql } from '../support/sql.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createOrganizationKey,
  createPersonalAccessToken,
  deleteOrganizationKey,
  deletePersonalAccessToken,
  getMyScopes,
  listOrganizationKeys,
  listPersonalAccessTokens,
} from '../../src/access/operations.ts'
import type { Context } from '../../src/calls/context.ts'
import { encodeCursor } from '../../src/database/cursor.ts'
import { authorize } from '../../src/calls/rules/authorize.ts'
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

/** The same caller with fewer scopes. */
function withScopes(ctx: Context, held: readonly Scope[]): Context {
  return fixture.contextOf({ ...ctx.access, scopes: new Set(held) })
}

async function makeAgent(organization_id: string, deleted = false): Promise<string> {
  const id = randomUUID()
  await fixture.database.execute(sql`
    insert into agents (id, organization_id, name, active, is_demo, metadata)
    values (${id}, ${organization_id}, 'A', true, false, '{}')`)
  if (deleted) await fixture.database.pool.query('update agents set deleted_at = now() where id = $1', [id])
  return id
}

describe('createOrganizationKey', () => {
  it('creates an admin key by default, whose secret works', async () => {
    const { organization, ctx } = await enterNewOrganization()
    const made = await createOrganizationKey(ctx, { name: 'Build' })
    expect(made).toEqual({
      key_id: expect.stringMatching(/^[A-Za-z0-9_-]{16}$/),
      name: 'Build',
      role: 'admin',
      scopes: null,
      agent_ids: null,
      mcp: null,
      expires_at: null,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      last_used_at: null,
      pat_key: expect.stringMatching(new RegExp(`^ak_${made.key_id}\\.[A-Za-z0-9_-]{43}$`)),
    })
    expect((await fixture.enter(made.pat_key)).access).toMatchObject({ organization_id: organization.id })
  })

  it('treats null as absent', async () => {
    const { ctx } = await enterNewOrganization()
    const nothing = { role: null, scopes: null, agent_ids: null, expires_at: null }
    expect(await createOrganizationKey(ctx, { name: 'N', ...nothing })).toMatchObject({ role: 'admin', scopes: null })
  })

  it('stores a time of expiry to the millisecond, including distant and past ones', async () => {
    const { ctx } = await enterNewOrganization()
    for (const expires_at of [0, 1, 1_769_851_800_123, 4_102_444_800_999, 253_402_300_800_001, 8_640_000_000_000_000]) {
      expect(await createOrganizationKey(ctx, { name: 'N', expires_at })).toMatchObject({ expires_at })
    }
    const { pat_key } = await createOrganizationKey(ctx, { name: 'Past', expires_at: Date.now() - 1 })
    expect(await refusalOf(fixture.enter(pat_key))).toMatchObject({ error: 'unauthorized' })
  })

  it('grants a list of scopes, each once', async () => {
    const { ctx } = await enterNewOrganization()
    const wanted: Scope[] = ['webhooks:read', 'agents:read', 'webhooks:read']
    const made = await createOrganizationKey(ctx, { name: 'N', scopes: wanted })
    expect(made).toMatchObject({ role: null, scopes: ['agents:read', 'webhooks:read'] })
    const entered = await fixture.enter(made.pat_key)
    expect(await getMyScopes(entered, {})).toEqual(['agents:read', 'webhooks:read'])
  })

  it('refuses a role together with scopes', async () => {
    const { ctx } = await enterNewOrganization()
    const both = createOrganizationKey(ctx, { name: 'N', role: 'viewer', scopes: ['agents:read'] })
    expect(await refusalOf(both)).toMatchObject({ error: 'validation_failed', errors: [{ path: 'scopes' }] })
  })

  it('grants nothing that the caller does not have', async () => {
    const { ctx } = await enterNewOrganization()
    const keeper = withScopes(ctx, ['organizations:manage', 'agents:read'])
    for (const role of [undefined, null, 'admin', 'viewer'] as const) {
      const refusal = await refusalOf(createOrganizationKey(keeper, { name: 'N', ...(role !== undefined && { role }) }))
      expect(refusal).toMatchObject({ error: 'forbidden', detail: expect.stringContaining(`role ${role ?? 'admin'}`) })
    }
    const beyond = createOrganizationKey(keeper, { name: 'N', scopes: ['agents:read', 'agents:manage'] })
    expect(await refusalOf(beyond)).toMatchObject({
      error: 'forbidden',
      detail: 'You cannot grant scopes because you do not have: agents:manage.',
    })
    const within = await createOrganizationKey(keeper, { name: 'N', scopes: ['agents:read', 'organizations:manage'] })
    expect(within.scopes).toEqual(['agents:read', 'organizations:manage'])
    const reader = withScopes(ctx, ['organizations:manage', ...scopesOfRole.viewer])
    expect(await createOrganizationKey(reader, { name: 'N', role: 'viewer' })).toMatchObject({ role: 'viewer' })
  })

  it('narrows to agents of the organization', async () => {
    const { organization, ctx } = await enterNewOrganization()
    const [one, two] = [await makeAgent(organization.id), await makeAgent(organization.id)]
    const made = await createOrganizationKey(ctx, { name: 'N', agent_ids: [one.toUpperCase(), two, one] })
    expect(made.agent_ids?.toSorted()).toEqual([one, two].sort())
    expect((await fixture.enter(made.pat_key)).access.agent_ids).toEqual(new Set([one, two]))
  })

  it('refuses every invalid agent, each with its path', async () => {
    const { organization, ctx } = await enterNewOrganization()
    const other = await fixture.makeOrganization()
    const agent_ids = [
      await makeAgent(organization.id),
      await makeAgent(other.id),
      'nonsense',
      await makeAgent(organization.id, true),
      randomUUID(),
    ]
    expect(await refusalOf(createOrganizationKey(ctx, { name: 'N', agent_ids }))).toMatchObject({
      error: 'validation_failed',
      errors: [1, 2, 3, 4].map((index) => ({ path: `agent_ids.${index}` })),
    })
    const nonsense = createOrganizationKey(ctx, { name: 'N', agent_ids: ['nonsense'] })
    expect(await refusalOf(nonsense)).toMatchObject({ errors: [{ path: 'agent_ids.0' }] })
  })

  it('stores no secret in plain text', async () => {
    const { ctx } = await enterNewOrganization()
    const { pat_key } = await createOrganizationKey(ctx, { name: 'N' })
    const secret = pat_key.slice(pat_key.indexOf('.') + 1)
    const { rows } = await fixture.database.pool.query<{ row: string }>('select c::text as row from credentials c')
    const stored = rows.map(({ row }) => row).join('\n')
    expect(stored).not.toContain(secret)
    expect(stored).not.toContain(Buffer.from(secret).toString('hex'))
  })
})

describe('listOrganizationKeys', () => {
  it('shows every key once, newest first, without a secret', async () => {
    const { ctx } = await enterNewOrganization()
    const made: string[] = []
    const secrets: string[] = []
    for (let count = 0; count < 7; count++) {
      const { key_id, pat_key } = await createOrganizationKey(ctx, { name: `Key ${count}` })
      made.unshift(key_id)
      secrets.push(pat_key.slice(pat_key.indexOf('.') + 1))
    }
    // Equal times must neither lose nor repeat a row.
    const tied = made.slice(2, 5)
    await fixture.database.pool.query(
      `update credentials set created_at = (select created_at from credentials where key_id = $1) where key_id = any($2)`,
      [tied[0], tied],
    )
    for (const limit of [1, 2, 3, 100]) {
      const seen: string[] = []
      let cursor: string | null | undefined
      while (cursor !== null) {
        const page = await listOrganizationKeys(ctx, { limit, ...(cursor && { cursor }) })
        expect(page.pagination.limit).toBe(limit)
        expect(page.data.length).toBeLessThanOrEqual(limit)
        for (const secret of secrets) expect(JSON.stringify(page)).not.toContain(secret)
        for (const row of page.data) expect(Object.keys(row)).not.toContain('secret_hash')
        seen.push(...page.data.map((row) => row.key_id))
        cursor = page.pagination.next_cursor
      }
      expect(seen).toHaveLength(8)
      expect(new Set(seen).size).toBe(8)
      expect([...seen.slice(0, 2), ...seen.slice(5, 7)]).toEqual([...made.slice(0, 2), ...made.slice(5)])
      expect(seen.at(-1)).toBe(ctx.access.actor.id)
    }
  })

  it('has pages of twenty by default', async () => {
    const { ctx } = await enterNewOrganization()
    expect((await listOrganizationKeys(ctx, {})).pagination).toEqual({ limit: 20, next_cursor: null })
  })

  it('shows nothing of another organization, and no token of a member', async () => {
    const { organization, ctx } = await enterNewOrganization()
    await fixture.makeMember(organization.id)
    await createOrganizationKey((await enterNewOrganization()).ctx, { name: 'Elsewhere' })
    const { data } = await listOrganizationKeys(ctx, {})
    expect(data.map((row) => row.name)).toEqual(['Admin key'])
  })

  it.each([
    '!',
    '',
    encodeCursor([]),
    encodeCursor(['2026-01-01T00:00:00.000000Z']),
    encodeCursor(['yesterday', 'k']),
    encodeCursor(['2026-02-30T00:00:00.000000Z', 'k']),
    encodeCursor(['2026-01-01T00:00:00.000000Z', "k' or true--"]),
  ])('refuses the cursor %j', async (cursor) => {
    const { ctx } = await enterNewOrganization()
    const refusal = await refusalOf(listOrganizationKeys(ctx, { cursor }))
    expect(refusal).toMatchObject({ error: 'validation_failed', errors: [{ path: 'cursor' }] })
  })
})

describe('deleteOrganizationKey', () => {
  it('deletes once', async () => {
    const { ctx } = await enterNewOrganization()
    const { key_id } = await createOrganizationKey(ctx, { name: 'N' })
    await deleteOrganizationKey(ctx, { key_id })
    expect(await refusalOf(deleteOrganizationKey(ctx, { key_id }))).toMatchObject({ error: 'not_found' })
  })

  it('finds no key of another organization, no token, and nothing under a malformed id', async () => {
    const { organization, ctx } = await enterNewOrganization()
    const { token } = await fixture.makeMember(organization.id)
    const other = await enterNewOrganization()
    const token_id = token.slice('pat_'.length, token.indexOf('.'))
    for (const key_id of [other.ctx.access.actor.id!, token_id, 'unknown', '', '\0', '../x', 'x'.repeat(1000)]) {
      expect(await refusalOf(deleteOrganizationKey(ctx, { key_id }))).toEqual({
        error: 'not_found',
        detail: 'Key not found',
        errors: undefined,
      })
    }
    await fixture.enter(other.organization.key)
    await fixture.enter(token, organization.id)
  })
})

describe('personal access tokens', () => {
  it('are created, listed and deleted by their user', async () => {
    const { id } = await fixture.makeOrganization()
    const { token } = await fixture.makeMember(id)
    const ctx = await fixture.enterAsUser(token)
    const made = await createPersonalAccessToken(ctx, { name: 'Laptop', expires_at: 4_102_444_800_000 })
    expect(made).toMatchObject({
      name: 'Laptop',
      role: null,
      scopes: null,
      agent_ids: null,
      expires_at: 4_102_444_800_000,
    })
    expect(made.pat_key).toMatch(new RegExp(`^pat_${made.key_id}\\.[A-Za-z0-9_-]{43}$`))
    expect((await fixture.enter(made.pat_key, id)).access.scopes).toEqual(new Set(scopes))

    const { pat_key, ...record } = made
    const page = await listPersonalAccessTokens(ctx, { limit: 1 })
    expect(page.data).toEqual([{ ...record, last_used_at: page.data[0]?.last_used_at }])
    const rest = await listPersonalAccessTokens(ctx, { limit: 1, cursor: page.pagination.next_cursor! })
    expect(rest.data).toHaveLength(1)
    expect(rest.pagination.next_cursor).toBeNull()

    await deletePersonalAccessToken(ctx, { key_id: made.key_id })
    expect(await refusalOf(fixture.enterAsUser(pat_key))).toMatchObject({ error: 'unauthorized' })
  })

  it('are hidden from all other users, even of the same organization', async () => {
    const { id, key } = await fixture.makeOrganization()
    const [one, other] = [await fixture.makeMember(id), await fixture.makeMember(id)]
    const ctx = await fixture.enterAsUser(one.token)
    const { key_id } = await createPersonalAccessToken(await fixture.enterAsUser(other.token), { name: 'N' })
    expect((await listPersonalAccessTokens(ctx, {})).data.map((row) => row.key_id)).not.toContain(key_id)
    const key_of_organization = (await fixture.enter(key)).access.actor.id!
    for (const hidden of [key_id, key_of_organization, 'unknown', '\0']) {
      const deletion = deletePersonalAccessToken(ctx, { key_id: hidden })
      expect(await refusalOf(deletion)).toMatchObject({ error: 'not_found', detail: 'Token not found' })
    }
  })
})

describe('a key that is narrowed to agents', () => {
  it('finds only agents and their conversations', async () => {
    const { organization, ctx } = await enterNewOrganization()
    const made = await createOrganizationKey(ctx, { name: 'N', agent_ids: [await makeAgent(organization.id)] })
    const principal = await fixture.identify(made.pat_key)
    const closed = Object.values(accessOperations).filter(({ access, narrowed }) => access !== 'user' && !narrowed)
    expect(closed.map((operation) => operation.id)).toContain('createOrganizationKey')
    for (const operation of closed) {
      expect(await refusalOf((async () => authorize(operation, principal))())).toMatchObject({ error: 'not_found' })
    }
  })
})

describe('getMyScopes', () => {
  it('lists the scopes of the credential, in the order of the contract', async () => {
    const { organization, ctx } = await enterNewOrganization()
    expect(await getMyScopes(ctx, {})).toEqual([...scopes])
    const viewer = await fixture.makeMember(organization.id, 'viewer')
    expect(await getMyScopes(await fixture.enter(viewer.token, organization.id), {})).toEqual([...scopesOfRole.viewer])
  })
})
