// Files that are lost on their way while a page is loaded: it stays, and what they hold comes a moment later.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { isAsked, isNoticed, openPage, pressUntilSeen, signIn, startBrowser } from './support/browser.ts'
import { organizationTexts } from '../src/organization/texts.ts'
import { shellTexts } from '../src/shell/texts.ts'

let server: TestServer
let browser: Browser

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

test('notices, the account, the shortcuts and the filters are there once their files are, and the page is from the start', async () => {
  await using opened = await openPage(browser)
  const { page } = opened
  const lost = new Set<string>()
  // Of the chips there are two: those of the inbox, and what all pages with filters share.
  await page.route(/\/assets\/(toast|account-menu|shortcuts-dialog|filter-chips)-[^/]+\.js$/, (route) => {
    const url = route.request().url()
    if (lost.has(url)) return route.continue()
    lost.add(url)
    return route.abort()
  })
  await signIn(page, server, '/inbox')
  await page.getByRole('heading', { name: 'Inbox' }).waitFor()
  const shortcuts = page.getByRole('dialog', { name: shellTexts.nav.shortcuts })
  await pressUntilSeen(page, '?', shortcuts)
  await isAsked(shortcuts)
  await page.keyboard.press('Escape')
  await shortcuts.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Filter', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Account' }).waitFor()
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByLabel('Name').fill('Harbour Lane')
  await page.getByRole('button', { name: 'Apply' }).click()
  await isNoticed(page, organizationTexts.done)
  expect(lost.size).toBe(5)
})
