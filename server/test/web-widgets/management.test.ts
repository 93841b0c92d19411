// The management of web widgets: what a call gives, what it answers, what it refuses, and the events of each change.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '../../src/database/store.ts'
import { readOrganizationEvents } from '../../src/organization-events/organization-events.ts'
import { makeNarrowedKey, makeOrganization } from '../support/actors.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { makeLiveWidget } from './fixture.ts'

const settings = { PARLEY_LIMIT_WEB_WIDGETS: '40' }
let server: TestServer
beforeAll(async () => {
  server = await startTestServer(settings)
})
afterAll(() => server[Symbol.asyncDispose]())

const unknown_id = '0190b000-0000-7000-8000-ffffffffffff'

/** The events of a widget, oldest first. */
async function eventsOf(web_widget_id: string) {
  const store = openStore(server.database, server.organization_id)
  const { events } = await readOrganizationEvents(store, 0, 10_000)
  return events.flatMap(({ type, subject, data }) => (subject === web_widget_id ? [{ type, data }] : []))
}

describe('creating', () => {
  test('with an agent alone: the newest published version, and every default', async () => {
    const { client, organization_id } = server
    const { agent_id, version_id } = await publishAgent(client)
    await client.createAgentVersion({ agent_id, config: {} })
    const widget = await client.createWebWidget({ agent_id })
    expect(widget).toEqual({
      ...{ id: widget.id, organization_id, agent_id, agent_version_id: version_id, name: 'Agent' },
      ...{ domains: [], published: false, config: {}, captcha: null, revision: 1 },
      ...{ live: false, live_reason: 'not_published', identity: { required: false, allow_hmac: false } },
      limits: {
        ...{ conversations_per_address_hour: 20, conversations_per_visitor_day: 20, messages_per_address_minute: 60 },
        ...{ messages_per_conversation_minute: 12, messages_per_conversation: 200, message_characters: 4000 },
        ...{ conversations_per_day: 5000, active_conversations: 1000, tokens_per_day: 2_000_000 },
      },
      warnings: ['domains is empty, so any site can show the widget'],
      ...{ created_at: widget.created_at, updated_at: widget.created_at },
    })
    expect(await client.getWebWidget({ web_widget_id: widget.id.toUpperCase() })).toEqual(widget)
    expect(await eventsOf(widget.id)).toEqual([
      { type: 'web_widget.created', data: { web_widget_id: widget.id, name: 'Agent', agent_id } },
    ])
  })

  test('with everything, in the forms that AnyReach accepts: one form comes out', async () => {
    const { client } = server
    const { agent_id, version_id } = await publishAgent(client)
    await client.setSecret({ name: 'CAPTCHA', value: 'secret' })
    const widget = await client.createWebWidget({
      ...{ agent_id: agent_id.toUpperCase(), agent_version_id: version_id, name: ' Shop ', published: true },
      domains: ['Example.com/', 'https://*.bücher.example', 'example.com'],
      config: {
        suggestedQuestions: [{ text: 'When?' }, { question: 'Where?' }, 'Who?'],
        trigger: { position: 'bottom_right' },
        ...{ theme: null, pet: 1 },
      } as object,
      limits: { messages_per_conversation: 5, tokens_per_day: null },
      identity: { required: true },
      captcha: { provider: 'turnstile', site_key: '0x4', secret_name: 'CAPTCHA', when: 'suspicious' },
    })
    expect(widget).toMatchObject({
      ...{ agent_id, agent_version_id: version_id, name: 'Shop', live: true, live_reason: 'live' },
      domains: ['https://example.com', 'https://*.xn--bcher-kva.example'],
      limits: { messages_per_conversation: 5, tokens_per_day: null, message_characters: 4000 },
      identity: { required: true, allow_hmac: false },
      captcha: { provider: 'turnstile', site_key: '0x4', secret_name: 'CAPTCHA', when: 'suspicious' },
      warnings: ['config.pet is not known; it is stored but has no effect'],
    })
    expect(widget.config).toEqual({
      suggested_questions: ['When?', 'Where?', 'Who?'],
      trigger: { position: 'bottom-right' },
      ...{ theme: null, pet: 1 },
    })
  })

  test('`latest` is the newest published version; an unpublished one is accepted with a warning', async () => {
    const { client } = server
    const { agent_id, version_id } = await publishAgent(client)
    const { id: draft } = await client.createAgentVersion({ agent_id, config: {} })
    const latest = await client.createWebWidget({ agent_id, agent_version_id: 'latest' })
    expect(latest.agent_version_id).toBe(version_id)
    const widget = await client.createWebWidget({
      ...{ agent_id, agent_version_id: draft, published: true, domains: ['a.com'] },
    })
    expect(widget).toMatchObject({ live: false, live_reason: 'version_not_published' })
    expect(widget.warnings).toEqual([
      'agent_version_id is not published, so the widget is not live; publish the version',
    ])
    await client.publishAgentVersion({ agent_id, version: '2' })
    expect(await client.getWebWidget({ web_widget_id: widget.id })).toMatchObject({ live: true, warnings: [] })
    await client.updateAgent({ agent_id, active: false })
    expect(await client.getWebWidget({ web_widget_id: widget.id })).toMatchObject({
      ...{ live: false, live_reason: 'agent_inactive' },
      warnings: ['agent_id is not active, so the widget is not live; activate the agent'],
    })
  })

  test('what is refused, and how', async () => {
    const { client } = server
    const { agent_id } = await publishAgent(client)
    const other = await publishAgent(client)
    const stranger = await makeOrganization(server)
    const foreign = await publishAgent(stranger.client)
    for (const one of [unknown_id, 'nonsense', foreign.agent_id]) {
      expect(await refusal(client.createWebWidget({ agent_id: one }))).toMatchObject({
        ...{ status: 404, message: 'Agent not found' },
      })
    }
    for (const version of [other.version_id, foreign.version_id, unknown_id, '1']) {
      const refused = await refusal(client.createWebWidget({ agent_id, agent_version_id: version }))
      const errors = [{ path: 'agent_version_id', message: 'is not a version of this agent' }]
      expect(refused).toMatchObject({ status: 422, errors })
    }
    const { agent_id: empty } = await client.createAgent({ name: 'Without a version' })
    expect(await refusal(client.createWebWidget({ agent_id: empty }))).toMatchObject({
      ...{ status: 400, code: 'version_not_published' },
    })
    const faulty = {
      ...{ agent_id, name: '  ', domains: ['ftp://a.com'], config: { theme: 'blue', chat: { width: 1 } } as object },
      captcha: { provider: 'hcaptcha', site_key: 'k', secret_name: 'MISSING', when: 'always' } as const,
    }
    const paths = (await refusal(client.createWebWidget(faulty))).errors!.map(({ path }) => path)
    expect(paths).toEqual(['name', 'domains.0', 'config.chat.width', 'config.theme', 'captcha.secret_name'])
    const limits = { messages_per_conversation: 0, tokens_per_day: 999 }
    const refused = await refusal(client.createWebWidget({ agent_id, limits }))
    expect(refused.errors!.map(({ path }) => path)).toEqual([
      'limits.messages_per_conversation',
      'limits.tokens_per_day',
    ])
  })
})

describe('changing', () => {
  test('each field that is given replaces the stored one whole; the event names what differs', async () => {
    const { client } = server
    const { web_widget_id, widget } = await makeLiveWidget(server, {
      ...{ domains: ['a.com'], config: { theme: 'dark', sounds: true }, limits: { message_characters: 10 } },
    })
    const changed = await client.updateWebWidget({
      ...{ web_widget_id, config: { theme: 'light' }, limits: {}, domains: ['a.com/x'], name: null },
    })
    expect(changed).toMatchObject({
      config: { theme: 'light' },
      revision: 2,
      name: 'Agent',
      domains: ['https://a.com'],
    })
    expect(changed.config).not.toHaveProperty('sounds')
    expect(changed.limits.message_characters).toBe(4000)
    expect(changed.updated_at > widget.updated_at).toBe(true)
    expect(await client.updateWebWidget({ web_widget_id, config: { theme: 'light' } })).toEqual(changed)
    expect(await client.updateWebWidget({ web_widget_id })).toEqual(changed)
    expect((await eventsOf(web_widget_id)).slice(1)).toEqual([
      { type: 'web_widget.updated', data: { web_widget_id, name: 'Agent', changed: ['config', 'limits'] } },
    ])
  })

  test('another version or agent', async () => {
    const { client } = server
    const { agent_id, web_widget_id, version_id } = await makeLiveWidget(server)
    const other = await publishAgent(client)
    const put = (body: object) => client.updateWebWidget({ web_widget_id, ...body })
    expect(await refusal(put({ agent_version_id: other.version_id }))).toMatchObject({ status: 422 })
    expect(await put(other_(other))).toMatchObject({ agent_id: other.agent_id, agent_version_id: other.version_id })
    expect(await refusal(put({ agent_id, agent_version_id: other.version_id }))).toMatchObject({ status: 422 })
    expect(await put({ agent_id, agent_version_id: version_id })).toMatchObject({ agent_id })
    expect(await refusal(put({ agent_id: unknown_id }))).toMatchObject({ status: 404 })
    const { id } = await client.createAgentVersion({ agent_id, config: { instructions: 'New' } })
    await client.publishAgentVersion({ agent_id, version: '2' })
    expect(await put({ name: 'x' })).toMatchObject({ agent_version_id: version_id })
    expect(await put({ agent_version_id: 'latest' })).toMatchObject({ agent_version_id: id })
  })

  const other_ = ({ agent_id }: { agent_id: string }) => ({ agent_id })

  test('only if the revision is the one that the caller has seen', async () => {
    const { client } = server
    const { web_widget_id } = await makeLiveWidget(server)
    const put = (if_match: string, name: string) => client.updateWebWidget({ web_widget_id, if_match, name })
    expect((await put('1', 'a')).revision).toBe(2)
    expect(await refusal(put('"1"', 'b'))).toMatchObject({ status: 412, code: 'revision_mismatch' })
    expect((await put('W/"2"', 'b')).revision).toBe(3)
    expect((await put('*', 'c')).revision).toBe(4)
    // Of two at once one wins.
    const outcomes = await Promise.allSettled([put('4', 'd'), put('4', 'e')])
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  })
})

describe('deleting', () => {
  test('a widget takes its keys with it, and is unknown afterwards', async () => {
    const { client } = server
    const { web_widget_id, agent_id } = await makeLiveWidget(server, { name: 'Gone' })
    await client.createWebWidgetIdentityKey({ web_widget_id })
    await client.deleteWebWidget({ web_widget_id })
    const calls = [() => client.getWebWidget({ web_widget_id }), () => client.deleteWebWidget({ web_widget_id })]
    for (const call of calls) {
      expect(await refusal(call())).toMatchObject({ status: 404, message: 'Web widget not found' })
    }
    expect((await client.listWebWidgets({ agent_id })).data).toEqual([])
    const { rows } = await server.database.pool.query('select id from web_widget_identity_keys where widget_id = $1', [
      web_widget_id,
    ])
    expect(rows).toEqual([])
    const events = await eventsOf(web_widget_id)
    expect(events.at(-1)).toEqual({ type: 'web_widget.deleted', data: { web_widget_id, name: 'Gone' } })
  })

  test('an agent shows its widgets, and cannot be deleted while one of them is live', async () => {
    const { client } = server
    const { agent_id, version_id, web_widget_id } = await makeLiveWidget(server, { name: 'Shop' })
    const second = await client.createWebWidget({ agent_id, name: 'Second' })
    expect((await client.getAgent({ agent_id })).web_widgets).toEqual([
      { id: second.id, name: 'Second', published: false, live: false, agent_version_id: version_id },
      { id: web_widget_id, name: 'Shop', published: true, live: true, agent_version_id: version_id },
    ])
    expect(await refusal(client.deleteAgent({ agent_id }))).toMatchObject({
      ...{ status: 409, code: 'agent_in_use', message: expect.stringContaining('live web widget') },
    })
    await client.updateWebWidget({ web_widget_id, published: false })
    await client.deleteAgent({ agent_id })
    const left = await client.updateWebWidget({ web_widget_id, published: true })
    expect(left).toMatchObject({ live: false, live_reason: 'agent_inactive' })
  })

  test('publishing a widget beside the deletion of its agent: never a live widget of a deleted agent', async () => {
    const { client } = server
    for (let round = 0; round < 10; round += 1) {
      const { agent_id, web_widget_id } = await makeLiveWidget(server, { published: false })
      const [published, deleted] = await Promise.allSettled([
        client.updateWebWidget({ web_widget_id, published: true }),
        client.deleteAgent({ agent_id }),
      ])
      expect(published.status).toBe('fulfilled')
      const { live } = await client.getWebWidget({ web_widget_id })
      expect(live).toBe(deleted.status === 'rejected')
      await client.deleteWebWidget({ web_widget_id })
    }
  })
})

describe('listing', () => {
  test('newest first, in pages, by each filter', async () => {
    await using own = await startTestServer({ PARLEY_LIMIT_WEB_WIDGETS: '3' })
    const { client } = own
    const one = await makeLiveWidget(own, { name: 'Shop %_' })
    const two = await client.createWebWidget({ agent_id: one.agent_id, name: 'Help' })
    const three = await makeLiveWidget(own, { name: 'help desk' })
    const refused = await refusal(client.createWebWidget({ agent_id: one.agent_id }))
    expect(refused).toMatchObject({ status: 409, code: 'too_many_web_widgets' })
    const ids = async (query: object = {}) => (await client.listWebWidgets(query)).data.map(({ id }) => id)
    expect(await ids()).toEqual([three.web_widget_id, two.id, one.web_widget_id])
    const first = await client.listWebWidgets({ limit: 2 })
    expect(first.data.map(({ id }) => id)).toEqual([three.web_widget_id, two.id])
    const rest = await client.listWebWidgets({ limit: 2, cursor: first.pagination.next_cursor! })
    expect([rest.data.map(({ id }) => id), rest.pagination.next_cursor]).toEqual([[one.web_widget_id], null])
    expect(await ids({ agent_id: one.agent_id })).toEqual([two.id, one.web_widget_id])
    expect(await ids({ agent_id: 'nonsense' })).toEqual([])
    expect(await ids({ agent_version_id: three.version_id })).toEqual([three.web_widget_id])
    expect(await ids({ agent_version_id: 'nonsense' })).toEqual([])
    expect(await ids({ published: false })).toEqual([two.id])
    expect(await ids({ name: 'HELP' })).toEqual([three.web_widget_id, two.id])
    expect(await ids({ name: '%_' })).toEqual([one.web_widget_id])
    expect(await ids({ created_after: two.created_at })).toEqual([three.web_widget_id, two.id])
    expect(await ids({ created_before: two.created_at })).toEqual([two.id, one.web_widget_id])
    await client.updateWebWidget({ web_widget_id: one.web_widget_id, name: 'Shop' })
    expect(await ids({ updated_after: three.widget.updated_at })).toEqual([three.web_widget_id, one.web_widget_id])
    expect(await ids({ updated_before: two.updated_at })).toEqual([two.id])

    const narrowed = own.as({ token: await makeNarrowedKey(own, [three.agent_id]) })
    expect((await narrowed.listWebWidgets()).data.map(({ id }) => id)).toEqual([three.web_widget_id])
    expect((await narrowed.listWebWidgets({ agent_id: one.agent_id })).data).toEqual([])
    const move = narrowed.updateWebWidget({ web_widget_id: three.web_widget_id, agent_id: one.agent_id })
    expect(await refusal(move)).toMatchObject({ status: 404, message: 'Agent not found' })
  })

  test('a page ends with the widget that exceeds its bytes', async () => {
    await using own = await startTestServer({ PARLEY_LIMIT_ANSWER_BYTES: '65536' })
    const { agent_id } = await publishAgent(own.client)
    for (let count = 0; count < 3; count += 1) {
      await own.client.createWebWidget({ agent_id, config: { pet: 'x'.repeat(40_000) } as object })
    }
    const { data, pagination } = await own.client.listWebWidgets({})
    expect(data).toHaveLength(1)
    expect(pagination.next_cursor).not.toBeNull()
  })
})

test('only callers with the scopes: to read, either; to change, to manage', async () => {
  const { client } = server
  const { web_widget_id } = await makeLiveWidget(server)
  const key = async (scope: 'web_widgets:read' | 'agents:manage') =>
    server.as({ token: (await client.createOrganizationKey({ name: 'k', scopes: [scope] })).pat_key })
  const viewer = await key('web_widgets:read')
  expect(await viewer.getWebWidget({ web_widget_id })).toMatchObject({ id: web_widget_id })
  expect(await refusal(viewer.updateWebWidget({ web_widget_id, name: 'x' }))).toMatchObject({ status: 403 })
  expect(await refusal((await key('agents:manage')).getWebWidget({ web_widget_id }))).toMatchObject({ status: 403 })
})

describe('hostile bodies', () => {
  const send = (body: string) =>
    fetch(`${server.url}/core/web-widgets`, {
      ...{ method: 'POST', body },
      headers: { authorization: `Bearer ${server.admin_key}`, 'content-type': 'application/json' },
    })

  test('NUL, lone surrogates, huge and deep values are 422, never 500', async () => {
    const { agent_id } = await publishAgent(server.client)
    const deep = '['.repeat(20_000) + ']'.repeat(20_000)
    const bodies = [
      ...['{"name":"a\\u0000"}', '{"config":{"chat":{"title":"\\ud800"}}}', '{"config":{"pet":"\\u0000"}}'],
      ...['{"domains":["a\\u0000.com"]}', '{"config":{"pet":1e400}}', '{"domains":"a.com"}', '{"config":[]}'],
      ...[`{"config":{"pet":"${'x'.repeat(65_536)}"}}`, '{"limits":{"tokens_per_day":"1000"}}', '{"captcha":{}}'],
    ]
    for (const body of [...bodies, `{"config":{"pet":${deep}}}`]) {
      const response = await send(body.replace('{', `{"agent_id":"${agent_id}",`))
      expect([body.slice(0, 60), response.status]).toEqual([body.slice(0, 60), 422])
    }
  })

  test('__proto__ is stored and returned like any other key', async () => {
    const { agent_id } = await publishAgent(server.client)
    const response = await send(`{"agent_id":"${agent_id}","config":{"__proto__":{"theme":"dark"},"theme":"light"}}`)
    const text = await response.text()
    expect(response.status).toBe(200)
    expect(text).toContain('"__proto__":{"theme":"dark"}')
    expect(JSON.parse(text)).toMatchObject({ config: { theme: 'light' } })
  })
})
