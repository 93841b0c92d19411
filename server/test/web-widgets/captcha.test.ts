// A CAPTCHA of a widget: when it is asked for, and what of the provider's answer counts.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { testPorts } from '../support/ports.ts'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'
import { type ToolPeer, answerJson, opened_hosts, startToolPeer } from '../support/tool-peer.ts'
import { endUser, enter, liveWidget } from './browser.ts'

let server: TestServer
let provider: ToolPeer
const stack = new AsyncDisposableStack()
beforeAll(async () => {
  provider = stack.use(await startToolPeer())
  const urls = { PARLEY_TURNSTILE_URL: `${provider.url}/turnstile`, PARLEY_HCAPTCHA_URL: `${provider.url}/hcaptcha` }
  server = stack.use(
    await startTestServer(
      { ...opened_hosts, ...urls },
      { ports: { ...testPorts, reached: async (point) => void (await atPoint?.(point)) } },
    ),
  )
  await server.client.setSecret({ name: 'CAPTCHA_KEY', value: 'the-providers-secret' })
})
afterAll(() => stack[Symbol.asyncDispose]())

/** What happens as the server reaches a point of a commit. */
let atPoint: ((point: string) => Promise<unknown>) | null = null

const solved = { success: true, hostname: '127.0.0.1', action: 'parley_start' }
beforeEach(() => {
  provider.requests.length = 0
  provider.answer = (_request, response) => answerJson(response, solved)
})

const asking = (provider_name: string, when: string) =>
  liveWidget(server.client, {
    captcha: { provider: provider_name, site_key: 'site', secret_name: 'CAPTCHA_KEY', when },
  })

test('always: a start needs a token, which the provider confirms with host and action', async () => {
  const { id } = await asking('turnstile', 'always')
  const visitor = await enter(server, id)
  expect(await refusal(visitor.start())).toMatchObject({ status: 403, code: 'captcha_required' })
  expect(provider.requests).toEqual([])
  const wrong = [
    { ...solved, success: false },
    { ...solved, hostname: 'evil.test' },
    { ...solved, hostname: undefined },
    { ...solved, action: 'login' },
    { ...solved, action: undefined },
  ]
  for (const answer of wrong) {
    provider.answer = (_request, response) => answerJson(response, answer)
    expect(await refusal(visitor.start({ captcha_token: 'a' }))).toMatchObject({ status: 403, code: 'captcha_failed' })
  }
  provider.answer = (_request, response) => answerJson(response, solved)
  expect(await visitor.start({ captcha_token: 'the-token' })).toMatchObject({ resumed: false })
  const { url, body } = provider.requests.at(-1)!
  expect(url).toBe('/turnstile')
  expect(Object.fromEntries(new URLSearchParams(body))).toMatchObject({
    secret: 'the-providers-secret',
    response: 'the-token',
    sitekey: 'site',
  })
  const asked = provider.requests.length
  // The active conversation is the answer, without another challenge.
  expect(await visitor.start()).toMatchObject({ resumed: true })
  expect(provider.requests).toHaveLength(asked)
  expect(server.log.join('\n')).not.toMatch(/the-providers-secret|the-token/)
})

test('suspicious: from the third start of an address in an hour', async () => {
  const { id } = await asking('hcaptcha', 'suspicious')
  provider.answer = (_request, response) => answerJson(response, { success: true, hostname: '127.0.0.1' })
  await (await enter(server, id)).start()
  await (await enter(server, id)).start()
  const third = await enter(server, id)
  expect(await refusal(third.start())).toMatchObject({ code: 'captcha_required' })
  expect(await third.start({ captcha_token: 'a' })).toMatchObject({ resumed: false })
  expect(provider.requests.map(({ url }) => url)).toEqual(['/hcaptcha'])
})

test('a provider that is down, says something else, or whose secret is missing starts nothing', async () => {
  const { id } = await asking('turnstile', 'always')
  const visitor = await enter(server, id)
  const answers: ToolPeer['answer'][] = [
    (_request, response) => response.destroy(),
    (_request, response) => answerJson(response, solved, 500),
    (_request, response) => response.writeHead(200).end('<html>'),
    (_request, response) => answerJson(response, {}),
    (_request, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
  ]
  for (const answer of answers) {
    provider.answer = answer
    const error = await refusal(visitor.start({ captcha_token: 'a' }))
    expect([error.status, error.code, Number(error.retry_after) > 0]).toEqual([503, 'captcha_unavailable', true])
  }
  provider.answer = (_request, response) => answerJson(response, solved)
  await server.client.setSecret({ name: 'GOING', value: 'soon-gone' })
  await server.client.updateWebWidget({
    web_widget_id: id,
    captcha: { provider: 'turnstile', site_key: 'site', secret_name: 'GOING', when: 'always' },
  })
  await server.client.deleteSecret({ name: 'GOING' })
  expect(await refusal(visitor.start({ captcha_token: 'a' }))).toMatchObject({ code: 'captcha_unavailable' })
  expect(await server.client.countConversations({ web_widget_id: id })).toEqual({ count: 0 })
})

test('a provider that is silent for five seconds starts nothing', async () => {
  let fire = () => {}
  const waits: number[] = []
  const after = (ms: number, call: () => void) => {
    if (ms === 5000) {
      waits.push(ms)
      fire = call
    }
    return testPorts.clock.after(ms, call)
  }
  const ports = { clock: { ...testPorts.clock, after } }
  await using own = await startTestServer({ ...opened_hosts, PARLEY_TURNSTILE_URL: `${provider.url}/turnstile` }, { ports }) // prettier-ignore
  await own.client.setSecret({ name: 'CAPTCHA_KEY', value: 'secret' })
  const captcha = { provider: 'turnstile', site_key: 'site', secret_name: 'CAPTCHA_KEY', when: 'always' } as const
  const { id } = await liveWidget(own.client, { captcha })
  const visitor = await enter(own, id)
  waits.length = 0
  // Once it has been asked, its time is over.
  provider.answer = () => fire()
  const error = await refusal(visitor.start({ captcha_token: 'a' }))
  expect(error).toMatchObject({ status: 503, code: 'captcha_unavailable' })
  expect(waits.length).toBeGreaterThan(0)
  expect(await own.client.countConversations({ web_widget_id: id })).toEqual({ count: 0 })
})

test('limits come before the challenge', async () => {
  const { id } = await liveWidget(server.client, {
    limits: { conversations_per_visitor_day: 1 },
    captcha: { provider: 'turnstile', site_key: 'site', secret_name: 'CAPTCHA_KEY', when: 'always' },
  })
  const visitor = await enter(server, id)
  const { conversation, token } = await visitor.start({ captcha_token: 'a' })
  await endUser(server, token).endConversation({ conversation_id: conversation.id })
  expect(await refusal(visitor.start())).toMatchObject({ status: 429, code: 'rate_limited' })
})

test('the challenge is a document of its own: the frame may show it, and gives up its isolation for that', async () => {
  const { id } = await asking('turnstile', 'always')
  const page = await fetch(`${server.url}/public/embed/${id}/captcha`)
  expect(await page.text()).toContain('{"provider":"turnstile","site_key":"site"}')
  const policy = page.headers.get('content-security-policy')!
  expect(policy).toContain('https://challenges.cloudflare.com')
  // The frame stands in a page of the site, which browsers ask for too.
  expect(policy).toMatch(/frame-ancestors 'self' \*$/)
  const { id: listed } = await liveWidget(server.client, {
    domains: ['https://shop.example'],
    captcha: { provider: 'turnstile', site_key: 'site', secret_name: 'CAPTCHA_KEY', when: 'always' },
  })
  const ofListed = await fetch(`${server.url}/public/embed/${listed}/captcha`)
  expect(ofListed.headers.get('content-security-policy')).toMatch(/frame-ancestors 'self' https:\/\/shop\.example$/)
  const frame = await fetch(`${server.url}/public/embed/${id}/frame`)
  expect(frame.headers.get('content-security-policy')).toContain("frame-src 'self'")
  expect(frame.headers.get('cross-origin-embedder-policy')).toBeNull()
  const { id: without } = await liveWidget(server.client)
  expect((await fetch(`${server.url}/public/embed/${without}/captcha`)).status).toBe(404)
  const shown = await (await enter(server, id)).client.getPublicWebWidget({ web_widget_id: id })
  expect(shown.captcha).toEqual({ provider: 'turnstile', site_key: 'site' })
})

test('a start that meets a change of its widget is tried again without another check: a provider takes what was solved once', async () => {
  const { id } = await asking('turnstile', 'always')
  const visitor = await enter(server, id)
  provider.answer = (_request, response) =>
    answerJson(response, provider.requests.length === 1 ? solved : { ...solved, success: false })
  atPoint = async (point) => {
    if (point !== 'create.begun') return
    atPoint = null
    await server.client.updateWebWidget({ web_widget_id: id, name: 'Changed' })
  }
  expect(await visitor.start({ captcha_token: 'a' })).toMatchObject({ resumed: false })
  expect([atPoint, provider.requests.length]).toEqual([null, 1])
})
