// B5 in a browser: pages of other sites can neither show the frame, nor start, nor read, whatever they have copied.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestServer } from '../../server/test/support/server.ts'
import { liveWidget, loadFrame } from '../../server/test/web-widgets/browser.ts'
import { chatsOf, listens, openSite, readAll } from './support/pages.ts'
import {
  type Site,
  message,
  openChat,
  say,
  snippetOf,
  startBrowser,
  startServer,
  startSite,
  visit,
} from './support/visit.ts'

const secret = 'My secret'

let server: TestServer
let shop: Site
let evil: Site
/** Of a site with its own interface (CORS), for another widget. */
let own: Site
let browser: Browser
let id: string
interface Held {
  visitor: string
  conversation: string
  conversation_id: string
}

let held: Promise<Held> | undefined
/** A visitor of the listed site, and what their browser holds. */
const victim = () => (held ??= haveVisitor())
beforeAll(async () => {
  ;[shop, evil, own] = await Promise.all([startSite(), startSite(), startSite()])
  server = await startServer({ PARLEY_CORS_ORIGINS: own.origin })
  browser = await startBrowser()
  const { port } = new URL(shop.origin)
  const domains = [shop.origin, `http://*.shop.localhost:${port}`]
  id = (await liveWidget(server.client, { domains }, { starting_message: null })).id
  shop.snippet = evil.snippet = snippetOf(server, id)
})
afterAll(async () => {
  await browser?.close()
  for (const site of [shop, evil, own]) await site?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
})

async function haveVisitor(): Promise<Held> {
  server.model.answer = () => 'It is safe here.'
  await using visited = await visit(browser, shop.origin)
  const chat = await openChat(visited.page)
  await say(chat, secret)
  await chat.getByText('It is safe here.').waitFor()
  const visitor = await chatsOf(visited.page)[0]!.evaluate(`localStorage.getItem('parley-${id}:token')`)
  const [found] = await server.client.listConversations({ web_widget_id: id })
  const conversation_id = found!.id
  const path = `/core/public/web-widgets/${id}/conversations/${conversation_id}/token`
  const headers = { authorization: `Bearer ${String(visitor)}`, origin: server.url }
  const { token } = (await (await fetch(server.url + path, { method: 'POST', headers })).json()) as { token: string }
  return { visitor: String(visitor), conversation: token, conversation_id }
}

const countConversations = async () => (await server.client.listConversations({ web_widget_id: id })).length
const frameAt = (parent: string) => `${server.url}/public/embed/${id}/frame?parentOrigin=${encodeURIComponent(parent)}`

test('B5: a listed page, one of a wildcard, and a page in a listed one have the chat', async () => {
  const { port } = new URL(shop.origin)
  shop.pages['/nests'] = { body: `<iframe src="${shop.origin}/" width="600" height="600"></iframe>` }
  for (const url of [`http://a.shop.localhost:${port}`, `http://a.b.shop.localhost:${port}`, `${shop.origin}/nests`]) {
    await using site = await openSite(browser, url)
    const { page } = site
    const inner = page.frames().at(-1)!
    await inner.waitForFunction('window.Parley?.open')
    await inner.evaluate('Parley.open()')
    await expect.poll(() => chatsOf(page).length).toBe(1)
    await message(chatsOf(page)[0]! as never).waitFor()
  }
})

test('B5: a page that is not listed has no launcher, is told once, and its calls do nothing', async () => {
  evil.pages['/'] = { body: listens + snippetOf(server, id) }
  await using site = await openSite(browser, evil.origin)
  const { page, lines, requests } = site
  await page.waitForFunction(`told.some(([name]) => name === 'blocked')`)
  await page.evaluate(`Parley.open(); Parley.toggle(); Parley.send('Hi'); Parley.startConversation(); Parley.show()`)
  expect(await page.evaluate(`Parley.identify({ name: 'Eve' })`)).toEqual({ verified: false })
  expect(await page.locator('[data-parley]').count()).toBe(0)
  expect(page.frames()).toHaveLength(1)
  expect(requests).toEqual([`${server.url}/public/embed/${id}`])
  await expect.poll(() => lines).toEqual([`[Parley] Widget ${id} may not be used on ${evil.origin}.`])
  await expect.poll(() => page.evaluate('told')).toEqual([['blocked', {}]])
})

test('B5: the frame is shown in no page of another site, in no page within one, and not by itself', async () => {
  await victim()
  const bodies = {
    '/forged': `<iframe src="${frameAt(shop.origin)}"></iframe>`,
    '/honest': `<iframe src="${frameAt(evil.origin)}"></iframe>`,
    '/sandboxed': `<iframe sandbox="allow-scripts" src="${frameAt(shop.origin)}"></iframe>`,
    '/object': `<object data="${frameAt(shop.origin)}" type="text/html" width="300" height="300"></object>`,
    '/around': `<iframe src="${shop.origin}/opens"></iframe>`,
  }
  shop.pages['/opens'] = { body: snippetOf(server, id, 'data-open') }
  for (const [path, body] of Object.entries(bodies)) {
    evil.pages[path] = { body }
    for (const origin of [evil.origin, evil.foreign_origin]) {
      await using site = await openSite(browser, 'about:blank')
      const { page } = site
      await page.goto(origin + path)
      if (path === '/around') {
        await page.frames()[1]!.waitForFunction('window.Parley?.isOpen')
        await expect.poll(() => page.frames().some((frame) => frame.url().startsWith('chrome-error:'))).toBe(true)
      }
      expect([path, (await readAll(page)).includes('parley-embed-token')]).toEqual([path, false])
    }
  }
  await using site = await openSite(browser, frameAt(shop.origin))
  expect(await readAll(site.page)).not.toContain('parley-embed-token')
  await expect.poll(() => countConversations()).toBe(1)
})

/** What a hostile page tries with everything that it has copied; answers what it learned. */
const attack = ({
  url,
  web_widget_id,
  embed_token,
  visitor,
  conversation,
  conversation_id,
}: Record<string, string>) => `
  (async () => {
    const json = { 'content-type': 'application/json' }
    const signed = { authorization: 'Bearer ${visitor}' }
    const talks = { authorization: 'Bearer ${conversation}' }
    const base = '${url}/core/public/web-widgets/${web_widget_id}'
    const entered = JSON.stringify({ embed_token: '${embed_token}', visitor_token: '${visitor}' })
    const tries = [
      [base + '/visitors', { method: 'POST', headers: json, body: entered }],
      [base + '/visitors', { method: 'POST', mode: 'no-cors', body: entered }],
      [base + '/conversations', { method: 'POST', headers: { ...json, ...signed }, body: '{}' }],
      [base + '/conversations', { method: 'POST', headers: signed }],
      [base + '/conversations', { method: 'POST', mode: 'no-cors', credentials: 'include' }],
      [base + '/conversations', { headers: signed }],
      [base + '/conversations', { mode: 'no-cors', headers: signed }],
      [base + '/conversations/${conversation_id}/token', { method: 'POST', headers: signed }],
      ['${url}/core/conversations/${conversation_id}', { headers: talks }],
      ['${url}/core/conversations/${conversation_id}/events', { headers: talks }],
      ['${url}/core/conversations/${conversation_id}/messages', { method: 'POST', headers: { ...json, ...talks }, body: '{"text":"Forged"}' }],
      ['${url}/core/conversations/${conversation_id}/end', { method: 'POST', headers: talks }],
    ]
    const learned = []
    for (const [address, init] of tries) {
      learned.push(await fetch(address, init).then(async (answer) => answer.type + ' ' + answer.status + ' ' + (await answer.text()), () => 'refused'))
    }
    navigator.sendBeacon(base + '/visitors', entered)
    for (const path of [base + '/visitors', base + '/conversations', '${url}/core/conversations/${conversation_id}/messages']) {
      const form = document.createElement('form')
      const field = document.createElement('input')
      // Plain text that is JSON.
      Object.assign(field, { name: entered.slice(0, -1) + ',"x":"', value: '"}' })
      const target = document.createElement('iframe')
      Object.assign(target, { name: 'target' + path.length })
      Object.assign(form, { method: 'post', enctype: 'text/plain', action: path, target: target.name })
      form.append(field)
      document.body.append(target, form)
      const loaded = new Promise((resolve) => target.addEventListener('load', () => resolve(), { once: true }))
      form.submit()
      await loaded
    }
    return learned
  })()`

async function attackFrom(page: Page, embed_token: string): Promise<string[]> {
  const all = { url: server.url, web_widget_id: id, embed_token, ...(await victim()) }
  return page.evaluate(attack(all))
}

test('B5: copied tokens, fetch and forms of another page start nothing and read nothing', async () => {
  const { embed_token } = await loadFrame(server, id, { parent: shop.origin })
  await victim()
  for (const origin of [evil.origin, evil.foreign_origin, own.origin]) {
    evil.pages['/attack'] = own.pages['/attack'] = { body: '' }
    await using site = await openSite(browser, `${origin}/attack`)
    const learned = await attackFrom(site.page, embed_token)
    expect(learned).toHaveLength(12)
    // A page that may call other widgets is answered, and refused.
    const known =
      origin === own.origin ? /^(refused|opaque 0 |cors 403 .*origin_not_allowed.*)$/s : /^(refused|opaque 0 )$/
    for (const one of learned) expect([origin, one]).toEqual([origin, expect.stringMatching(known)])
    if (origin === own.origin) expect(learned.filter((one) => one.startsWith('cors'))).toHaveLength(9)
    expect(await readAll(site.page)).not.toContain(secret)
  }
  await expect.poll(() => countConversations()).toBe(1)
  const [found] = await server.client.listConversations({ web_widget_id: id, include: 'conversation' })
  const said = found!.conversation!.items.filter(({ role }) => role === 'user').map(({ content }) => content)
  expect([found!.status, said]).toEqual(['in_progress', [[secret]]])
})

const forged = (target: string) => `<script>
  const post = () => {
    for (const [type, value] of [['hello', { version: 1, is_open: true }], ['open', null], ['send', 'Forged'], ['start', null], ['close', null], ['event', ['message_sent', {}]], ['unread', 7]])
      ${target}?.postMessage({ parley: 1, type, value }, '*')
  }
  setInterval(post, 20)
</script>`

test('B5: messages of other windows move neither the frame nor the loader', async () => {
  evil.pages['/beside'] = {
    body:
      forged('parent.frames[0]') + forged('parent').replaceAll('post', 'tell').replaceAll('tellMessage', 'postMessage'),
  }
  const beside = `<iframe src="${evil.origin}/beside"></iframe>`
  shop.pages['/plain'] = { body: `<iframe src="${frameAt(shop.origin)}" width="600" height="600"></iframe>${beside}` }
  await using site = await openSite(browser, `${shop.origin}/plain`)
  const { page } = site
  await expect.poll(() => chatsOf(page).length).toBe(1)
  const [chat] = chatsOf(page) as [ReturnType<typeof chatsOf>[0]]
  const heard = (count: number) =>
    `new Promise((resolve) => { let n = 0; addEventListener('message', () => (n += 1) === ${count} && resolve(n)) })`
  await chat.evaluate(heard(20))
  expect(await chat.locator('#root').innerText()).toBe('')
  // The page itself is its parent, on a listed origin; what it sends is taken only in bounds, and by what it can be.
  const send = (type: string, value: unknown) =>
    page.evaluate(([all]) => frames[0]!.postMessage(all, '*'), [{ parley: 1, type, value }])
  await send('hello', { version: 0, is_open: true })
  await send('open', null)
  expect(await chat.locator('#root').innerText()).toBe('')
  const version = page.evaluate(
    `new Promise((resolve) => addEventListener('message', ({ data, source }) => source === frames[0] && data.type === 'hello' && resolve(data)))`,
  )
  await send('hello', {
    version: 99,
    is_open: true,
    has_focus: false,
    is_filling: false,
    page: { url: shop.origin, title: '', referrer: '' },
  })
  expect(await version).toEqual({ parley: 1, type: 'hello', value: 1 })
  await message(chat as never).waitFor()
  await send('unheard_of', { a: 1 })
  await send('__proto__', {})
  await send('constructor', 'x')
  await send('send', 'x'.repeat(70_000))
  await page.evaluate(
    `frames[0].postMessage('text', '*'); frames[0].postMessage(null, '*'); frames[0].postMessage({ parley: '1', type: 'send', value: 'Forged' }, '*')`,
  )
  await chat.evaluate(heard(20))
  await send('send', 'Of the page')
  await chat.getByText('Of the page').waitFor()
  await expect.poll(() => chat.locator('.mine').allInnerTexts()).toEqual([expect.stringContaining('Of the page')])
  expect(await chat.content()).not.toContain('Forged')
  expect(site.lines).toEqual([])
})

test('B5: the loader takes messages of its own frame alone, 50 a second of known types', async () => {
  evil.pages['/tells'] = { body: forged('parent') }
  shop.pages['/loader'] = {
    body: `${listens}${snippetOf(server, id, 'data-open')}<iframe src="${evil.origin}/tells"></iframe>`,
  }
  await using site = await openSite(browser, `${shop.origin}/loader`)
  const { page } = site
  await expect.poll(() => chatsOf(page).length).toBe(1)
  const [chat] = chatsOf(page) as [ReturnType<typeof chatsOf>[0]]
  await message(chat as never).waitFor()
  await expect.poll(() => page.evaluate('Parley.isOpen')).toBe(true)
  expect(((await page.evaluate('told')) as [string][]).map(([name]) => name)).toEqual(['open', 'ready'])
  await chat.evaluate(`
    for (const type of ['unheard_of', '__proto__', 'constructor']) parent.postMessage({ parley: 1, type, value: 1 }, '*')
    parent.postMessage({ parley: 1, type: 'event', value: ['message_sent', 'x'.repeat(70000)] }, '*')
    for (let n = 0; n < 150; n += 1) parent.postMessage({ parley: 1, type: 'unread', value: n }, '*')
    new Promise((resolve) => setTimeout(resolve, 50))`)
  await page.waitForFunction('told.length > 10')
  const told = (await page.evaluate('told')) as [string][]
  // The second in which they come may end among them.
  expect(told.length).toBeLessThanOrEqual(2 + 100)
  expect(new Set(told.map(([name]) => name))).toEqual(new Set(['open', 'ready', 'unread']))
  expect(site.lines).toEqual([])
})
