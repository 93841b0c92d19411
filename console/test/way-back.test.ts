// Where signing in leads: to a page of the console, whatever the address of the sign-in page says.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { openPage, signIn, startBrowser } from './support/browser.ts'

let server: TestServer
let browser: Browser

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

const hostile = [
  '/%09/evil.example',
  '/%0A/evil.example',
  '/%0D%0A/evil.example',
  '%09//evil.example',
  '//evil.example',
  '/%5Cevil.example',
  '/%09%5Cevil.example',
  '%5C%5Cevil.example',
  '/.//evil.example',
  '/..//evil.example',
  '/%252e//evil.example',
  'https://evil.example',
  'https:evil.example',
  'javascript:document.title=1',
  '%01javascript:document.title=1',
  '@evil.example',
  '/%2F/evil.example',
  '%22//evil.example%22',
]

/** What the page asks of other hosts; none of it leaves. */
async function watchOthers(page: Page): Promise<string[]> {
  const asked: string[] = []
  await page.route(
    (url) => url.origin !== server.url,
    async (route) => {
      asked.push(route.request().url())
      await route.fulfill({ body: 'elsewhere' })
    },
  )
  return asked
}

test.each(hostile)('of ?to=%s is the inbox, before and after one has signed in', async (to) => {
  await using opened = await openPage(browser)
  const { page, faults } = opened
  const asked = await watchOthers(page)
  await signIn(page, server, `/sign-in?to=${to}`)
  await expect.poll(() => page.url()).toBe(`${server.url}/inbox`)
  await page.goto(`${server.url}/sign-in?to=${to}`)
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  await expect.poll(() => page.url()).toBe(`${server.url}/inbox`)
  expect(asked).toEqual([])
  expect(faults).toEqual([])
})

test('is where one wanted to go', async () => {
  await using opened = await openPage(browser)
  const { page } = opened
  await signIn(page, server, `/sign-in?to=${encodeURIComponent('/inbox?status=failed#top')}`)
  await expect.poll(() => page.url()).toBe(`${server.url}/inbox?status=failed#top`)
})
