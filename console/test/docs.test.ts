// The API reference in a browser: it is drawn under its policy, and asks nobody else for anything.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { openPage, startBrowser } from './support/browser.ts'

let server: TestServer
let browser: Browser

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

test('the page is drawn, its policy stops nothing of it, and nothing comes from elsewhere', async () => {
  await using opened = await openPage(browser)
  const { page, faults } = opened
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await page.goto(`${server.url}/docs`)
  await page.getByText('Create a conversation').first().waitFor()
  await page.getByText('Create a conversation').first().click()
  await page.screenshot({ path: '/tmp/docs.png' })
  await page.waitForTimeout(4000)
  console.log(faults, asked)
  expect(faults).toEqual([])
  expect(asked.filter((url) => !url.startsWith(`${server.url}/`) && !url.startsWith('data:'))).toEqual([])
  await page.screenshot({ path: '/tmp/docs.png' })
})
