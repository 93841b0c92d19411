// Signing in with an identity provider: with a real one, and with wrong responses from the provider or others.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { signInBucket } from '../../../src/calls/attempts.ts'
import { makeOrganization } from '../../support/actors.ts'
import { type Browser, openBrowser } from '../../support/browser.ts'
import {
  type Account,
  type IdentityProvider,
  known_public_url,
  startIdentityProvider,
} from '../../support/identity-provider.ts'
import { type TestServer, refusal, startTestServer } from '../../support/server.ts'
import { enter, forgetAttempts, givePassword, makePerson, newEmail, password, rolesTold } from './support.ts'

let provider: IdentityProvider
let server: TestServer
beforeAll(async () => {
  provider = await startIdentityProvider()
  server = await startTestServer(provider.settings(known_public_url))
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
})
beforeEach(() => forgetAttempts(server))
afterEach(() => void (provider.intercept = null))

const taken_attempts = `select subject from sign_in_attempts where full_at > clock_timestamp() + interval '5 s'`
let accounts = 0
function makeAccount(account: Account): string {
  accounts += 1
  provider.accounts.set(`account-${accounts}`, { email_verified: true, ...account })
  return `account-${accounts}`
}

const browser = () => openBrowser(server.url)

async function start(at: Browser, return_to = '/agents?page=2#top') {
  return (await at.client.startOpenIdSignIn({ return_to })).authorization_url
}

/** The final address to which the server sends the browser. */
async function comeBack(at: Browser, path: string): Promise<string | null> {
  const response = await at.fetch(`${server.url}${path}`)
  expect([response.status, response.headers.get('cache-control')]).toEqual([303, 'no-store'])
  return response.headers.get('location')
}

async function signIn(at: Browser, account: string): Promise<string | null> {
  return comeBack(at, await provider.signIn(await start(at), account))
}

const sessionOf = async (at: Browser) => (await at.client.getSignInSession()).session
const refusedAs = (problem: string) => `/agents?page=2&sign_in_error=${problem}#top`

describe('the redirects there and back', () => {
  test('requests a code bound to this browser, and hides what binds it', async () => {
    const at = browser()
    expect((await at.client.getSignInSession()).ways.openid).toEqual({ name: 'Single sign-on' })
    const url = new URL(await start(at))
    expect(url.origin).toBe(provider.issuer)
    const { state, nonce, code_challenge, ...rest } = Object.fromEntries(url.searchParams)
    expect(rest).toEqual({
      client_id: 'parley',
      redirect_uri: `${known_public_url}/auth/openid/callback`,
      response_type: 'code',
      scope: 'openid email profile',
      code_challenge_method: 'S256',
    })
    for (const value of [state, nonce, code_challenge]) expect(value).toMatch(/^[\w-]{43}$/)
    const [cookie] = at.set_cookies
    expect(cookie).toMatch(/^parley_sign_in=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/)
    expect(Buffer.from(cookie!.slice(15).split(';')[0]!, 'base64url').toString('latin1')).not.toContain(state!)
  })

  test('sign a member in, once per code', async () => {
    const person = await makePerson(server, server.organization_id, { role: 'viewer' })
    const account = makeAccount({ email: person.email.toUpperCase(), name: 'Ada' })
    const at = browser()
    const path = await provider.signIn(await start(at), account)
    const cookies = new Map(at.cookies)
    expect(await comeBack(at, path)).toBe('/agents?page=2#top')
    expect(await sessionOf(at)).toMatchObject({ way: 'openid', user: person, organization: { role: 'viewer' } })
    expect(at.set_cookies.at(-1)).toMatch(/^parley_session=.*; HttpOnly; SameSite=Strict$/)
    expect(at.cookies.has('parley_sign_in')).toBe(false)

    const again = browser()
    expect(await comeBack(again, path)).toBe('/?sign_in_error=expired')
    for (const [name, value] of cookies) again.cookies.set(name, value)
    expect(await comeBack(again, path)).toBe(refusedAs('provider_failed'))
    expect(await sessionOf(again)).toBeNull()
  })

  test('fail in another browser: no one is signed in as someone else', async () => {
    const person = await makePerson(server, server.organization_id)
    const path = await provider.signIn(await start(browser()), makeAccount({ email: person.email }))
    const victim = browser()
    await start(victim)
    expect(await comeBack(victim, path)).toBe(refusedAs('provider_failed'))
    expect(await sessionOf(victim)).toBeNull()
  })

  test('expire after ten minutes', async () => {
    const person = await makePerson(server, server.organization_id)
    const at = browser()
    const path = await provider.signIn(await start(at), makeAccount({ email: person.email }))
    const { clock } = server.app.core.ports
    const later = await server.startAnother({}, { ports: { clock: { ...clock, now: () => Date.now() + 601_000 } } })
    await using _ = later
    const response = await at.fetch(`${later.url}${path}`)
    expect(response.headers.get('location')).toBe('/?sign_in_error=expired')
  })

  test('report a refusal by the provider or the person', async () => {
    const at = browser()
    const url = new URL(await start(at))
    const query = new URLSearchParams({
      error: 'access_denied',
      state: url.searchParams.get('state')!,
      iss: provider.issuer,
    })
    expect(await comeBack(at, `/auth/openid/callback?${query}`)).toBe(refusedAs('refused'))
  })

  test.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/a\\b', '/a\tb', '/\n/evil.example', ''])(
    'do not lead elsewhere (%j)',
    async (return_to) => {
      expect(await refusal(browser().client.startOpenIdSignIn({ return_to }))).toMatchObject({ status: 422 })
    },
  )

  test.each([
    '/.//evil.example/x',
    '/%2e//evil.example/x',
    '/..//evil.example/x',
    '/a/..//evil.example',
    '/@evil.example',
  ])('do not lead elsewhere after a failure (%s)', async (return_to) => {
    const at = browser()
    const state = new URL(await start(at, return_to)).searchParams.get('state')!
    const location = await comeBack(
      at,
      `/auth/openid/callback?error=access_denied&state=${state}&iss=${provider.issuer}`,
    )
    const url = new URL(location!, `${known_public_url}/auth/openid/callback`)
    expect([url.origin, url.searchParams.get('sign_in_error')]).toEqual([known_public_url, 'refused'])
  })

  test('count failed calls of the provider, and make no more once the attempts are used up', async () => {
    const at = browser()
    const state = new URL(await start(at)).searchParams.get('state')!
    const cookies = new Map(at.cookies)
    const guess = () => {
      for (const [name, value] of cookies) at.cookies.set(name, value)
      return comeBack(
        at,
        `/auth/openid/callback?${new URLSearchParams({ code: 'guessed', state, iss: provider.issuer })}`,
      )
    }
    await forgetAttempts(server)
    expect(await guess()).toBe(refusedAs('provider_failed'))
    const { pool } = server.database
    const { rowCount } = await pool.query(`update sign_in_attempts set full_at = clock_timestamp() + interval '1 hour'`)
    expect(rowCount).toBe(1)
    const before = provider.asked.length
    expect(await guess()).toBe(refusedAs('too_many_attempts'))
    expect(provider.asked.length).toBe(before)
  })

  test('use no attempt if they succeed', async () => {
    await signIn(browser(), makeAccount(await makePerson(server, server.organization_id)))
    expect((await server.database.pool.query(taken_attempts)).rows).toEqual([])
  })

  test('are limited for each account and address, and then take nothing from others at this address', async () => {
    const account = makeAccount(await makePerson(server, server.organization_id))
    const { subject } = signInBucket(`${provider.issuer} ${account}`, '127.0.0.1')
    await server.database.pool.query(`insert into sign_in_attempts values ($1, now() + interval '1 h')`, [subject])
    expect(await signIn(browser(), account)).toBe(refusedAs('too_many_attempts'))
    expect((await server.database.pool.query(taken_attempts)).rows).toEqual([{ subject }])
  })

  test('do not exist without a provider', async () => {
    const without = await server.startAnother({
      PARLEY_OIDC_ISSUER: '',
      PARLEY_OIDC_CLIENT_ID: '',
      PARLEY_OIDC_CLIENT_SECRET: '',
    })
    await using _ = without
    const at = openBrowser(without.url)
    expect((await at.client.getSignInSession()).ways.openid).toBeNull()
    expect(await refusal(at.client.startOpenIdSignIn())).toMatchObject({ status: 404, code: 'not_found' })
  })
})

describe('who is let in', () => {
  test('not a person who is neither a member nor invited, of whom nothing is stored', async () => {
    const at = browser()
    const email = newEmail()
    expect(await signIn(at, makeAccount({ email }))).toBe(refusedAs('not_a_member'))
    expect(await sessionOf(at)).toBeNull()
    const { rows } = await server.database.pool.query('select id from users where email = $1', [email])
    expect(rows).toEqual([])
  })

  test.each([{ email_verified: false }, { email_verified: 'true' as unknown as boolean }])(
    'not a person with an address that the provider has not verified (%j)',
    async (claims) => {
      const person = await makePerson(server, server.organization_id)
      expect(await signIn(browser(), makeAccount({ email: person.email, ...claims }))).toBe(
        refusedAs('email_not_verified'),
      )
    },
  )

  test('not a person whose address only looks like a member’s in lower case', async () => {
    const { email } = await makePerson(server, server.organization_id, { email: `k-${newEmail()}` })
    const lookalike = email.replace('k', '\u212a')
    expect(lookalike.toLowerCase()).toBe(email)
    expect(await signIn(browser(), makeAccount({ email: lookalike }))).toBe(refusedAs('email_not_verified'))
  })

  test('not a person with an invalid address; an invalid name is omitted', async () => {
    for (const email of ['a\0b@example.test', '', 'x'.repeat(400)])
      expect(await signIn(browser(), makeAccount({ email }))).toBe(refusedAs('email_not_verified'))
    const email = newEmail()
    await server.client.createInvitation({ email, role: 'viewer' })
    const at = browser()
    await signIn(at, makeAccount({ email, name: 'A\0da' }))
    expect(await sessionOf(at)).toMatchObject({ user: { email, name: null, has_password: false } })
  })

  test('an invited person, into every organization that invited them', async () => {
    const other = await makeOrganization(server)
    const email = newEmail()
    await server.client.createInvitation({ email, role: 'viewer' })
    const { token } = await other.client.createInvitation({ email, role: 'admin' })
    const at = browser()
    expect(await signIn(at, makeAccount({ email, name: 'Ada' }))).toBe('/agents?page=2#top')
    const session = await sessionOf(at)
    expect(session).toMatchObject({ user: { email, name: 'Ada' } })
    const joined = session!.organizations.map(({ id, role }) => `${id} ${role}`)
    expect(joined.toSorted()).toEqual([`${server.organization_id} viewer`, `${other.id} admin`].toSorted())
    expect(await refusal(browser().client.acceptInvitation({ token, password }))).toMatchObject({ status: 409 })
    expect(await rolesTold([server.client, other.client], email)).toEqual(['viewer', 'admin'])
  })

  test('a member into their earlier organization, even if others have invited them since', async () => {
    const person = await makePerson(server, server.organization_id)
    const account = makeAccount({ email: person.email })
    const other = await makeOrganization(server)
    await other.client.createInvitation({ email: person.email, role: 'admin' })
    const at = browser()
    await signIn(at, account)
    const session = await sessionOf(at)
    expect(session).toMatchObject({ organizations: [{}, {}], organization: { id: server.organization_id } })
  })

  test('the same person with the same identity, even if the address has changed', async () => {
    const person = await makePerson(server, server.organization_id)
    const account = makeAccount({ email: person.email })
    await signIn(browser(), account)
    provider.accounts.set(account, { email: newEmail(), email_verified: false })
    const at = browser()
    await signIn(at, account)
    expect(await sessionOf(at)).toMatchObject({ user: person })
    // The address now belongs to someone else, who has a different account at the provider.
    expect(await signIn(browser(), makeAccount({ email: person.email }))).toBe(refusedAs('not_a_member'))
  })

  test('no member after their removal', async () => {
    const person = await makePerson(server, server.organization_id)
    const account = makeAccount({ email: person.email })
    const at = browser()
    await signIn(at, account)
    await server.client.deleteMember({ user_id: person.user_id })
    expect(await sessionOf(at)).toBeNull()
    expect(await signIn(at, account)).toBe(refusedAs('not_a_member'))
  })

  test('no former member, and no link to them is created', async () => {
    const person = await makePerson(server, server.organization_id)
    await server.client.deleteMember({ user_id: person.user_id })
    expect(await signIn(browser(), makeAccount({ email: person.email }))).toBe(refusedAs('not_a_member'))
    const { rows } = await server.database.pool.query('select 1 from identities where user_id = $1', [person.user_id])
    expect(rows).toEqual([])
  })

  test('the owner of an address, and no longer the person who got it with a link', async () => {
    const other = await makeOrganization(server)
    const email = newEmail()
    const squatter = browser()
    const { token } = await other.client.createInvitation({ email, role: 'viewer' })
    await squatter.client.acceptInvitation({ token, password: 'chosen by the attacker' })
    const { pat_key } = await squatter.client.createPersonalAccessToken({ name: 'Kept' })
    const owner = browser()
    const account = makeAccount({ email })
    await signIn(owner, account)
    expect(await sessionOf(owner)).toMatchObject({ user: { email } })
    const gone = async () => {
      expect(await sessionOf(squatter)).toBeNull()
      await refusal(browser().client.signIn({ email, password: 'chosen by the attacker' }))
      await refusal(server.as({ token: pat_key, organization_id: other.id }).getMyScopes())
    }
    await gone()

    // Nor can they return with another link before the owner joins elsewhere.
    const second = await other.client.createInvitation({ email, role: 'viewer' })
    await squatter.client.acceptInvitation({ token: second.token, password: 'chosen by the attacker' })
    expect(await sessionOf(owner)).toBeNull()
    await server.client.createInvitation({ email, role: 'admin' })
    await signIn(owner, account)
    expect((await sessionOf(owner))!.organizations).toHaveLength(2)
    await gone()
  })

  test('a password from an operator stays valid in addition to the identity', async () => {
    const person = await makePerson(server, server.organization_id)
    await givePassword(server, person)
    await signIn(browser(), makeAccount({ email: person.email }))
    await enter(server, person.email)
  })
})

describe('an unreliable provider', () => {
  async function withFreshServer(work: (at: Browser, url: string) => Promise<void>) {
    const node = await server.startAnother()
    await using _ = node
    await work(openBrowser(node.url), node.url)
  }
  const failed = { status: 502, code: 'identity_provider_failed' }

  test('is called again by the next attempt once it is available', async () => {
    await withFreshServer(async (at) => {
      provider.intercept = () => ({ status: 500, body: 'no' })
      expect(await refusal(at.client.startOpenIdSignIn())).toMatchObject(failed)
      provider.intercept = null
      await at.client.startOpenIdSignIn()
      const before = provider.asked.length
      await at.client.startOpenIdSignIn()
      expect(provider.asked.length).toBe(before)
    })
  })

  test.each([
    ['more than it should', { status: 200, body: 'x'.repeat(300_000) }],
    ['no JSON', { status: 200, headers: { 'content-type': 'application/json' }, body: '{' }],
    [
      'another issuer',
      { status: 200, headers: { 'content-type': 'application/json' }, body: '{"issuer":"https://evil.example"}' },
    ],
    ['to ask elsewhere', { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' }],
  ])('and answers %s', async (_what, answer) => {
    await withFreshServer(async (at) => {
      provider.intercept = () => answer
      expect(await refusal(at.client.startOpenIdSignIn())).toMatchObject(failed)
    })
  })

  test('that refers the server to a private address is not followed', async () => {
    await withFreshServer(async (at, node_url) => {
      const endpoint = 'http://127.0.0.1:1/token'
      provider.intercept = () => ({
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          issuer: provider.issuer,
          authorization_endpoint: `${provider.issuer}/auth`,
          token_endpoint: endpoint,
          jwks_uri: endpoint,
        }),
      })
      const url = new URL((await at.client.startOpenIdSignIn()).authorization_url)
      const query = new URLSearchParams({ code: 'c', state: url.searchParams.get('state')! })
      const before = server.log.length
      const response = await at.fetch(`${node_url}/auth/openid/callback?${query}`)
      expect(response.headers.get('location')).toBe('/?sign_in_error=provider_failed')
      expect(server.log.slice(before).join('\n')).toContain('127.0.0.1 is not a public address')
    })
  })

  test('whose token is invalid, and nothing of it is logged', async () => {
    const person = await makePerson(server, server.organization_id)
    const at = browser()
    const path = await provider.signIn(await start(at), makeAccount({ email: person.email }))
    provider.intercept = ({ url }) =>
      url === '/token'
        ? {
            status: 200,
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ access_token: 'planted-token', token_type: 'Bearer', id_token: 'planted.id.token' }),
          }
        : null
    expect(await comeBack(at, path)).toBe(refusedAs('provider_failed'))
    const code = new URL(path, server.url).searchParams.get('code')!
    const secrets = ['planted', code, 'a-client-secret', ...at.cookies.values()]
    for (const secret of secrets) expect(server.log.join('\n')).not.toContain(secret)
    expect(await sessionOf(at)).toBeNull()
  })
})
