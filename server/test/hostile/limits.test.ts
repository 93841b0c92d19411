// Credentials are free to create, so limits apply to their creators, and the cost of a flood of bad ones is bounded.
import type { Client } from '@parley/sdk'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createTokenForUser, createUser } from '../../src/access/administration.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { type Organization, makeOrganization } from '../support/actors.ts'
import { openBrowser } from '../support/browser.ts'
import { until } from '../support/event-readers.ts'
import { testPorts } from '../support/ports.ts'
import { type TestServer, publishAgent, refusal } from '../support/server.ts'
import { openRawClient } from './raw-client.ts'
import { type Scene, startScene } from './scene.ts'

/** A viewer of the organization. */
async function makeViewer(server: TestServer, organization: Organization) {
  const administration = { database: server.database, ports: systemPorts }
  const email = `viewer-${systemPorts.newId()}@example.test`
  const { user_id } = await createUser(administration, { email, organization: organization.id, role: 'viewer' })
  return { user_id, token: (await createTokenForUser(administration, { email })).secret }
}

/** This many tokens of one user, each created by the user, and clients that use them in the organization. */
async function mintTokens(server: TestServer, organization: Organization, token: string, count: number) {
  const client = server.as({ token })
  const clients: Client[] = []
  for (let made = 0; made < count; made += 1) {
    const { pat_key } = await client.createPersonalAccessToken({ name: `Token ${made}` })
    clients.push(server.as({ token: pat_key, organization_id: organization.id }))
  }
  return clients
}

async function countAllowed(calls: (() => Promise<unknown>)[]): Promise<number> {
  const outcomes = await Promise.allSettled(calls.map((call) => call()))
  return outcomes.filter((outcome) => outcome.status === 'fulfilled').length
}

const repeated = <T>(items: readonly T[], times: number): T[] => Array.from({ length: times }, () => items).flat()

describe('requests', () => {
  let scene: Scene
  beforeAll(async () => {
    scene = await startScene({
      PARLEY_RATE_LIMIT_PER_MINUTE: '30',
      PARLEY_RATE_LIMIT_OF_USER_PER_MINUTE: '60',
      PARLEY_RATE_LIMIT_OF_ORGANIZATION_PER_MINUTE: '120',
    })
  })
  afterAll(() => scene[Symbol.asyncDispose]())

  test('of all tokens of a user together are bounded', async () => {
    const { server, loud, quiet } = scene
    const { token } = await makeViewer(server, loud)
    const clients = await mintTokens(server, loud, token, 8)
    const allowed = await countAllowed(repeated(clients, 20).map((client) => () => client.getMyScopes()))
    // The eight that created them count too; one request a second is regained.
    expect(allowed).toBeGreaterThanOrEqual(40)
    expect(allowed).toBeLessThan(100)
    await quiet.client.getMyScopes()
  })

  test('count once more for each 128 KiB of their body or answer', async () => {
    // No request is regained meanwhile.
    const clock = { ...testPorts.clock, monotonic: () => 0 }
    await using strict = await startScene({ PARLEY_RATE_LIMIT_PER_MINUTE: '30' }, { ports: { clock } })
    const { server, quiet } = strict
    const loud = await makeOrganization(server)
    const headers = { authorization: `Bearer ${loud.key}`, 'content-type': 'application/json' }
    const sendLarge = () =>
      fetch(`${server.url}/core/conversations`, {
        method: 'POST',
        headers,
        body: `{"padding":"${'x'.repeat(1_000_000)}"}`,
      })
    // Each of them costs eight, and there are thirty.
    for (let sent = 0; sent < 3; sent += 1) expect((await sendLarge()).status).toBe(422)
    const refused = await sendLarge()
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60)
    await quiet.client.getMyScopes()
  })

  test('beyond the limit are refused before their body is read', async () => {
    const { server } = scene
    const loud = await makeOrganization(server)
    const head = `authorization: Bearer ${loud.key}\r\ncontent-type: application/json\r\ncontent-length: 1000000`
    // Of thirty requests each takes eight, and the bodies never come.
    const ask = () => openRawClient(server.url, `POST /core/conversations HTTP/1.1\r\nhost: x\r\n${head}\r\n\r\n`)
    const clients = [await ask(), await ask(), await ask(), await ask(), await ask()]
    const answered = await Promise.race(clients.map(({ sees }) => sees(/\r\n\r\n/)))
    expect(answered).toMatch(/^HTTP\/1\.1 429 /)
    for (const { socket } of clients) socket.destroy()
  })

  test('of all keys and conversation tokens of an organization together are bounded', async () => {
    const { server, quiet } = scene
    const loud = await makeOrganization(server)
    const { agent_id } = await publishAgent(loud.client)
    const clients: (() => Promise<unknown>)[] = []
    for (let made = 0; made < 6; made += 1) {
      const { conversation } = await loud.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
      const conversation_id = conversation.id
      const { token } = await loud.client.createConversationToken({ conversation_id, permissions: ['read'] })
      const { pat_key } = await loud.client.createOrganizationKey({ name: 'K' })
      const [end_user, key] = [server.as({ token }), server.as({ token: pat_key })]
      clients.push(
        () => end_user.getConversation({ conversation_id }),
        () => key.getMyScopes(),
      )
    }
    const allowed = await countAllowed(repeated(clients, 25))
    expect(allowed).toBeGreaterThanOrEqual(80)
    expect(allowed).toBeLessThan(220)
    const refused = await refusal(Promise.all(repeated(clients, 5).map((call) => call())))
    expect(refused).toMatchObject({ status: 429, code: 'rate_limited' })
    await quiet.client.getMyScopes()
  })
})

describe('event streams', () => {
  let scene: Scene
  const opened: AbortController[] = []
  beforeAll(async () => {
    scene = await startScene({
      PARLEY_LIMIT_EVENT_STREAMS: '12',
      PARLEY_LIMIT_EVENT_STREAMS_OF_CREDENTIAL: '2',
      PARLEY_LIMIT_EVENT_STREAMS_OF_USER: '4',
    })
  })
  afterEach(async () => {
    for (const stream of opened.splice(0)) stream.abort()
    await until(() => scene.server.app.rooms.events.open_streams.count === 0)
  })
  afterAll(() => scene[Symbol.asyncDispose]())

  /** The statuses of this many streams of the feed, which stay open. */
  async function openFeeds(headers: Record<string, string>, count: number): Promise<number[]> {
    const gone = new AbortController()
    opened.push(gone)
    const url = `${scene.server.url}/core/conversations/changes`
    const responses = await Promise.all(
      Array.from({ length: count }, () =>
        fetch(url, { headers: { accept: 'text/event-stream', ...headers }, signal: gone.signal }),
      ),
    )
    return responses.map(({ status }) => status)
  }
  const countOpen = (statuses: number[]) => statuses.filter((status) => status === 200).length

  test('of all tokens of a user together are bounded', async () => {
    const { server, loud, quiet } = scene
    const { token } = await makeViewer(server, loud)
    const tokens: string[] = []
    for (let made = 0; made < 6; made += 1)
      tokens.push((await server.as({ token }).createPersonalAccessToken({ name: 'T' })).pat_key)
    let open = 0
    for (const pat of tokens) {
      const headers = { authorization: `Bearer ${pat}`, 'x-parley-org': loud.id }
      open += countOpen(await openFeeds(headers, 2))
    }
    expect(open).toBe(4)
    expect(await openFeeds({ authorization: `Bearer ${quiet.key}` }, 1)).toEqual([200])
  })

  test('of one organization are at most its share of the node’s', async () => {
    const { loud, quiet } = scene
    let open = 0
    for (let made = 0; made < 8; made += 1) {
      const { pat_key } = await loud.client.createOrganizationKey({ name: 'K' })
      open += countOpen(await openFeeds({ authorization: `Bearer ${pat_key}` }, 2))
    }
    expect(open).toBe(6)
    expect(await openFeeds({ authorization: `Bearer ${quiet.key}` }, 2)).toEqual([200, 200])
  })
})

describe('the number of credentials and members', () => {
  let scene: Scene
  beforeAll(async () => {
    scene = await startScene()
  })
  afterAll(() => scene[Symbol.asyncDispose]())

  const fill = (count: number, columns: string, values: string, owner: string) =>
    scene.server.database.pool.query(
      `insert into credentials (key_id, name, secret_hash, ${columns})
       select md5(i || $1::text), 'Filler', '\\x00', ${values} from generate_series(1, ${count}) i`,
      [owner],
    )
  const settled = async (calls: Promise<unknown>[]) => {
    const outcomes = await Promise.allSettled(calls)
    return outcomes.filter((outcome) => outcome.status === 'fulfilled').length
  }

  test('personal access tokens of a user: no more than the limit, even at once', async () => {
    const { server, loud } = scene
    const { user_id, token } = await makeViewer(server, loud)
    await fill(97, 'user_id', '$1::uuid', user_id)
    const client = server.as({ token })
    const mint = () => client.createPersonalAccessToken({ name: 'T' })
    expect(await settled(Array.from({ length: 6 }, mint))).toBe(2)
    const refused = await refusal(mint())
    expect(refused).toMatchObject({ status: 409, code: 'too_many_credentials' })
    expect(refused.message).toContain('100')
    const { key_id } = (await client.listPersonalAccessTokens()).data[0]!
    await client.deletePersonalAccessToken({ key_id })
    await mint()
  })

  test('keys of an organization: no more than the limit, even at once', async () => {
    const { loud, quiet } = scene
    await fill(997, 'organization_id, role', `$1::uuid, 'viewer'`, loud.id)
    const mint = () => loud.client.createOrganizationKey({ name: 'K' })
    expect(await settled(Array.from({ length: 6 }, mint))).toBe(2)
    const refused = await refusal(mint())
    expect(refused).toMatchObject({ status: 409, code: 'too_many_credentials' })
    expect(refused.message).toContain('1,000')
    await quiet.client.createOrganizationKey({ name: 'K' })
  })

  test('members of an organization, including invited ones: no more than the limit, even at once', async () => {
    const { server, quiet } = scene
    const { pool } = server.database
    const { id } = await makeOrganization(server)
    const { secret } = await makeAdmin(id)
    const client = server.as({ token: secret, organization_id: id })
    await pool.query(
      `insert into users (id, email) select gen_random_uuid(), i || $1 || '@example.test' from generate_series(1, 9997) i`,
      [id],
    )
    await pool.query(
      `insert into members (organization_id, user_id, role) select $1::uuid, id, 'viewer' from users where email like '%' || $1 || '@example.test'`,
      [id],
    )
    const invite = () => client.createInvitation({ email: `${crypto.randomUUID()}@example.test`, role: 'viewer' })
    // 9,997 and the admin are members already.
    expect(await settled(Array.from({ length: 6 }, invite))).toBe(2)
    expect(await refusal(invite())).toMatchObject({ status: 409, code: 'too_many_members' })
    await quiet.client.createInvitation({ email: 'new@example.test', role: 'viewer' })
  })

  async function makeAdmin(organization: string) {
    const administration = { database: scene.server.database, ports: systemPorts }
    const email = `admin-${systemPorts.newId()}@example.test`
    await createUser(administration, { email, organization, role: 'admin' })
    return createTokenForUser(administration, { email })
  }
})

describe('a flood of bad credentials', () => {
  let scene: Scene
  beforeAll(async () => {
    scene = await startScene({
      PARLEY_RATE_LIMIT_OF_ADDRESS_PER_MINUTE: '20',
      PARLEY_TRUSTED_PROXIES: 'loopback',
    })
  })
  afterAll(() => scene[Symbol.asyncDispose]())

  /** How many lookups were made while `work` ran; credentials that are checked together count as one. */
  async function countLookUps(work: () => Promise<unknown>): Promise<number> {
    const { pool } = scene.server.app.core.database as unknown as TestServer['database']
    const { query } = pool
    let count = 0
    pool.query = ((...args: unknown[]) => {
      const { name = '', values } = args[0] as { name?: string; values?: unknown[][] }
      if (name === 'find_organization_key') count += values![0]!.length
      else if (/^find_(personal_access_token|session|known_credentials)$/.test(name)) count += 1
      return (query as (...args: unknown[]) => unknown).apply(pool, args)
    }) as typeof query
    try {
      await work()
      return count
    } finally {
      pool.query = query
    }
  }

  const call = async (headers: Record<string, string>, address: string, path = '/admin/members/me/scopes') => {
    const response = await fetch(`${scene.server.url}${path}`, { headers: { 'x-forwarded-for': address, ...headers } })
    await response.arrayBuffer()
    return response.status
  }
  const random = () => crypto.randomUUID().replaceAll('-', '')
  const bad_ones: [string, () => Record<string, string>][] = [
    ['keys', () => ({ authorization: `Bearer ak_${random()}.${random()}` })],
    ['tokens', () => ({ authorization: `Bearer pat_${random()}.${random()}` })],
    ['sessions', () => ({ cookie: `parley_session=${(random() + random()).slice(0, 43)}` })],
  ]

  test.each(bad_ones)('of %s stops costing a lookup each, and blocks no valid one', async (kind, bad) => {
    const { server, loud } = scene
    const address = `198.51.100.${bad_ones.findIndex(([name]) => name === kind) + 1}`
    const member = await makeViewer(server, loud)
    await Promise.all(Array.from({ length: 40 }, () => call(bad(), address)))
    const { pat_key } = await loud.client.createOrganizationKey({ name: 'Never used before' })
    const statuses: number[] = []
    const spent = await countLookUps(async () => {
      // One after the other in eight rows, like a flood.
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          for (let sent = 0; sent < 25; sent += 1) statuses.push(await call(bad(), address))
        }),
      )
    })
    expect(new Set(statuses)).toEqual(new Set([401]))
    expect(spent).toBeLessThan(100)
    const flood = Promise.all(Array.from({ length: 100 }, () => call(bad(), address)))
    expect(await call({ authorization: `Bearer ${pat_key}` }, address)).toBe(200)
    const organization = { authorization: `Bearer ${member.token}`, 'x-parley-org': loud.id }
    expect(await call(organization, address)).toBe(200)
    await flood
  })

  test('is counted by IPv6 network, whatever the address within it', async () => {
    const [, bad] = bad_ones[1]!
    const addressOf = (index: number) => `2001:db8:7:1:${(index + 1).toString(16)}::1`
    await Promise.all(Array.from({ length: 40 }, (_, index) => call(bad(), addressOf(index))))
    const spent = await countLookUps(() =>
      Promise.all(Array.from({ length: 60 }, (_, index) => call(bad(), addressOf(1000 + index)))),
    )
    expect(spent).toBeLessThan(30)
  })

  test('at operations without a credential is refused, while other addresses are not', async () => {
    const from = (address: string) =>
      openBrowser(scene.server.url, { 'x-forwarded-for': address, 'sec-fetch-site': 'same-origin' }).client
    const statuses = await Promise.all(Array.from({ length: 60 }, () => call({}, '198.51.100.9', '/auth/session')))
    expect(statuses.filter((status) => status === 200).length).toBeLessThan(50)
    expect(await refusal(from('198.51.100.9').getSignInSession())).toMatchObject({ status: 429, code: 'rate_limited' })
    await from('198.51.100.10').getSignInSession()
  })

  test('has no large bodies read', async () => {
    const headers = { 'content-type': 'application/json', 'x-parley-csrf': '1', 'x-forwarded-for': '198.51.100.11' }
    const send = async (characters: number) => {
      const body = JSON.stringify({ email: 'a@example.test', password: 'x'.repeat(characters) })
      return (await fetch(`${scene.server.url}/auth/sign-in`, { method: 'POST', headers, body })).status
    }
    expect([await send(10_000), await send(20_000)]).toEqual([422, 413])
  })
})
