// An event stream and the credential that opened it: how many it may open, and that no stream outlives it.
import type { Client } from '@parley/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { enter, enterAsMember, makePerson } from '../access/sign-in/support.ts'
import { makeOrganization, makeUser } from '../support/actors.ts'
import type { Browser } from '../support/browser.ts'
import { openRaw, readInBackground, startHasty, until } from '../support/event-readers.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

const heartbeat_ms = 15_000

let server: TestServer
let hasty: Awaited<ReturnType<typeof startHasty>>
let agent_id: string

beforeAll(async () => {
  server = await startTestServer()
  hasty = await startHasty(server)
  agent_id = (await publishAgent(server.client)).agent_id
  // The last admin could not be removed.
  await makeUser(server, server.organization_id)
})
afterAll(async () => {
  await hasty.node[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const begin = async (client: Client, agent = agent_id) =>
  (await client.createConversation({ channel: 'text', user_id: 'u', agent_id: agent })).conversation.id

describe('a stream ends with its credential', () => {
  interface Held {
    headers: Record<string, string>
    /** After which the credential is no longer valid. */
    lose: () => Promise<unknown> | void
  }

  const cookieOf = ({ cookies }: Browser) => [...cookies].map((pair) => pair.join('=')).join('; ')
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const ofUser = async () => {
    const { user_id, token } = await makeUser(server, server.organization_id)
    return { user_id, token, headers: { ...bearer(token), 'x-parley-org': server.organization_id } }
  }

  const cases: Record<string, (conversation_id: string) => Promise<Held>> = {
    'a key that is deleted': async () => {
      const { pat_key, key_id } = await server.client.createOrganizationKey({ name: 'Lost' })
      return { headers: bearer(pat_key), lose: () => server.client.deleteOrganizationKey({ key_id }) }
    },
    'a key that expires': async () => {
      const { pat_key, key_id } = await server.client.createOrganizationKey({ name: 'Expired' })
      const expire = `update credentials set expires_at = now() - interval '1 second' where key_id = $1`
      return { headers: bearer(pat_key), lose: () => server.database.pool.query(expire, [key_id]) }
    },
    'a member who is removed': async () => {
      const { user_id, headers } = await ofUser()
      return { headers, lose: () => server.client.deleteMember({ user_id }) }
    },
    'a member who can no longer read': async () => {
      const { user_id, headers } = await ofUser()
      return { headers, lose: () => server.client.updateMember({ user_id, role: 'viewer' }) }
    },
    'a personal access token that is deleted': async () => {
      const { token, headers } = await ofUser()
      const own = server.as({ token })
      const { data } = await own.listPersonalAccessTokens()
      return { headers, lose: () => own.deletePersonalAccessToken({ key_id: data[0]!.key_id }) }
    },
    'a conversation token that expires': async (conversation_id) => {
      const { token } = await server.client.createConversationToken({ conversation_id, permissions: ['read'] })
      return { headers: bearer(token), lose: () => void (hasty.wall.ahead_ms = 3_600_001) }
    },
  }

  test.each(Object.keys(cases))('%s', async (name) => {
    const conversation_id = await begin(server.client)
    const { headers, lose } = await cases[name]!(conversation_id)
    const kept = readInBackground(server.as({ base_url: hasty.node.url }), conversation_id)
    await until(() => kept.events.length === 2)
    const response = await openRaw(hasty.node.url, conversation_id, { headers })
    expect(response.status).toBe(200)
    const text = response.text()
    await until(() => hasty.node.rooms.events.open_streams.count === 2)
    hasty.runOut(heartbeat_ms)
    await server.client.updateConversation({ conversation_id, custom_metadata: { a: 1 } })
    await until(() => kept.events.length === 3)
    expect(hasty.node.rooms.events.open_streams.count).toBe(2)

    await lose()
    // The answer that was shared by a credential's streams is requested again.
    hasty.runOut(5000)
    hasty.runOut(heartbeat_ms)
    expect(await text).toContain('event: conversation.created')
    await until(() => hasty.node.rooms.events.open_streams.count === 1)
    expect((await openRaw(hasty.node.url, conversation_id, { headers })).status).toBe(name.includes('read') ? 403 : 401)
    hasty.wall.ahead_ms = 0
    kept.stop()
    await until(() => hasty.node.rooms.events.open_streams.count === 0)
  })

  test('a session that is signed out, and not another one of the same user', async () => {
    const conversation_id = await begin(server.client)
    const { person, browser: leaving } = await enterAsMember(server, server.organization_id)
    const staying = await enter(server, person.email)
    const gone = new AbortController()
    const { signal } = gone
    // The session that stays is checked first, and could answer for both.
    await openRaw(hasty.node.url, conversation_id, { headers: { cookie: cookieOf(staying) }, signal })
    const response = await openRaw(hasty.node.url, conversation_id, { headers: { cookie: cookieOf(leaving) } })
    expect(response.status).toBe(200)
    const text = response.text()
    await until(() => hasty.node.rooms.events.open_streams.count === 2)
    await leaving.client.signOut()
    hasty.runOut(5000)
    hasty.runOut(heartbeat_ms)
    expect(await text).toContain('event: conversation.created')
    await until(() => hasty.node.rooms.events.open_streams.count === 1)
    await staying.client.signOut()
    hasty.runOut(5000)
    hasty.runOut(heartbeat_ms)
    await until(() => hasty.node.rooms.events.open_streams.count === 0)
    gone.abort()
  })

  test('that of a session that switched to another organization, where membership in this one is not checked', async () => {
    const conversation_id = await begin(server.client)
    const other = await makeOrganization(server)
    const { person, browser } = await enterAsMember(server, server.organization_id)
    await makePerson(server, other.id, { email: person.email })
    const response = await openRaw(hasty.node.url, conversation_id, { headers: { cookie: cookieOf(browser) } })
    const text = response.text()
    await until(() => hasty.node.rooms.events.open_streams.count === 1)
    await browser.client.switchOrganization({ organization_id: other.id })
    await server.client.deleteMember({ user_id: person.user_id })
    hasty.runOut(5000)
    hasty.runOut(heartbeat_ms)
    expect(await text).toContain('event: conversation.created')
    await until(() => hasty.node.rooms.events.open_streams.count === 0)
  })

  test('that of a reader who can still read, but not everything that is sent', async () => {
    const { user_id, headers } = await ofUser()
    const response = await fetch(`${hasty.node.url}/core/conversations/changes`, {
      headers: { ...headers, accept: 'text/event-stream' },
    })
    const body = response.body!.getReader()
    expect(Buffer.from((await body.read()).value!).toString()).toContain('event: position')
    await server.client.updateMember({ user_id, role: 'viewer' })
    hasty.runOut(5000)
    hasty.runOut(heartbeat_ms)
    while (!(await body.read()).done);
    await until(() => hasty.node.rooms.events.open_streams.count === 0)
  })

  test('that of a reply too, while its turn continues', async () => {
    const conversation_id = await begin(server.client)
    const { pat_key, key_id } = await server.client.createOrganizationKey({ name: 'Lost' })
    const held = holdAnswer()
    server.model.answer = () => held
    const client = server.as({ base_url: hasty.node.url, token: pat_key })
    const stream = client.streamConversationMessage({ conversation_id, text: 'Hello' })
    await stream.next()
    await held.asked
    await server.client.deleteOrganizationKey({ key_id })
    hasty.runOut(5000)
    hasty.runOut(heartbeat_ms)
    // The client asks for its turn again, and is refused.
    await expect(stream.next()).rejects.toThrow('Invalid or missing credentials.')
    held.say('Said all the same.')
    held.finish()
    const transcript = async () => (await server.client.getConversation({ conversation_id })).conversation!.items.length
    await expect.poll(transcript).toBe(2)
  })
})

describe('T13: simultaneous requests open no more streams', () => {
  async function openMany(small: TestServer, count: number, headers: Record<string, string>) {
    const conversation_id = await begin(small.client, (await publishAgent(small.client)).agent_id)
    const gone = new AbortController()
    const responses = await Promise.all(
      Array.from({ length: count }, () => openRaw(small.url, conversation_id, { headers, signal: gone.signal })),
    )
    const refused = responses.filter(({ status }) => status === 429)
    return { conversation_id, open: responses.filter(({ status }) => status === 200).length, refused, gone }
  }

  test('than one credential may have; another one has its own limit', async () => {
    await using small = await startTestServer({ PARLEY_LIMIT_EVENT_STREAMS_OF_CREDENTIAL: '3' })
    const { conversation_id, open, refused, gone } = await openMany(small, 12, {
      authorization: `Bearer ${small.admin_key}`,
    })
    expect(open).toBe(3)
    expect(refused.length).toBe(9)
    expect(refused[0]!.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(await refused[0]!.json()).toMatchObject({
      code: 'too_many_streams',
      detail: 'This credential has reached its limit of open event streams. Close one first.',
    })
    const { pat_key } = await small.client.createOrganizationKey({ name: 'Another' })
    const another = readInBackground(small.as({ token: pat_key }), conversation_id)
    await until(() => another.events.length === 2)
    another.stop()
    gone.abort()
    await expect.poll(() => small.app.rooms.events.open_streams.count).toBe(0)
  })

  test('than a node may have', async () => {
    await using small = await startTestServer({
      PARLEY_LIMIT_EVENT_STREAMS: '3',
      PARLEY_LIMIT_EVENT_STREAMS_PERCENT_OF_ORGANIZATION: '100',
    })
    const headers = { authorization: `Bearer ${small.admin_key}` }
    const { open, refused, gone } = await openMany(small, 12, headers)
    expect([open, refused.length]).toEqual([3, 9])
    gone.abort()
    await expect.poll(() => small.app.rooms.events.open_streams.count).toBe(0)
  })

  test('one that is refused for another reason takes no place', async () => {
    await using small = await startTestServer({ PARLEY_LIMIT_EVENT_STREAMS_OF_CREDENTIAL: '1' })
    const unknown = small.client.streamConversationEvents({ conversation_id: 'unknown' })
    expect((await refusal(unknown.next())).status).toBe(404)
    const conversation_id = await begin(small.client, (await publishAgent(small.client)).agent_id)
    const beyond = small.client.streamConversationEvents({ conversation_id, after: 99 })
    expect((await refusal(beyond.next())).status).toBe(422)
    expect(small.app.rooms.events.open_streams.count).toBe(0)
    const reader = readInBackground(small.client, conversation_id)
    await until(() => reader.events.length === 2)
    reader.stop()
  })
})
