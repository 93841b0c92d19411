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
  const answer = await page.goto(`${server.url}/docs/api`)
  expect(answer?.headers()['content-security-policy']).toContain("default-src 'none'")
  await page.getByText('Create a conversation').first().click()
  await page
    .getByRole('button', { name: /test request/i })
    .first()
    .click()
  await page.getByRole('button', { name: /^send/i }).first().click()
  await page.getByText('401').first().waitFor()
  expect(faults).toEqual([])
  expect(asked).toContain(`${server.url}/core/conversations`)
  expect(asked.filter((url) => !url.startsWith(`${server.url}/`) && !url.startsWith('data:'))).toEqual([])
})

test('the policy stops a script that somebody puts into the page', async () => {
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await page.goto(`${server.url}/docs/api`)
  await page.getByText('Create a conversation').first().waitFor()
  await page.evaluate(
    `document.body.append(Object.assign(document.createElement('script'), { text: 'window.planted = 1' }))`,
  )
  await expect.poll(() => page.evaluate('window.planted')).toBeUndefined()
  await expect.poll(() => faults.join()).toContain('Content Security Policy')
})
