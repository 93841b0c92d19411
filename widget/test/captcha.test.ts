// A challenge before a conversation: in a document of its own, with the provider's script, and asked again when it fails.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import type { TestServer } from '../../server/test/support/server.ts'
import { type ToolPeer, answerJson, opened_hosts, startToolPeer } from '../../server/test/support/tool-peer.ts'
import { liveWidget } from '../../server/test/web-widgets/browser.ts'
import {
  type Site,
  expectAccessible,
  openChat,
  say,
  snippetOf,
  startBrowser,
  startServer,
  startSite,
  visit,
} from './support/visit.ts'

const stack = new AsyncDisposableStack()
let provider: ToolPeer
let server: TestServer
let site: Site
let browser: Browser
beforeAll(async () => {
  provider = stack.use(await startToolPeer())
  server = stack.use(await startServer({ ...opened_hosts, PARLEY_TURNSTILE_URL: `${provider.url}/turnstile` }))
  site = stack.use(await startSite())
  browser = await startBrowser()
  stack.defer(() => browser.close())
})
afterAll(() => stack.disposeAsync())

/** As the provider's own: shows something to press, and tells what it is told to. */
const challenge = `
  window.turnstile = {
    render(place, { sitekey, action, callback }) {
      const button = document.createElement('button')
      button.textContent = 'I am a person'
      button.onclick = () => callback([sitekey, action].join())
      document.querySelector(place).append(button)
    },
  }
`

test('what waits for a challenge is sent once it is solved; one that fails is asked again, and said in words', async () => {
  await server.client.setSecret({ name: 'CAPTCHA_KEY', value: 'a-secret' })
  const captcha = { provider: 'turnstile', site_key: 'site', secret_name: 'CAPTCHA_KEY', when: 'always' }
  const { id } = await liveWidget(server.client, { domains: [site.origin], captcha }, { starting_message: null })
  site.snippet = snippetOf(server, id)
  server.model.answer = () => 'Welcome, person.'
  const verdicts = [{ success: false }, { success: true, hostname: '127.0.0.1', action: 'parley_start' }]
  provider.answer = (_request, response) => answerJson(response, verdicts.shift()!)
  await using visited = await visit(browser, site.origin)
  const { page } = visited
  await page.route('https://challenges.cloudflare.com/**', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: challenge }),
  )
  const chat = await openChat(page)
  await say(chat, 'Hello')
  await chat.getByText('Please confirm that you are a person.').waitFor()
  await expectAccessible(page)
  const press = chat.frameLocator('iframe').getByRole('button', { name: 'I am a person' })
  await press.click()
  await chat.getByText('We could not confirm that you are a person. Try again.').waitFor()
  await press.click()
  await chat.getByRole('log').getByText('Welcome, person.').waitFor()
  await expect.poll(() => chat.locator('iframe').count()).toBe(0)
  const asked = provider.requests.map(({ body }) => new URLSearchParams(body).get('response'))
  expect(asked).toEqual(['site,parley_start', 'site,parley_start'])
  expect(visited.faults).toEqual([])
})
