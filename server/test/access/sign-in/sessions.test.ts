// Sessions: how they begin, what they permit, and everything that ends them.
import { scopes, scopesOfRole } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeNarrowedKey, makeOrganization, makeUser } from '../../support/actors.ts'
import { type Browser, openBrowser } from '../../support/browser.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../../support/server.ts'
import { enter, enterAsMember, givePassword, makePerson, newEmail, password } from './support.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const unauthorized = { status: 401, code: 'unauthorized', message: 'Invalid or missing credentials.' }
const ended = async (browser: Browser) => {
  expect((await browser.client.getSignInSession()).session).toBeNull()
  expect(await refusal(browser.client.getMyScopes())).toMatchObject(unauthorized)
}

describe('a session', () => {
  test('with a password permits what the member may do', async () => {
    const { person, browser } = await enterAsMember(server, server.organization_id, 'viewer')
    const { session, ways } = await browser.client.getSignInSession()
    const organization = {
      id: server.organization_id,
      name: 'My organization',
      slug: 'my-organization',
      role: 'viewer',
      status: 'active',
    }
    expect(session).toEqual({
      way: 'password',
      user: { ...person, name: null, has_password: true },
      credential: null,
      organization,
      scopes: scopesOfRole.viewer,
      organizations: [organization],
      view: null,
      created_at: expect.stringMatching(/Z$/),
      expires_at: expect.stringMatching(/Z$/),
    })
    const { created_at, expires_at } = session!
    expect(Date.parse(expires_at) - Date.parse(created_at)).toBe(168 * 3_600_000)
    expect(ways).toEqual({ password: true, api_key: true, openid: null })
    expect(await browser.client.getMyScopes()).toEqual(scopesOfRole.viewer)
    expect(await refusal(browser.client.createAgent({ name: 'A' }))).toMatchObject({ status: 403, code: 'forbidden' })
    await server.client.updateMember({ user_id: person.user_id, role: 'admin' })
    await browser.client.createAgent({ name: 'A' })
  })

  test('with a key permits what the key may do', async () => {
    const { agent_id } = await publishAgent(server.client)
    const key = await makeNarrowedKey(server, [agent_id])
    const browser = openBrowser(server.url)
    const session = await browser.client.signIn({ api_key: key })
    expect(session).toMatchObject({ way: 'api_key', user: null, credential: { name: 'Narrowed key' } })
    expect(session.scopes).toEqual(scopes)
    expect((await browser.client.listAgents()).data.map((agent) => agent.agent_id)).toEqual([agent_id])
    expect(await refusal(browser.client.listMembers())).toMatchObject({ status: 404 })
    expect(await refusal(browser.client.listPersonalAccessTokens())).toMatchObject({ status: 403 })
    expect(
      await refusal(browser.client.changePassword({ current_password: 'x', new_password: password })),
    ).toMatchObject({ status: 403 })
  })

  test('with a key is a use of the key, also when many begin at once; a wrong secret does not count', async () => {
    const { key_id, pat_key } = await server.client.createOrganizationKey({ name: 'For browsers' })
    const lastUse = async () => {
      const { data } = await server.client.listOrganizationKeys({ limit: 100 })
      return data.find((key) => key.key_id === key_id)!.last_used_at
    }
    const wrong = `ak_${key_id}.${'x'.repeat(43)}`
    expect(await refusal(openBrowser(server.url).client.signIn({ api_key: wrong }))).toMatchObject({ status: 401 })
    expect(await lastUse()).toBeNull()
    const browsers = Array.from({ length: 10 }, () => openBrowser(server.url))
    await Promise.all(browsers.map(({ client }) => client.signIn({ api_key: pat_key })))
    expect(await lastUse()).not.toBeNull()
  })

  test('acts as its member', async () => {
    const { agent_id } = await publishAgent(server.client)
    const { person, browser } = await enterAsMember(server, server.organization_id)
    const { conversation } = await browser.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
    await browser.client.endConversation({ conversation_id: conversation.id })
    const read = await browser.client.getConversation({ conversation_id: conversation.id })
    expect(read).toMatchObject({ ended_by: { type: 'user', id: person.user_id, name: person.email } })
  })

  test('streams events, which a browser requests without custom headers', async () => {
    const { agent_id } = await publishAgent(server.client)
    const { browser } = await enterAsMember(server, server.organization_id)
    const { conversation } = await browser.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
    await browser.client.endConversation({ conversation_id: conversation.id })
    const response = await browser.fetch(`${server.url}/core/conversations/${conversation.id}/events`)
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('event: conversation.ended')
  })

  test('can create personal access tokens', async () => {
    const { browser } = await enterAsMember(server, server.organization_id)
    const { pat_key } = await browser.client.createPersonalAccessToken({ name: 'Laptop' })
    const client = server.as({ token: pat_key, organization_id: server.organization_id })
    expect(await client.getMyScopes()).toEqual(scopes)
  })

  test('is ignored if the request has another credential', async () => {
    const { browser } = await enterAsMember(server, server.organization_id, 'viewer')
    expect(await browser.as({ token: server.admin_key }).getMyScopes()).toEqual(scopes)
    expect(await refusal(browser.as({ token: 'ak_no.secretsecretsecret' }).getMyScopes())).toMatchObject(unauthorized)
  })
})

describe('the cookie', () => {
  test('over plain HTTP: no script can read it, and no other site can send it', async () => {
    const { browser } = await enterAsMember(server, server.organization_id)
    expect(browser.set_cookies).toEqual([
      expect.stringMatching(/^parley_session=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/),
    ])
    await browser.client.signOut()
    expect(browser.set_cookies.at(-1)).toBe('parley_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict')
  })

  test('over HTTPS: it is bound to HTTPS and to the host', async () => {
    const secure = await server.startAnother({ PARLEY_PUBLIC_URL: 'https://parley.example.test' })
    await using _ = secure
    const browser = openBrowser(secure.url)
    await browser.client.signIn({ api_key: server.admin_key })
    const [cookie] = browser.set_cookies
    expect(cookie).toMatch(
      /^__Host-parley_session=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    )
    expect(await browser.client.getMyScopes()).toEqual(scopes)
    // A sibling domain, or anyone on the network path of plain HTTP, can plant one without the prefix.
    const [value] = browser.cookies.values()
    browser.cookies.clear()
    browser.cookies.set('parley_session', value!)
    expect((await browser.client.getSignInSession()).session).toBeNull()
  })

  test('a page loaded over HTTPS gets a secure one without a setting', async () => {
    const browser = openBrowser(server.url, { origin: 'https://parley.example.test', 'sec-fetch-site': 'same-origin' })
    await browser.client.signIn({ api_key: server.admin_key })
    expect(browser.set_cookies[0]).toMatch(/^__Host-.*; Secure;/)
    expect((await browser.client.getSignInSession()).session).not.toBeNull()
  })

  test('responses to it are not cached, like those to a key', async () => {
    const { browser } = await enterAsMember(server, server.organization_id)
    const cached: (string | null)[] = []
    const onResponse = ({ headers }: Response) => cached.push(headers.get('cache-control'))
    await browser.client.getSignInSession({}, { onResponse })
    await browser.client.listAgents({}, { onResponse })
    await server.client.listAgents({}, { onResponse })
    expect(cached).toEqual(['no-store', 'no-store', 'no-store'])
  })

  test.each(['', 'x', '%', 'x'.repeat(43), `${'x'.repeat(43)}; parley_session=y`, '"'])(
    'of %s is a 401',
    async (value) => {
      const headers = { cookie: `parley_session=${value}` }
      expect((await fetch(`${server.url}/admin/members/me/scopes`, { headers })).status).toBe(401)
      expect((await fetch(`${server.url}/auth/session`, { headers })).status).toBe(200)
    },
  )

  test('its token is stored only as a hash, and no secret is logged', async () => {
    const { person, browser } = await enterAsMember(server, server.organization_id)
    const invitation = await browser.client.createInvitation({ email: newEmail(), role: 'viewer' })
    await openBrowser(server.url).client.acceptInvitation({ token: invitation.token, password: 'a planted passphrase' })
    await refusal(openBrowser(server.url).client.signIn({ email: person.email, password: 'a wrong passphrase' }))
    await browser.client.getMyScopes()
    const [token] = browser.cookies.values()
    const { rows } = await server.database.pool.query<{ text: string }>(
      `select s::text as text from sessions s union all select i::text from invitations i
       union all select p::text from passwords p union all select a::text from sign_in_attempts a`,
    )
    expect(rows.length).toBeGreaterThan(3)
    const everything = [...rows.map((row) => row.text), ...server.log].join('\n')
    for (const secret of [token!, invitation.token, password, 'planted passphrase', 'wrong passphrase', person.email])
      expect(everything).not.toContain(secret)
  })
})

describe('several organizations', () => {
  test('can be switched, and a single request may name another one', async () => {
    const other = await makeOrganization(server)
    const { person, browser } = await enterAsMember(server, server.organization_id)
    await makePerson(server, other.id, { email: person.email, role: 'viewer' })
    const before = (await browser.client.getSignInSession()).session!
    expect(before.organizations.map(({ id, role }) => [id, role])).toEqual([
      [server.organization_id, 'admin'],
      [other.id, 'viewer'],
    ])
    expect((await browser.as({ organization_id: other.id }).getOrganization()).id).toBe(other.id)
    expect((await browser.client.getOrganization()).id).toBe(server.organization_id)

    const after = await browser.client.switchOrganization({ organization_id: other.id })
    expect(after).toMatchObject({ organization: { id: other.id, role: 'viewer' }, scopes: scopesOfRole.viewer })
    expect((await browser.client.getOrganization()).id).toBe(other.id)
    expect(await browser.client.getMyScopes()).toEqual(scopesOfRole.viewer)
    const again = openBrowser(server.url)
    await again.client.signIn({ email: person.email, password, organization_id: other.id.toUpperCase() })
    expect((await again.client.getOrganization()).id).toBe(other.id)
  })

  test('of others are not accessible', async () => {
    const other = await makeOrganization(server)
    const { person, browser } = await enterAsMember(server, server.organization_id)
    for (const organization_id of [other.id, crypto.randomUUID(), 'nonsense', '']) {
      expect(await refusal(browser.client.switchOrganization({ organization_id }))).toMatchObject({ status: 404 })
      if (organization_id === '') continue
      expect(await refusal(browser.as({ organization_id }).getOrganization())).toMatchObject(unauthorized)
      const attempt = openBrowser(server.url).client.signIn({ email: person.email, password, organization_id })
      expect(await refusal(attempt)).toMatchObject(unauthorized)
    }
    expect((await browser.client.getOrganization()).id).toBe(server.organization_id)
    const keyed = openBrowser(server.url)
    await keyed.client.signIn({ api_key: server.admin_key })
    expect(await refusal(keyed.client.switchOrganization({ organization_id: other.id }))).toMatchObject({ status: 404 })
  })
})

describe('a session ends', () => {
  test('when its user signs out: only that one, and signing out can be repeated', async () => {
    const { person, browser } = await enterAsMember(server, server.organization_id)
    const another = await enter(server, person.email)
    const cookies = new Map(browser.cookies)
    await browser.client.signOut()
    expect(browser.cookies.size).toBe(0)
    await browser.client.signOut()
    for (const [name, value] of cookies) browser.cookies.set(name, value)
    await ended(browser)
    await another.client.getMyScopes()
  })

  test('when its browser signs in again', async () => {
    const { person, browser } = await enterAsMember(server, server.organization_id)
    const before = openBrowser(server.url)
    for (const [name, value] of browser.cookies) before.cookies.set(name, value)
    await browser.client.signIn({ email: person.email, password })
    await browser.client.getMyScopes()
    await ended(before)
  })

  test('everywhere at once, but none of other users', async () => {
    const { person, browser } = await enterAsMember(server, server.organization_id)
    const [another, stranger] = [
      await enter(server, person.email),
      (await enterAsMember(server, server.organization_id)).browser,
    ]
    const node = await server.startAnother()
    await using _ = node
    await another.client.signOutEverywhere()
    await ended(another)
    await ended(browser)
    const elsewhere = openBrowser(node.url)
    for (const [name, value] of browser.cookies) elsewhere.cookies.set(name, value)
    await ended(elsewhere)
    await stranger.client.getMyScopes()
  })

  test('when it has not been used for long, or is old', async () => {
    const { person, browser } = await enterAsMember(server, server.organization_id)
    const age = (column: string, text: string) =>
      server.database.pool.query(`update sessions set ${column} = now() + $2::interval where user_id = $1`, [
        person.user_id,
        text,
      ])
    await age('last_used_at', '-479 minutes')
    await browser.client.getMyScopes()
    // The use is recorded in the background.
    await expect
      .poll(async () => {
        const { rows } = await server.database.pool.query<{ fresh: boolean }>(
          `select last_used_at > now() - interval '1 minute' as fresh from sessions where user_id = $1`,
          [person.user_id],
        )
        return rows[0]?.fresh
      })
      .toBe(true)
    await age('last_used_at', '-481 minutes')
    await ended(browser)
    await age('last_used_at', '0')
    await browser.client.getMyScopes()
    await age('expires_at', '-1 second')
    await ended(browser)
  })

  test('with the membership; one in another organization continues', async () => {
    const other = await makeOrganization(server)
    await makePerson(server, other.id)
    const { person, browser } = await enterAsMember(server, server.organization_id)
    await makePerson(server, other.id, { email: person.email })
    const there = await enter(server, person.email)
    await there.client.switchOrganization({ organization_id: other.id })
    await server.client.deleteMember({ user_id: person.user_id })
    await ended(browser)
    expect((await there.client.getOrganization()).id).toBe(other.id)
    expect(await refusal(there.as({ organization_id: server.organization_id }).getMyScopes())).toMatchObject(
      unauthorized,
    )
    // A new membership does not restore it.
    await makePerson(server, server.organization_id, { email: person.email })
    await ended(browser)
    await other.client.deleteMember({ user_id: person.user_id })
    await server.client.deleteMember({ user_id: person.user_id })
    const attempt = openBrowser(server.url).client.signIn({ email: person.email, password })
    expect(await refusal(attempt)).toMatchObject(unauthorized)
  })

  test('with the key, whether that is deleted or expires', async () => {
    const { pat_key, key_id } = await server.client.createOrganizationKey({ name: 'K' })
    const browser = openBrowser(server.url)
    await browser.client.signIn({ api_key: pat_key })
    const expire = (text: string) =>
      server.database.pool.query('update credentials set expires_at = now() + $2::interval where key_id = $1', [
        key_id,
        text,
      ])
    await expire('-1 second')
    await ended(browser)
    expect(await refusal(browser.client.signIn({ api_key: pat_key }))).toMatchObject(unauthorized)
    await expire('1 hour')
    await browser.client.getMyScopes()
    await server.client.deleteOrganizationKey({ key_id })
    await ended(browser)
  })

  test('with the password: all except the one that changed it', async () => {
    const { person, browser } = await enterAsMember(server, server.organization_id)
    const another = await enter(server, person.email)
    const new_password = 'a horse of another colour'
    const wrong = browser.client.changePassword({ current_password: 'wrong', new_password })
    expect(await refusal(wrong)).toMatchObject(unauthorized)
    const short = browser.client.changePassword({ current_password: password, new_password: 'elevenchars' })
    expect(await refusal(short)).toMatchObject({ status: 422, errors: [{ path: 'new_password' }] })
    await browser.client.changePassword({ current_password: password, new_password })
    await browser.client.getMyScopes()
    await ended(another)
    const old = openBrowser(server.url).client.signIn({ email: person.email, password })
    expect(await refusal(old)).toMatchObject(unauthorized)
    await enter(server, person.email, new_password)
    // A change by an operator ends all of them.
    await givePassword(server, person)
    await ended(browser)
  })

  test('when the same user begins too many: the oldest one', async () => {
    const { person, browser } = await enterAsMember(server, server.organization_id)
    await server.database.pool.query(
      `insert into sessions (id, token_hash, way, organization_id, user_id, created_at, expires_at)
       select gen_random_uuid(), sha256(convert_to(i || $1::text, 'UTF8')), 'password', $2, $1::uuid, now() + i * interval '1 ms', now() + interval '1 day'
       from generate_series(1, 49) i`,
      [person.user_id, server.organization_id],
    )
    await browser.client.getMyScopes()
    await enter(server, person.email)
    await ended(browser)
    const { rows } = await server.database.pool.query('select id from sessions where user_id = $1', [person.user_id])
    expect(rows).toHaveLength(50)
  })
})

test('a personal access token and a conversation token do not sign in', async () => {
  const { token } = await makeUser(server, server.organization_id)
  for (const api_key of [token, 'nonsense', 'ak_unknown.secretsecretsecret', `${server.admin_key}x`]) {
    expect(await refusal(openBrowser(server.url).client.signIn({ api_key }))).toMatchObject(unauthorized)
  }
  for (const body of [{}, { email: newEmail() }, { password }, { email: newEmail(), password, api_key: 'ak_a.b' }]) {
    expect(await refusal(openBrowser(server.url).client.signIn(body))).toMatchObject({ status: 422 })
  }
})
