// Auto-brand and the check of a snippet, against real websites, kind ones and hostile ones; and the demo page.
import { createServer } from 'node:net'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { patientPorts } from '../support/patient-ports.ts'
import { testPorts } from '../support/ports.ts'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'
import type { ToolPeer } from '../support/tool-peer.ts'
import { makeOrganization } from '../support/actors.ts'
import { publishAgent } from '../support/server.ts'
import { liveWidget } from './browser.ts'
import { makeLiveWidget } from './fixture.ts'
import { opened_sites, paint, shop, startSite } from './site.ts'

let server: TestServer
/** Where the first page is, for the call that is next. */
let pages: string[] = []
beforeAll(async () => {
  server = await startTestServer(opened_sites, { ports: patientPorts, first_pages: () => pages })
})
afterAll(() => server[Symbol.asyncDispose]())

// First: no other widget is live yet.
test('the demo page has the newest widget that may be shown on it, or says why it has no button', async () => {
  const demo = async () => (await fetch(`${server.url}/widget-demo`)).text()
  const site = 'https://shop.example.com'
  const { client } = server
  await liveWidget(client, { domains: [site] })
  const without = await demo()
  expect(without).toContain('src=""')
  expect(without).toContain(`its sites do not include this one, ${server.url}`)
  const open = await liveWidget(client)
  await liveWidget(client, { domains: [site] })
  expect(await demo()).toContain(`src="${server.url}/public/embed/${open.id}"`)
  const listed = await liveWidget(client, { domains: [site, server.url] })
  await liveWidget(client, { published: false })
  const shown = await demo()
  expect(shown).toContain(`src="${server.url}/public/embed/${listed.id}"`)
  expect(shown).toContain('The button in the corner opens a chat')
})

/** Of an organization of its own, so that the limit of one does not end the tests of another. */
async function newWidget() {
  const { client } = await makeOrganization(server)
  const { agent_id } = await publishAgent(client)
  const { id } = await client.createWebWidget({ agent_id })
  return { client, web_widget_id: id }
}

async function brandOf(...addresses: string[]) {
  const { client, web_widget_id } = await newWidget()
  pages = addresses
  return client.autoBrandWebWidget({ web_widget_id, domain: 'https://www.Lamps.example/' })
}

describe('auto-brand', () => {
  test('reads the page, its manifest and its icons, and proposes a configuration that can be stored', async () => {
    await using site = await startSite(shop())
    const { client, web_widget_id } = await newWidget()
    pages = [site.url]
    const brand = await client.autoBrandWebWidget({ web_widget_id, domain: 'https://www.Lamps.example/' })
    const red = [{ hex: '#c81e28', name: 'Red' }]
    const icon = (name: string, side: number) => ({
      ...{ url: `${site.url}/${name}`, type: 'icon', mode: null, colors: red },
      resolution: { width: side, height: side, aspect_ratio: 1 },
    })
    expect(brand).toMatchObject({
      ...{ domain: 'lamps.example', title: 'Harbour Lamps', description: 'Lamps made by hand.' },
      colors: [{ hex: '#0b5fff', name: 'Blue' }],
      logos: [
        { url: `${site.url}/logo.svg`, type: 'logo', resolution: null, colors: [] },
        icon('big.png', 192),
        icon('icon.png', 32),
      ],
      config: { chat: { title: 'Harbour Lamps', light_mode: { header: { background_color: '#0b5fff' } } } },
    })
    const changed = await client.updateWebWidget({ web_widget_id, config: brand.config })
    expect(changed.config).toEqual(brand.config)
  })

  test('the second address, three redirects, and the colors of an icon where nothing is declared', async () => {
    const redirect = (to: string) => ({ status: 302, headers: { location: to }, body: '' })
    await using site = await startSite({
      '/': redirect('/1'),
      '/1': redirect('/2'),
      '/2': redirect('/3'),
      '/3': { body: '<title>Late</title><link rel="apple-touch-icon" href="i.png">' },
      '/i.png': { type: 'image/png', body: paint(16, [20, 140, 60]) },
      '/json': { type: 'application/json', body: '{}' },
    })
    const brand = await brandOf(`${site.url}/json`, site.url)
    expect(brand).toMatchObject({ title: 'Late', colors: [{ hex: '#148c3c', name: 'Green' }] })
  })

  const missing = async (...addresses: string[]) =>
    expect(await refusal(brandOf(...addresses))).toMatchObject({ status: 404, code: 'brand_not_found' })

  test.each<[string, Parameters<typeof startSite>[0]]>([
    [
      'four redirects',
      Object.fromEntries(
        ['/', '/1', '/2', '/3', '/4'].map((path, index) => [
          path,
          { status: 302, headers: { location: `/${index + 1}` }, body: '' },
        ]),
      ),
    ],
    ['a redirect to a private address', { '/': { status: 302, headers: { location: 'http://127.0.0.2/' }, body: '' } }],
    ['a redirect to metadata', { '/': { status: 302, headers: { location: 'http://169.254.169.254/' }, body: '' } }],
    ['a redirect to a file', { '/': { status: 302, headers: { location: 'file:///etc/passwd' }, body: '' } }],
    ['an error', { '/': { status: 500, body: '<title>Sorry</title>' } }],
    ['no page', { '/': { type: 'text/plain', body: 'hello' } }],
    ['an empty page', { '/': { body: '<p>hello' } }],
  ])('%s', async (_what, answers) => {
    await using site = await startSite(answers)
    await missing(site.url)
  })

  test('a private address that is not opened, and nobody there', async () => {
    await missing('http://10.0.0.1/', 'http://[::1]:9/', 'http://127.0.0.1:9/')
  })

  test('an endless page is read up to its limit', async () => {
    await using site = await startSite({})
    site.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).write('<title>Endless</title>')
      const more = () => {
        while (response.write('<p>'.repeat(10_000))) if (response.destroyed) return
        response.once('drain', more)
      }
      more()
    }
    expect(await brandOf(site.url)).toMatchObject({ title: 'Endless', colors: [], logos: [] })
  })

  test('an endless manifest is left out, and so is an endless icon', async () => {
    await using site = await startSite({})
    const page = '<title>Lamps</title><link rel=manifest href=/m.webmanifest><link rel=icon href=/i.png type=image/png>'
    const endless = (response: ServerResponse, type: string, part: Buffer) => {
      response.writeHead(200, { 'content-type': type })
      const more = () => {
        while (response.write(part)) if (response.destroyed) return
        response.once('drain', more)
      }
      more()
    }
    site.answer = ({ url }, response) => {
      if (url === '/m.webmanifest') return endless(response, 'application/manifest+json', Buffer.alloc(65_536, '{"a":'))
      if (url === '/i.png') return endless(response, 'image/png', paint(16, [20, 140, 60]))
      response.writeHead(200, { 'content-type': 'text/html' }).end(page)
    }
    expect(await brandOf(site.url)).toMatchObject({ title: 'Lamps', colors: [], logos: [{ colors: [] }] })
    expect(site.requests.map(({ url }) => url)).toEqual(['/', '/m.webmanifest', '/i.png'])
  })

  test('at most six icons are asked for', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `/${index}.png`)
    await using site = await startSite({ '/': { body: names.map((name) => `<link rel=icon href=${name}>`).join('') } })
    const { logos } = await brandOf(site.url)
    expect(logos).toHaveLength(6)
    expect(site.requests.map(({ url }) => url)).toHaveLength(7)
  })

  test('no host name: 422; the eleventh in a minute: 429', async () => {
    await using site = await startSite(shop())
    pages = [site.url]
    const { client, web_widget_id } = await newWidget()
    for (const domain of ['localhost', '127.0.0.1', 'a.com/path', 'a.com:8443']) {
      const refused = await refusal(client.autoBrandWebWidget({ web_widget_id, domain }))
      expect(refused).toMatchObject({ status: 422, errors: [{ path: 'domain' }] })
    }
    pages = ['http://10.0.0.1/']
    const brand = () => refusal(client.autoBrandWebWidget({ web_widget_id, domain: 'a.com' }))
    for (let count = 0; count < 10; count += 1) expect((await brand()).status).toBe(404)
    expect(await brand()).toMatchObject({ status: 429, code: 'rate_limited' })
  })
})

test('a site that never answers is left after ten seconds', async () => {
  let fire = () => {}
  const ports = {
    clock: {
      ...testPorts.clock,
      after: (ms: number, call: () => void) => {
        if (ms === 10_000) fire = call
        return testPorts.clock.after(ms, call)
      },
    },
  }
  const silent = createServer(() => fire()).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`
  await using own = await startTestServer(opened_sites, { ports, first_pages: () => [url] })
  const { web_widget_id } = await makeLiveWidget(own)
  const refused = await refusal(own.client.autoBrandWebWidget({ web_widget_id, domain: 'a.com' }))
  expect(refused).toMatchObject({ status: 404, code: 'brand_not_found' })
  silent.close()
})

describe('the check of a page', () => {
  let site: ToolPeer
  let web_widget_id: string
  beforeAll(async () => {
    const made = await makeLiveWidget(server, { domains: ['http://127.0.0.1:1', 'http://127.0.0.1:2'] })
    web_widget_id = made.web_widget_id
    const snippet = (id: string) => `<script async src="${server.url}/public/embed/${id}"></script>`
    site = await startSite({
      '/with': { body: `<html><body>${snippet(web_widget_id)}</body></html>` },
      '/without': { body: '<html></html>' },
      '/strict': { headers: { 'content-security-policy': "script-src 'self'" }, body: snippet(web_widget_id) },
      '/moved': { status: 301, headers: { location: '/with' }, body: '' },
      '/gone': { status: 410, body: snippet('x') },
    })
  })
  afterAll(() => site[Symbol.asyncDispose]())
  const check = (url: string) => server.client.checkWebWidget({ web_widget_id, url })
  const found = { reachable: true, snippet_found: true, origin_listed: false, csp_allows: true }

  test.each([
    ['/moved', {}],
    ['/without', { snippet_found: false }],
    ['/strict', { csp_allows: false }],
  ])('%s', async (path, differing) => expect(await check(site.url + path)).toEqual({ ...found, ...differing }))

  test('whether the site is listed', async () => {
    await server.client.updateWebWidget({ web_widget_id, domains: [site.url] })
    expect(await check(`${site.url}/with`)).toEqual({ ...found, origin_listed: true })
  })

  test('nothing there, a private address, and what is no page', async () => {
    const unread = { reachable: false, snippet_found: null, origin_listed: false, csp_allows: null }
    for (const url of ['http://10.0.0.1/', 'http://127.0.0.1:9/']) expect(await check(url)).toEqual(unread)
    expect(await check(`${site.url}/gone`)).toEqual({ ...unread, origin_listed: true })
    for (const url of ['ftp://a.com', 'nonsense', 'https://user:secret@a.com/', 'javascript:alert(1)']) {
      expect(await refusal(check(url))).toMatchObject({ status: 422, errors: [{ path: 'url' }] })
    }
  })
})
