// The documentation in a browser: readable without scripts, found by its search, in both themes.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectAccessible, openPage, startBrowser, themes } from '../../console/test/support/browser.ts'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'

let server: TestServer
let browser: Awaited<ReturnType<typeof startBrowser>>

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

test('a page can be read without scripts, and leads to every other', async () => {
  await using context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(`${server.url}/docs`)
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Concepts' }).click()
  await page.getByRole('heading', { level: 1, name: 'Concepts' }).waitFor()
  await page.getByRole('img', { name: 'The statuses of a turn' }).scrollIntoViewIfNeeded()
  expect(await page.getByRole('searchbox').count()).toBe(0)
  await page.getByRole('link', { name: 'Next' }).click()
  await page.getByRole('heading', { level: 1, name: 'Guarantees' }).waitFor()
})

test('the search is used by keyboard alone, and everything comes from this server', async () => {
  await using opened = await openPage(browser)
  const { page, faults } = opened
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await page.goto(`${server.url}/docs/`)
  await page.keyboard.press('/')
  await page.keyboard.type('disconnects cancel')
  await page.getByRole('option', { name: 'A client that disconnects cancels nothing' }).waitFor()
  await page.keyboard.press('ArrowDown')
  expect(await page.getByRole('option', { selected: true }).count()).toBe(1)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/docs/guarantees#a-client-that-disconnects-cancels-nothing')
  await page.keyboard.press('/')
  await page.keyboard.type('no such words anywhere')
  await page.getByText('No sections found').waitFor()
  expect(faults).toEqual([])
  expect(asked.filter((url) => !url.startsWith(`${server.url}/docs/`))).toEqual([])
})

test('a chosen theme stays on the next page', async () => {
  await using opened = await openPage(browser, { colorScheme: 'light' })
  const { page } = opened
  const themeOf = () => page.evaluate('document.documentElement.dataset.theme')
  await page.goto(`${server.url}/docs/quickstart`)
  await page.getByRole('button', { name: 'Use the dark theme' }).click()
  expect(await themeOf()).toBe('dark')
  await page.goto(`${server.url}/docs/tools`)
  expect(await themeOf()).toBe('dark')
})

test.each(themes)('axe finds nothing in %s, wide and narrow, and nothing runs over', async (colorScheme) => {
  for (const width of [1300, 900, 360]) {
    await using opened = await openPage(browser, { colorScheme, viewport: { width, height: 900 } })
    const { page, faults } = opened
    for (const name of ['', 'concepts', 'coming-from-anyreach']) {
      await page.goto(`${server.url}/docs/${name}`)
      await page.getByRole('combobox').waitFor()
      // What axe looks for in between is what it has found at both ends.
      if (width !== 900) await expectAccessible(page)
      await expect.poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    }
    await page.getByRole('combobox').fill('reply')
    await page.getByRole('option').first().waitFor()
    await expectAccessible(page)
    expect(faults).toEqual([])
  }
})
