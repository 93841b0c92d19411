import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { scopesOfRole } from '@parley/contract'
import { sql } from '../support/sql.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKey, createTokenForUser } from '../../src/access/administration.ts'
import { authenticate } from '../../src/access/authenticate.ts'
import type { AnyStatement } from '../../src/database/database.ts'
import { deleteOrganizationKey, deletePersonalAccessToken } from '../../src/access/operations.ts'
import { createFixture, type Fixture, refusalOf } from './fixture.ts'
import { eventually } from '../support/eventually.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

const keyIdOf = (text: string) => text.slice(text.indexOf('_') + 1, text.indexOf('.'))
const withSecret = (text: string, secret: string) => `${text.slice(0, text.indexOf('.'))}.${secret}`

function lastUseOf(text: string) {
  const used = sql<{ last_used_at: string | null }>`
    select last_used_at from credentials where key_id = ${keyIdOf(text)}`
  return fixture.database.execute(used).then(([row]) => row!.last_used_at)
}

describe('an organization key', () => {
  it('implies its organization and has the scopes of its role', async () => {
    const { id, key } = await fixture.makeOrganization()
    expect(await fixture.identify(key)).toEqual({
      kind: 'member',
      access: {
        organization_id: id,
        actor: { type: 'credential', id: keyIdOf(key), name: 'Admin key' },
        scopes: new Set(scopesOfRole.admin),
        agent_ids: null,
        conversation: null,
        limit_key: `organization_key ${keyIdOf(key)}`,
      },
    })
  })

  it('ignores the organization header', async () => {
    const one = await fixture.makeOrganization()
    const other = await fixture.makeOrganization()
    for (const header of [other.id, 'nonsense', '']) {
      expect(await fixture.identify(one.key, header)).toMatchObject({ access: { organization_id: one.id } })
    }
  })

  it('has exactly its own list of scopes, and unknown scopes grant nothing', async () => {
    const { id, key } = await fixture.makeOrganization()
    await fixture.database.execute(sql`
      update credentials set role = null, scopes = ${['agents:read', 'everything:manage']}
      where key_id = ${keyIdOf(key)}`)
    const principal = await fixture.identify(key)
    expect(principal).toMatchObject({ access: { organization_id: id, scopes: new Set(['agents:read']) } })
  })

  it('accepts the scheme in any case', async () => {
    const { key } = await fixture.makeOrganization()
    for (const scheme of ['bearer', 'BEARER', 'Bearer', 'beaRer']) {
      const headers = { authorization: `${scheme}  ${key}`, organization_header: undefined }
      expect(await authenticate(fixture.authentication, headers)).toMatchObject({ kind: 'member' })
    }
  })

  it('is refused at once after it is deleted', async () => {
    const { id, key } = await fixture.makeOrganization()
    const second = await createKey(fixture.administration, { organization: id })
    await fixture.identify(second.secret)
    await deleteOrganizationKey(await fixture.enter(key), { key_id: second.credential.key_id })
    expect(await refusalOf(fixture.identify(second.secret))).toMatchObject({ error: 'unauthorized' })
  })
})

describe('a personal access token', () => {
  it('has the present role of its user in the named organization', async () => {
    const organization = await fixture.makeOrganization()
    const member = await fixture.makeMember(organization.id, 'viewer')
    const principal = await fixture.identify(member.token, organization.id.toUpperCase())
    expect(principal).toMatchObject({
      kind: 'member',
      access: {
        organization_id: organization.id,
        actor: { type: 'user', id: member.user_id, name: member.email },
        scopes: new Set(scopesOfRole.viewer),
        agent_ids: null,
      },
    })
    await fixture.database.execute(sql`update members set role = 'admin' where user_id = ${member.user_id}`)
    const promoted = await fixture.identify(member.token, organization.id)
    expect(promoted).toMatchObject({ access: { scopes: new Set(scopesOfRole.admin) } })
  })

  it('without an organization is only the user', async () => {
    const organization = await fixture.makeOrganization()
    const { user_id, email, token } = await fixture.makeMember(organization.id)
    for (const header of [undefined, '', ' ']) {
      expect(await fixture.identify(token, header)).toEqual({
        kind: 'user',
        user: { id: user_id, email },
        minter: { session_id: null, key_id: keyIdOf(token) },
        limit_key: `personal_access_token ${keyIdOf(token)}`,
      })
    }
  })

  it('gets a specific refusal if an organization is needed, but only if it is valid', async () => {
    const { id } = await fixture.makeOrganization()
    const { token } = await fixture.makeMember(id)
    expect(await refusalOf(fixture.enter(token))).toEqual({
      error: 'organization_missing',
      detail: 'Token is missing organization claim.',
      errors: undefined,
    })
    const wrong = withSecret(token, 'x'.repeat(43))
    expect(await refusalOf(fixture.enter(wrong))).toMatchObject({ error: 'unauthorized' })
    const unknown = `pat_${randomUUID()}.${'x'.repeat(43)}`
    expect(await refusalOf(fixture.enter(unknown))).toMatchObject({ error: 'unauthorized' })
  })

  it('is refused at once when its user leaves, but still works for calls about the user', async () => {
    const { id } = await fixture.makeOrganization()
    const { user_id, token } = await fixture.makeMember(id)
    await fixture.identify(token, id)
    await fixture.database.execute(sql`delete from members where user_id = ${user_id}`)
    expect(await refusalOf(fixture.identify(token, id))).toMatchObject({ error: 'unauthorized' })
    expect(await fixture.enterAsUser(token)).toMatchObject({ user: { id: user_id } })
  })

  it('is refused at once after it is deleted', async () => {
    const { id } = await fixture.makeOrganization()
    const { token } = await fixture.makeMember(id)
    await deletePersonalAccessToken(await fixture.enterAsUser(token), { key_id: keyIdOf(token) })
    expect(await refusalOf(fixture.identify(token, id))).toMatchObject({ error: 'unauthorized' })
    expect(await refusalOf(fixture.enterAsUser(token))).toMatchObject({ error: 'unauthorized' })
  })
})

describe('operations about the user', () => {
  it('do not accept an organization key', async () => {
    const { key } = await fixture.makeOrganization()
    const refusal = await refusalOf(fixture.enterAsUser(key))
    expect(refusal).toMatchObject({ error: 'forbidden', detail: 'This needs a personal access token.' })
  })
})

describe('a refusal', () => {
  it('has the same body for all unknown callers', async () => {
    const organization = await fixture.makeOrganization()
    const elsewhere = await fixture.makeOrganization()
    const member = await fixture.makeMember(organization.id)
    const { key } = organization
    const expired = await createTokenForUser(fixture.administration, { email: member.email, expires_at: 1 })
    const secret = 's'.repeat(43)
    const strangers: [authorization: string | undefined, organization: string | undefined][] = [
      [undefined, undefined],
      ['', undefined],
      ['Bearer', undefined],
      ['Bearer ', undefined],
      [key, undefined],
      [`Basic ${key}`, undefined],
      [`Bearer ${key} ${key}`, undefined],
      [`Bearer ${key.slice(0, -1)}`, undefined],
      [`Bearer ${key}x`, undefined],
      [`Bearer ${key.toUpperCase()}`, undefined],
      [`Bearer ${key.replace('ak_', 'pat_')}`, organization.id],
      [`Bearer ${member.token.replace('pat_', 'ak_')}`, organization.id],
      [`Bearer ak_${keyIdOf(key)}`, undefined],
      [`Bearer ak_unknown.${secret}`, undefined],
      [`Bearer ${withSecret(key, secret)}`, undefined],
      [`Bearer pat_unknown.${secret}`, undefined],
      [`Bearer pat_unknown.${secret}`, organization.id],
      [`Bearer ${withSecret(member.token, secret)}`, organization.id],
      [`Bearer ${member.token}`, elsewhere.id],
      [`Bearer ${member.token}`, randomUUID()],
      [`Bearer ${member.token}`, organization.slug],
      [`Bearer ${member.token}`, `${organization.id}'--`],
      [`Bearer ${member.token}`, '\0'],
      [`Bearer ${expired.secret}`, organization.id],
      [`Bearer ${expired.secret}`, undefined],
      ['Bearer e30.e30.e30', undefined],
      [`Bearer ${'x'.repeat(100_000)}`, undefined],
    ]
    for (const [authorization, organization_header] of strangers) {
      const refusal = await refusalOf(authenticate(fixture.authentication, { authorization, organization_header }))
      expect(refusal, authorization).toEqual({
        error: 'unauthorized',
        detail: 'Invalid or missing credentials.',
        errors: undefined,
      })
    }
  })

  it('ends a key at its time', async () => {
    const { key } = await fixture.makeOrganization()
    const expire = (when: string) =>
      fixture.database.execute(sql`
        update credentials set expires_at = now() + ${when}::interval where key_id = ${keyIdOf(key)}`)
    await expire('1 hour')
    await fixture.identify(key)
    await expire('-1 millisecond')
    expect(await refusalOf(fixture.identify(key))).toMatchObject({ error: 'unauthorized' })
  })
})

describe('a conversation token', () => {
  const conversation_id = randomUUID()

  it('acts as the end user on one conversation, with no scopes', async () => {
    const { id: organization_id } = await fixture.makeOrganization()
    const claims = { organization_id, conversation_id, permissions: ['read', 'end'] as const }
    const { token } = await fixture.tokens.sign(claims, 60)
    expect(await fixture.identify(token, 'ignored')).toEqual({
      kind: 'member',
      access: {
        organization_id,
        actor: { type: 'end_user', id: null, name: null },
        scopes: new Set(),
        agent_ids: null,
        conversation: { id: conversation_id, permissions: new Set(['read', 'end']) },
        limit_key: `conversation ${conversation_id}`,
      },
    })
    expect(await refusalOf(fixture.enterAsUser(token))).toMatchObject({ error: 'forbidden' })
  })

  it('is refused if it is forged', async () => {
    const claims = { organization_id: randomUUID(), conversation_id, permissions: ['read'] as const }
    const { token } = await fixture.tokens.sign(claims, 60)
    expect(await refusalOf(fixture.identify(`${token.slice(0, -2)}AA`))).toMatchObject({ error: 'unauthorized' })
  })
})

describe('last_used_at', () => {
  it('is written in the background, and again only after a minute', async () => {
    const { key } = await fixture.makeOrganization()
    expect(await lastUseOf(key)).toBeNull()
    await Promise.all(Array.from({ length: 20 }, () => fixture.identify(key)))
    const first = await eventually(async () => {
      const use = await lastUseOf(key)
      expect(use).not.toBeNull()
      return use
    })
    await fixture.identify(key)
    await delay(100)
    expect(await lastUseOf(key)).toBe(first)
    await fixture.database.execute(sql`
      update credentials set last_used_at = now() - interval '61 seconds' where key_id = ${keyIdOf(key)}`)
    await fixture.identify(key)
    await eventually(async () => expect((await lastUseOf(key))! > first!).toBe(true))
  })

  it('neither delays nor fails the request if it cannot be written', async () => {
    const { key } = await fixture.makeOrganization()
    const { database, tokens, log, log_lines } = { ...fixture }
    const { standings } = fixture.authentication
    const failures: Error[] = []
    const failing = {
      ...database,
      query: async <Row>(statement: AnyStatement, values: unknown[]): Promise<Row[]> => {
        if (!statement.text.startsWith('update')) return database.query<Row>(statement, values)
        failures.push(new Error('no'))
        throw failures.at(-1)
      },
    }
    const headers = { authorization: `Bearer ${key}`, organization_header: undefined }
    const principal = await authenticate({ database: failing, tokens, standings, log }, headers)
    expect(principal).toMatchObject({ kind: 'member' })
    await eventually(() => expect(failures).toHaveLength(1))
    await eventually(() => expect(log_lines.join()).toContain('could not record the use'))
    expect(log_lines.join()).not.toContain(key.slice(key.indexOf('.') + 1))
  })
})
