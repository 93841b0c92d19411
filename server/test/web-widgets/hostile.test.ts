// Hostile calls of the public side, with real widgets, visitors and conversations: no internal error, nothing claimed becomes verified,
// and what is foreign looks absent.
import { createHmac } from 'node:crypto'
import { type Operation, publicWidgetOperations } from '@parley/contract'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { testPorts } from '../support/ports.ts'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'
import { type Visitor, endUser, enter, frameClient, liveWidget, loadFrame } from './browser.ts'

let server: TestServer
/** What the clock of the server says, if a test does. */
let told_ms: number | null = null
beforeAll(async () => {
  const clock = { ...testPorts.clock, now: () => told_ms ?? Date.now() }
  server = await startTestServer({}, { ports: { ...testPorts, clock } })
})
afterAll(() => server[Symbol.asyncDispose]())

const nul = String.raw`"a\u0000b"`
const surrogate = String.raw`"\ud800"`
const long = `"${'x'.repeat(1_000_000)}"`
const deep = `${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}`
const polluting = '{"__proto__":{"verified":true,"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
const many = `{${Array.from({ length: 20_000 }, (_, index) => `"k${index}":1`).join()}}`

/** Where the body of an operation takes a value. */
const places: Record<string, (value: string) => string[]> = {
  enterWebWidget: (value) => [
    `{"embed_token":${value}}`,
    `{"embed_token":"EMBED","visitor_token":${value}}`,
    `{"embed_token":"EMBED","identity":${value}}`,
    `{"embed_token":"EMBED","identity":{"token":${value}}}`,
    `{"embed_token":"EMBED","identity":{"user_id":${value},"user_hash":${value}}}`,
  ],
  startWebWidgetConversation: (value) => [
    ...['id', 'form', 'visitor', 'client', 'page', 'locale', 'captcha_token'].map((name) => `{"${name}":${value}}`),
    `{"form":{"topic":${value}}}`,
    `{"visitor":{"name":${value},"email":${value}}}`,
    `{"client":{"a":${value}}}`,
    `{"page":{"url":${value},"title":${value}}}`,
  ],
  updateVisitorConversation: (value) => [`{"client":${value}}`, `{"client":{"a":${value}}}`, `{"page":${value}}`],
  readVisitorConversation: (value) => [`{"position":${value}}`],
  giveConversationFeedback: (value) => [`{"rating":${value}}`, `{"data":${value}}`, `{"data":{"why":${value}}}`],
  giveFeedback: (value) => [
    `{"conversation_id":${value},"rating":5}`,
    `{"conversation_id":"CONVERSATION","data":${value}}`,
  ],
  createVisitorConversationToken: (value) => [`{"a":${value}}`],
}

async function stage() {
  const fields = [{ id: 'topic', label: 'Topic', type: 'text' }]
  const form = { id: 'after', fields: [{ id: 'why', label: 'Why?', type: 'text' }] }
  const config = { pre_conversation_form: { id: 'before', fields }, post_conversation_feedback: { form } }
  const limits = { conversations_per_visitor_day: 1000, conversations_per_address_hour: 1000 }
  const widget = await liveWidget(server.client, { config, limits, identity: { allow_hmac: true } })
  const visitor = await enter(server, widget.id)
  const { embed_token } = await loadFrame(server, widget.id)
  return { ...widget, visitor, embed_token }
}

const send = (path: string, token: string, method: string, body?: string) =>
  fetch(`${server.url}${path}`, {
    method,
    headers: { origin: server.url, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body }),
  })

describe('bodies', () => {
  test.each(Object.entries({ nul, surrogate, long, deep, polluting, many, number: '1e400', list: '[[]]' }))(
    '%s in every field: refused or stored, never an internal error',
    async (_name, value) => {
      const { id, visitor, embed_token } = await stage()
      const { conversation, token } = await visitor.start()
      for (const operation of Object.values<Operation>(publicWidgetOperations)) {
        if (operation.method === 'GET') continue
        if (/feedback/i.test(operation.id)) {
          await endUser(server, token).endConversation({ conversation_id: conversation.id })
        }
        const path = operation.path.replace('{web_widget_id}', id).replace('{conversation_id}', conversation.id)
        for (const body of places[operation.id]!(value)) {
          const whole = body.replace('EMBED', embed_token).replace('CONVERSATION', conversation.id)
          const { status } = await send(path, visitor.token, operation.method, whole)
          expect([operation.id, body.slice(0, 80), status < 500]).toEqual([operation.id, body.slice(0, 80), true])
        }
      }
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
      expect(server.log.filter((line) => line.includes('"level":"error"'))).toEqual([])
    },
  )

  test('keys of a form, of the page and of the visitor never become what the site signs', async () => {
    const { id, visitor } = await stage()
    const path = `/core/public/web-widgets/${id}/conversations`
    const forms = ['__proto__', 'verified', 'visitor', 'constructor', 'toString', 'parley_preview', 'feedback_form']
    for (const name of forms) {
      const response = await send(path, visitor.token, 'POST', `{"form":{"${name}":{"verified":true}}}`)
      const { errors } = (await response.json()) as { errors: { path: string }[] }
      expect([response.status, errors.map((fault) => fault.path)]).toEqual([422, [`form.${name}`]])
    }
    const claims = `{"__proto__":{"verified":true},"verified":true,"user_id":"admin","name":"Ann"}`
    const response = await send(
      path,
      visitor.token,
      'POST',
      `{"visitor":${claims},"client":${claims},"page":${claims}}`,
    )
    const { conversation } = (await response.json()) as { conversation: { id: string } }
    const conversation_id = conversation.id
    const read = async () => (await server.client.getConversation({ conversation_id })).custom_metadata!
    const client = JSON.parse(claims) as object
    expect(await read()).toEqual({
      visitor: { user_id: visitor.user_id, verified: false, name: 'Ann' },
      client,
      page: {},
    })
    const patch = '{"client":{"verified":null,"__proto__":null,"visitor":{"verified":true}},"page":{"verified":true}}'
    expect((await send(`${path}/${conversation_id}`, visitor.token, 'PATCH', patch)).status).toBe(204)
    expect(await read()).toEqual({
      visitor: { user_id: visitor.user_id, verified: false, name: 'Ann' },
      client: { user_id: 'admin', name: 'Ann', visitor: { verified: true } },
      page: {},
    })
  })
})

describe('tokens', () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claimsOf = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>

  test('visitor tokens that the server did not make, or made for something else, are no credential', async () => {
    const { id, visitor, embed_token } = await stage()
    const other = await stage()
    const claims = claimsOf(visitor.token)
    const [head, body, signature] = visitor.token.split('.') as [string, string, string]
    const resign = (secret: string, more: object = {}, typ = 'visitor+jwt') =>
      new SignJWT({ ...claims, ...more })
        .setProtectedHeader({ alg: 'HS256', typ })
        .sign(new TextEncoder().encode(secret))
    const { secret } = await server.client.createWebWidgetIdentityKey({ web_widget_id: id })
    const tokens = [
      `${part({ alg: 'none', typ: 'visitor+jwt' })}.${body}.`,
      `${part({ alg: 'none' })}.${body}.${signature}`,
      `${part({ alg: 'RS256', typ: 'visitor+jwt' })}.${body}.${signature}`,
      `${head}.${part({ ...claims, sub: other.visitor.user_id })}.${signature}`,
      `${head}.${body}.${signature.slice(0, -2)}`,
      await resign('0'.repeat(64)),
      await resign(secret),
      embed_token,
      other.visitor.token,
      (await visitor.start()).token,
      server.admin_key,
      'x'.repeat(12_000),
      `${body}.${body}.${body}`,
      '\u00e9',
      '',
    ]
    const path = `/core/public/web-widgets/${id}/conversations`
    for (const token of tokens) {
      for (const method of ['GET', 'POST']) {
        const response = await send(path, token, method, method === 'POST' ? '{}' : undefined)
        const { code } = (await response.json()) as { code: string }
        expect([token.slice(0, 60), method, response.status, code]).toEqual([
          token.slice(0, 60),
          method,
          ...[401, 'unauthorized'],
        ])
      }
      // In entering, they are nobody: the browser is a new guest.
      const again = await enter(server, id, {}, { visitor_token: token })
      expect(again.user_id).not.toBe(visitor.user_id)
    }
  })

  test('cookies are ignored: a session of the console is nobody here', async () => {
    const { id, visitor } = await stage()
    const console_page = openBrowser(server.url)
    await console_page.client.signIn({ api_key: server.admin_key })
    await console_page.client.listAgents({ limit: 1 })
    const ask = (headers: Record<string, string> = {}) =>
      console_page.fetch(`${server.url}/core/public/web-widgets/${id}/conversations`, { headers })
    expect((await ask()).status).toBe(401)
    expect((await ask({ authorization: `Bearer ${visitor.token}` })).status).toBe(200)
  })

  test('a header of a megabyte is refused before it is read', async () => {
    const { id } = await stage()
    const status = await send(`/core/public/web-widgets/${id}/conversations`, 'x'.repeat(1_000_000), 'GET').then(
      (response) => response.status,
      () => 431,
    )
    expect(status).toBe(431)
  })

  test('each token ends in time: a frame’s after five minutes, a conversation’s after an hour, a guest’s after 180 days', async () => {
    const began_at = Date.now()
    const at = async <T>(ms: number, call: () => Promise<T>) => {
      told_ms = began_at + ms
      return call().finally(() => (told_ms = null))
    }
    const { id, visitor, embed_token } = await at(0, stage)
    const { conversation, token } = await at(0, () => visitor.start())
    const conversation_id = conversation.id
    const days = (count: number) => count * 86_400_000
    const client = frameClient(server, {})
    const enterWith = (given: object) => () => client.enterWebWidget({ web_widget_id: id, embed_token, ...given })
    await at(290_000, enterWith({}))
    expect(await at(301_000, () => refusal(enterWith({})()))).toMatchObject({ code: 'origin_not_allowed' })
    const talk = () => endUser(server, token).getConversation({ conversation_id })
    await at(3_590_000, talk)
    expect(await at(3_601_000, () => refusal(talk()))).toMatchObject({ status: 401 })
    const list = () => visitor.call('listVisitorConversations')
    await at(days(180) - 60_000, list)
    expect(await at(days(180) + 60_000, () => refusal(list()))).toMatchObject({ status: 401 })
    // Renewed by entering, as the same guest.
    const renewed = await at(days(179), async () => {
      const { embed_token: fresh } = await loadFrame(server, id)
      return enter(server, id, {}, { embed_token: fresh, visitor_token: visitor.token })
    })
    expect(renewed.user_id).toBe(visitor.user_id)
    await at(days(200), () => renewed.call('listVisitorConversations'))
    // A message comes with a token renewed by the visitor's.
    const again = await visitor.call('createVisitorConversationToken', { conversation_id })
    expect(again).toMatchObject({ permissions: ['read', 'message', 'end', 'rate'] })
  })
})

describe('absent and foreign', () => {
  test('are one answer, for every operation with an id', async () => {
    const { id, visitor } = await stage()
    const other = await stage()
    const theirs = (await other.visitor.start()).conversation.id
    const operations = Object.values<Operation>(publicWidgetOperations).filter(
      ({ path, id: name }) => path.includes('{conversation_id}') || name === 'giveFeedback',
    )
    const bodies: Record<string, string> = {
      giveConversationFeedback: '{"rating":5}',
      readVisitorConversation: '{"position":1}',
      updateVisitorConversation: '{"client":{}}',
    }
    for (const { method, path, id: name } of operations) {
      const answers = []
      for (const foreign of [theirs, crypto.randomUUID(), 'x', '%00', "'--"]) {
        const at = path.replace('{web_widget_id}', id).replace('{conversation_id}', encodeURIComponent(foreign))
        const body = name === 'giveFeedback' ? JSON.stringify({ conversation_id: foreign, rating: 5 }) : bodies[name]
        const response = await send(at, visitor.token, method, body)
        const { request_id: _, ...answer } = (await response.json()) as Record<string, unknown>
        answers.push([response.status, answer])
      }
      for (const answer of answers) expect([name, ...answer]).toEqual([name, ...answers[0]!])
      expect(answers[0]![0]).toBe(404)
    }
  })

  test('B6: the same user in two widgets of an organization has two histories', async () => {
    const visitors = []
    for (const { id } of [await stage(), await stage()]) {
      const { secret } = await server.client.createWebWidgetIdentityKey({ web_widget_id: id })
      const user_hash = createHmac('sha256', secret).update('u').digest('hex')
      visitors.push(await enter(server, id, {}, { identity: { user_id: 'u', user_hash } }))
    }
    const [one, other] = visitors as [Visitor, Visitor]
    const conversation_id = (await one.start()).conversation.id
    expect((await other.call('listVisitorConversations')).data).toEqual([])
    expect(await refusal(other.call('createVisitorConversationToken', { conversation_id }))).toMatchObject({
      status: 404,
    })
    expect(await other.start()).toMatchObject({ resumed: false })
  })

  test('a page of the history has 1 to 100 conversations', async () => {
    const { visitor } = await stage()
    for (const limit of [0, 101, 1.5]) {
      expect(await refusal(visitor.call('listVisitorConversations', { limit }))).toMatchObject({ status: 422 })
    }
    expect(await visitor.call('listVisitorConversations')).toMatchObject({ pagination: { limit: 20 } })
  })

  test('a conversation of a guest is nobody else’s, whatever user the site signs', async () => {
    const { id, visitor } = await stage()
    const { conversation } = await visitor.start()
    const { secret } = await server.client.createWebWidgetIdentityKey({ web_widget_id: id })
    const sign = (claims: object) =>
      new SignJWT({ exp: Math.floor(Date.now() / 1000) + 600, ...claims })
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode(secret))
    const others: Visitor[] = [
      await enter(server, id, {}, { identity: { token: await sign({ sub: conversation.id }) } }),
      await enter(server, id, {}, { identity: { token: await sign({ sub: visitor.user_id.toUpperCase().replace('GUEST_', 'guest-') }) } }), // prettier-ignore
      await enter(server, id),
    ]
    for (const other of others) {
      expect((await other.call('listVisitorConversations')).data).toEqual([])
      const fresh = other.call('createVisitorConversationToken', { conversation_id: conversation.id })
      expect(await refusal(fresh)).toMatchObject({ status: 404 })
    }
    const taken = enter(server, id, {}, { identity: { token: await sign({ sub: visitor.user_id }) } })
    expect(await refusal(taken)).toMatchObject({ code: 'identity_invalid' })
  })
})
