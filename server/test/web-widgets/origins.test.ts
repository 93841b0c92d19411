// B5: pages of other sites can neither show the frame nor start or read. Gates 2 and 4; removing one fails a test here.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '@parley/sdk'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'
import { endUser, enter, frameClient, liveWidget, loadFrame, pageFetch } from './browser.ts'

const site = 'https://shop.example.com'
const own_site = 'https://own.example.com'
const domains = [site, 'https://*.example.org', own_site]

let server: TestServer
let widget: { id: string }
beforeAll(async () => {
  server = await startTestServer({ PARLEY_CORS_ORIGINS: `${own_site},https://unlisted.example.com` })
  widget = await liveWidget(server.client, { domains, config: { image_hosts: ['cdn.example.com'] } })
})
afterAll(() => server[Symbol.asyncDispose]())

const show = (id: string, query: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/public/embed/${id}/frame${query}`, { headers })
const parent = (origin: string) => `?parentOrigin=${encodeURIComponent(origin)}`
const policyOf = ({ headers }: Response) => headers.get('content-security-policy') ?? ''

/** Calls as a page of this origin would; null: as a program that sends no `Origin`. */
const from = (origin: string | null, token?: string) =>
  createClient({
    base_url: server.url,
    retries: 0,
    ...(origin === null ? {} : { fetch: pageFetch({ origin }) }),
    ...(token === undefined ? {} : { token }),
  })

describe('B5, gate 2: the frame', () => {
  test('is shown to a listed page, and names every listed ancestor', async () => {
    for (const origin of [site, 'https://a.example.org', 'https://a.b.example.org']) {
      const response = await show(widget.id, parent(origin))
      expect([origin, response.status]).toEqual([origin, 200])
      expect(policyOf(response)).toContain(`frame-ancestors ${domains.join(' ')}`)
    }
  })

  test('is refused to any other page, to none, and as a page of its own', async () => {
    const others = [
      'https://evil.test',
      'http://shop.example.com',
      'https://example.org',
      `${site}:8443`,
      'null',
      `${site}/a`,
    ]
    const refused = await Promise.all([
      ...others.map((origin) => show(widget.id, parent(origin))),
      show(widget.id, ''),
      show(widget.id, `${parent(site)}&parentOrigin=${site}`),
      show(widget.id, parent(site), { 'sec-fetch-dest': 'document' }),
    ])
    for (const response of refused) {
      expect(response.status).toBe(403)
      expect(policyOf(response)).toContain("frame-ancestors 'none'")
      expect(await response.text()).not.toContain('parley-embed-token')
    }
  })

  test('of a widget without a list is shown anywhere, also as a page of its own', async () => {
    const { id } = await liveWidget(server.client)
    const responses = await Promise.all([
      show(id, parent('https://anywhere.test')),
      show(id, ''),
      show(id, '', { 'sec-fetch-dest': 'document' }),
    ])
    for (const response of responses) {
      expect(response.status).toBe(200)
      expect(policyOf(response)).toContain('frame-ancestors *')
    }
  })

  test('absent, unpublished and malformed are the same 404', async () => {
    const { id } = await liveWidget(server.client, { published: false })
    const pages = await Promise.all(
      [id, crypto.randomUUID(), 'nonsense', '%00'].map(async (one) => {
        const response = await show(one, parent(site))
        return [response.status, policyOf(response), await response.text()]
      }),
    )
    for (const page of pages) expect(page).toEqual(pages[0])
    expect(pages[0]![0]).toBe(404)
  })

  test('has a policy that lets nothing in but its own files and the named pictures', async () => {
    const response = await show(widget.id, parent(site))
    const files = `${server.url}/public/widget/`
    expect(policyOf(response).split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${files}`,
      `style-src ${files}`,
      "connect-src 'self'",
      'img-src https://cdn.example.com',
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
      `frame-ancestors ${domains.join(' ')}`,
    ])
    const { headers } = response
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cross-origin-embedder-policy')).toBe('credentialless')
    expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin')
    expect(headers.get('permissions-policy')).toBe('camera=(), microphone=(), geolocation=()')
    expect(headers.get('x-frame-options')).toBeNull()
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  test('what a widget says of itself cannot leave its data block', async () => {
    const config = { chat: { title: '</script><script>alert(1)</script>\u2028' }, more: '__PARLEY_EMBED_TOKEN__' }
    const { id } = await liveWidget(server.client, { config })
    const { page, embed_token } = await loadFrame(server, id)
    expect(page).not.toContain('<script>alert')
    const [, block] = /id="parley-widget">(.*?)<\/script>/s.exec(page)!
    expect(JSON.parse(block!)).toMatchObject({ id, config })
    expect(block).not.toContain(embed_token)
  })

  test('a preview is for the console only, for a widget that is not live too', async () => {
    const { id } = await liveWidget(server.client, { published: false, domains: [site] })
    const { url } = await server.client.previewWebWidget({ web_widget_id: id })
    const { pathname, search } = new URL(url)
    const response = await fetch(`${server.url}${pathname}${search}`)
    expect(response.status).toBe(200)
    expect(policyOf(response)).toContain(`frame-ancestors ${server.url}`)
    expect((await show(id, '?preview=1.x')).status).toBe(404)
    expect(
      (await fetch(`${server.url}${pathname}${search}`, { headers: { 'sec-fetch-dest': 'document' } })).status,
    ).toBe(403)
    // The page around it in the console: with the loader of this build, for the console alone.
    const around = `${server.url}${pathname.replace('/frame', '/sample')}`
    const sample = await fetch(`${around}${search}`)
    expect(policyOf(sample).split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${server.url}/public/widget/`,
      'img-src https:',
      "frame-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      `frame-ancestors ${server.url}`,
    ])
    const [, settings] = /id="parley-sample">(.*?)<\/script>/s.exec(await sample.text())!
    const told = { id, origin: server.url, console_origin: server.url, query: search.replace('?', '&') }
    expect(JSON.parse(settings!)).toMatchObject(told)
    expect((await fetch(around)).status).toBe(404)
    expect((await fetch(`${around}${search}`, { headers: { 'sec-fetch-dest': 'document' } })).status).toBe(403)
    const [, embed_token] = /name="parley-embed-token" content="([^"]*)"/.exec(await response.text())!
    const entered = await from(server.url).enterWebWidget({ web_widget_id: id, embed_token: embed_token! })
    const client = from(server.url, entered.visitor_token)
    const { conversation, token } = await client.startWebWidgetConversation({ web_widget_id: id })
    expect(conversation.web_widget_id).toBeNull()
    const stored = await server.client.getConversation({ conversation_id: conversation.id })
    expect(stored.custom_metadata).toMatchObject({ parley_preview: true })
    server.model.answer = () => 'Tried.'
    const sent = { conversation_id: conversation.id, text: 'Hi' }
    expect(await endUser(server, token).sendConversationMessage(sent)).toMatchObject({ reply: 'Tried.' })
    expect((await server.client.getWebWidgetStatistics({ web_widget_id: id })).data).toEqual([])
    expect((await client.listVisitorConversations({ web_widget_id: id })).data).toMatchObject([{ id: conversation.id }])
  })
})

describe('B5, gate 4: the API', () => {
  test('entering needs the embed token of a served frame, of this widget, and the frame’s own origin', async () => {
    const { embed_token } = await loadFrame(server, widget.id, { parent: site })
    const other = await liveWidget(server.client, { domains })
    const foreign = await loadFrame(server, other.id, { parent: site })
    const [head, body, signature] = embed_token.split('.') as [string, string, string]
    const none = `${Buffer.from('{"alg":"none","typ":"embed+jwt"}').toString('base64url')}.${body}.`
    const web_widget_id = widget.id
    const tries = [
      from(server.url).enterWebWidget({ web_widget_id }),
      from(server.url).enterWebWidget({ web_widget_id, embed_token: '' }),
      from(server.url).enterWebWidget({ web_widget_id, embed_token: foreign.embed_token }),
      from(server.url).enterWebWidget({ web_widget_id, embed_token: none }),
      from(server.url).enterWebWidget({ web_widget_id, embed_token: `${head}.${body}.${signature.slice(1)}A` }),
      from(server.url).enterWebWidget({ web_widget_id, embed_token: 'x'.repeat(1_000_000) }),
      from(site).enterWebWidget({ web_widget_id, embed_token }),
      from('https://evil.test').enterWebWidget({ web_widget_id, embed_token }),
      from('null').enterWebWidget({ web_widget_id, embed_token }),
      from(null).enterWebWidget({ web_widget_id, embed_token }),
    ]
    for (const error of await Promise.all(tries.map(refusal))) {
      expect(error).toMatchObject({ status: 403, code: 'origin_not_allowed' })
    }
    await from(server.url).enterWebWidget({ web_widget_id, embed_token })
  })

  test('what writes must come from the frame, with a token of a listed origin', async () => {
    const visitor = await enter(server, widget.id, { parent: site })
    const { conversation, token } = await visitor.start()
    const here = { web_widget_id: widget.id, conversation_id: conversation.id }
    for (const origin of [site, 'https://evil.test', 'null', null, 'https://unlisted.example.com', own_site]) {
      const page = from(origin, visitor.token)
      const talk = from(origin, token)
      const tries = [
        page.startWebWidgetConversation({ web_widget_id: widget.id }),
        page.createVisitorConversationToken(here),
        page.updateVisitorConversation({ ...here, client: {} }),
        page.readVisitorConversation({ ...here, position: 1 }),
        page.giveConversationFeedback({ ...here, rating: 5 }),
        talk.sendConversationMessage({ conversation_id: conversation.id, text: 'Hi' }),
        talk.endConversation({ conversation_id: conversation.id }),
      ]
      for (const error of await Promise.all(tries.map(refusal))) {
        expect([origin, error]).toMatchObject([origin, { status: 403, code: 'origin_not_allowed' }])
      }
    }
    // What a page of another origin reads it is not shown either.
    const list = await fetch(`${server.url}/core/public/web-widgets/${widget.id}/conversations`, {
      headers: { authorization: `Bearer ${visitor.token}`, origin: 'https://evil.test' },
    })
    expect([list.status, list.headers.get('access-control-allow-origin')]).toEqual([403, null])
    const unlisted = from('https://unlisted.example.com', token).getConversation({ conversation_id: conversation.id })
    expect(await refusal(unlisted)).toMatchObject({ status: 403, code: 'origin_not_allowed' })
  })

  test('a site that is taken off the list is refused from then on, also to read', async () => {
    const { id } = await liveWidget(server.client, { domains: [site] })
    const visitor = await enter(server, id, { parent: site })
    const { conversation, token } = await visitor.start()
    await server.client.updateWebWidget({ web_widget_id: id, domains: ['https://other.example.com'] })
    expect(await refusal(visitor.start())).toMatchObject({ code: 'origin_not_allowed' })
    expect(await refusal(visitor.call('listVisitorConversations'))).toMatchObject({ code: 'origin_not_allowed' })
    const sent = endUser(server, token).sendConversationMessage({ conversation_id: conversation.id, text: 'Hi' })
    expect(await refusal(sent)).toMatchObject({ code: 'origin_not_allowed' })
  })

  test('a token for one origin does not renew one for another', async () => {
    const { id } = await liveWidget(server.client)
    const one = await enter(server, id, { parent: 'https://one.test' })
    const other = await enter(server, id, { parent: 'https://two.test' }, { visitor_token: one.token })
    expect(other.user_id).not.toBe(one.user_id)
  })

  test('tokens of other widgets, of conversations and keys are no visitor tokens', async () => {
    const { id } = await liveWidget(server.client)
    const other = await liveWidget(server.client)
    const visitor = await enter(server, id)
    const { token, conversation } = await visitor.start()
    const stranger = await enter(server, other.id)
    for (const bad of [stranger.token, token, server.admin_key, 'nonsense', 'x'.repeat(50_000)]) {
      const error = await refusal(frameClient(server, {}, bad).startWebWidgetConversation({ web_widget_id: id }))
      expect(error).toMatchObject({ status: 401, message: 'Invalid or missing credentials.' })
    }
    const swapped = frameClient(server, {}, visitor.token).getConversation({ conversation_id: conversation.id })
    expect(await refusal(swapped)).toMatchObject({ status: 401 })
  })
})

describe('a site with its own interface', () => {
  test('in both lists it needs no frame, and its pages may read the answers', async () => {
    const page = from(own_site)
    const entered = await page.enterWebWidget({ web_widget_id: widget.id })
    const started = await from(own_site, entered.visitor_token).startWebWidgetConversation({ web_widget_id: widget.id })
    server.model.answer = () => 'Hello.'
    const response = await fetch(`${server.url}/core/conversations/${started.conversation.id}/messages`, {
      method: 'POST',
      headers: { origin: own_site, authorization: `Bearer ${started.token}`, 'content-type': 'application/json' },
      body: '{"text":"Hi"}',
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBe(own_site)
    expect(response.headers.get('access-control-allow-credentials')).toBeNull()
    const unlisted = from('https://unlisted.example.com').enterWebWidget({ web_widget_id: widget.id })
    expect(await refusal(unlisted)).toMatchObject({ status: 403, code: 'origin_not_allowed' })
  })

  test('what a browser asks before is answered for listed origins and browsers’ operations alone', async () => {
    const ask = (path: string, origin: string) =>
      fetch(`${server.url}${path}`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      })
    const path = `/core/public/web-widgets/${widget.id}/conversations`
    const answered = await ask(path, own_site)
    expect(answered.status).toBe(204)
    expect(answered.headers.get('access-control-allow-origin')).toBe(own_site)
    expect(answered.headers.get('access-control-allow-methods')).toBe('POST, GET')
    expect(answered.headers.get('access-control-allow-headers')).toContain('idempotency-key')
    expect(answered.headers.get('access-control-max-age')).toBe('600')
    for (const [where, origin] of [
      [path, 'https://evil.test'],
      ['/core/agents', own_site],
    ] as const) {
      // prettier-ignore
      const refused = await ask(where, origin)
      expect([where, refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([where, 404, null])
    }
  })

  test('keys of the organization are refused from a browser there', async () => {
    const error = await refusal(from(own_site, server.admin_key).listAgents())
    expect(error).toMatchObject({ status: 403, code: 'browser_key_refused' })
    const agents = await fetch(`${server.url}/core/agents`, {
      headers: { origin: own_site, authorization: `Bearer ${server.admin_key}` },
    })
    expect(agents.headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('the loader', () => {
  test('has its settings with it, is kept for five minutes, and may be loaded anywhere', async () => {
    const response = await fetch(`${server.url}/public/embed/${widget.id}`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('public, max-age=300')
    expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
    const [, settings] = /^window.parleyTest = (.*)$/m.exec(await response.text())!
    expect(JSON.parse(settings!)).toMatchObject({ id: widget.id, domains })
    const etag = response.headers.get('etag')!
    const again = await fetch(`${server.url}/public/embed/${widget.id}`, { headers: { 'if-none-match': etag } })
    expect(again.status).toBe(304)
  })

  test('of what is not live it is one warning, which is not kept', async () => {
    const { id } = await liveWidget(server.client, { published: false })
    const scripts = await Promise.all(
      [id, crypto.randomUUID(), '</script>', '%00'].map(async (one) => {
        const response = await fetch(`${server.url}/public/embed/${encodeURIComponent(one)}`)
        expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store'])
        return (await response.text()).replace(one, '<id>')
      }),
    )
    for (const script of scripts) expect(script).toMatch(/^console\.warn\("\[Parley\] The web widget [^"\\]*"\)\n$/)
    expect(scripts[0]).toBe(scripts[1])
  })

  test('files of the build are kept for ever; nothing else is there', async () => {
    const response = await fetch(`${server.url}/public/widget/frame-test.js`)
    expect(response.headers.get('cache-control')).toContain('immutable')
    expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
    for (const file of ['nothing.js', '..%2fmanifest.json', 'frame-test.js.gz', '__proto__', 'constructor']) {
      expect([file, (await fetch(`${server.url}/public/widget/${file}`)).status]).toEqual([file, 404])
    }
  })
})

describe('PARLEY_WIDGET_URL: an origin for widgets alone', () => {
  let apart: TestServer
  beforeAll(async () => {
    apart = await startTestServer({ PARLEY_WIDGET_URL: 'http://chat.test', PARLEY_PUBLIC_URL: 'http://console.test', PARLEY_TRUSTED_PROXIES: 'loopback' }) // prettier-ignore
  })
  afterAll(() => apart[Symbol.asyncDispose]())
  const at = (host: string, path: string, init: RequestInit = {}) =>
    fetch(`${apart.url}${path}`, { ...init, headers: { ...init.headers, 'x-forwarded-host': host } })

  test('loader, frame and their API are there; the console and everything else are not', async () => {
    const { id } = await liveWidget(apart.client, { domains: [site] })
    const loader = await (await at('console.test', `/public/embed/${id}`)).text()
    expect(loader).toContain('"origin":"http://chat.test"')
    const frame = await at('chat.test', `/public/embed/${id}/frame${parent(site)}`)
    expect(policyOf(frame)).toContain('script-src http://chat.test/public/widget/;')
    const [, embed_token] = /name="parley-embed-token" content="([^"]*)"/.exec(await frame.text())!
    const enterAt = (origin: string) =>
      at('chat.test', `/core/public/web-widgets/${id}/visitors`, {
        method: 'POST',
        headers: { origin, 'content-type': 'application/json' },
        body: JSON.stringify({ embed_token }),
      })
    expect((await enterAt('http://chat.test')).status).toBe(200)
    expect((await enterAt('http://console.test')).status).toBe(403)
    const headers = { authorization: `Bearer ${apart.admin_key}` }
    for (const path of [
      '/',
      '/sign-in',
      '/docs/',
      '/docs/quickstart',
      '/docs/api/',
      '/openapi.json',
      '/healthz',
      '/core/agents',
      '/admin/organization',
    ]) {
      expect([path, (await at('chat.test', path, { headers })).status]).toEqual([path, 404])
    }
    expect((await at('console.test', '/core/agents', { headers })).status).toBe(200)
    const { url } = await apart.client.previewWebWidget({ web_widget_id: id })
    expect(url).toMatch(/^http:\/\/chat\.test\/public\/embed\//)
    const preview = new URL(url)
    const shown = await at('chat.test', `${preview.pathname}${preview.search}`)
    expect(policyOf(shown)).toContain('frame-ancestors http://console.test http://chat.test')
    const sample = await at('chat.test', `${preview.pathname.replace('/frame', '/sample')}${preview.search}`)
    expect(policyOf(sample)).toMatch(/; frame-ancestors http:\/\/console\.test$/)
  })
})
