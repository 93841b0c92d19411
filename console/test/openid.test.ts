// Signing in with an identity provider, in a browser: a real provider with its own pages, at another site than the console.
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { forgetAttempts, makePerson, newEmail } from '../../server/test/access/sign-in/support.ts'
import { findFreePort } from '../../server/test/support/free-port.ts'
import { type IdentityProvider, startIdentityProvider } from '../../server/test/support/identity-provider.ts'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { expectAccessible, openPage, startBrowser } from './support/browser.ts'
import { inboxTexts } from '../src/inbox/texts.ts'
import { signInTexts } from '../src/sign-in/texts.ts'

let provider: IdentityProvider
let server: TestServer
let browser: Browser
/** The provider is at 127.0.0.1: for a browser that is another site. */
let url: string

beforeAll(async () => {
  // Each has to know the other's address before it starts.
  const port = await findFreePort()
  url = `http://localhost:${port}`
  provider = await startIdentityProvider(url)
  ;[server, browser] = await Promise.all([
    startTestServer({ PORT: String(port), PARLEY_OIDC_NAME: 'Harbour ID', ...provider.settings(url) }),
    startBrowser(),
  ])
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
  await provider?.[Symbol.asyncDispose]()
})
beforeEach(() => forgetAttempts(server))
afterEach(() => void (provider.intercept = null))

async function leave(page: Page, path = '/'): Promise<void> {
  await page.goto(url + path)
  await page.getByRole('button', { name: 'Continue with Harbour ID' }).click()
}

/** On the provider's own pages. */
async function enter(page: Page, account: string): Promise<void> {
  await page.waitForURL(`${provider.issuer}/**`)
  await page.locator('input[name=login]').fill(account)
  await page.locator('input[name=password]').fill('any')
  await page.locator('button[type=submit]').click()
  await page.locator('input[name=prompt][value=consent]').waitFor({ state: 'attached' })
  await page.locator('button[type=submit]').click()
}

test('leads to the provider’s pages and back to where one wanted to go; a reload keeps it', async () => {
  const person = await makePerson(server, server.organization_id, { role: 'viewer' })
  provider.accounts.set('ada', { email: person.email, email_verified: true, name: 'Ada' })
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await leave(page, '/inbox?status=failed')
  await enter(page, 'ada')
  await page.getByRole('heading', { name: 'Inbox' }).waitFor()
  await expect.poll(() => page.url()).toBe(`${url}/inbox?status=failed`)
  await page.getByText(inboxTexts.emptyFilteredTitle).waitFor()
  await page.reload()
  await page.getByText(inboxTexts.emptyFilteredTitle).waitFor()
  expect(faults).toEqual([])
})

test('tells who has an account there and is no member here', async () => {
  provider.accounts.set('eve', { email: newEmail(), email_verified: true })
  await using opened = await openPage(browser)
  const { page } = opened
  await leave(page)
  await enter(page, 'eve')
  await page.getByRole('alert').getByText(signInTexts.openidErrors['not_a_member']!).waitFor()
  await expectAccessible(page)
})

test('tells when the provider fails on the way back, and can be tried again', async () => {
  const person = await makePerson(server, server.organization_id)
  provider.accounts.set('grace', { email: person.email, email_verified: true })
  await using opened = await openPage(browser)
  const { page } = opened
  await leave(page)
  provider.intercept = (request) => (request.url === '/token' ? { status: 500, body: 'no' } : null)
  await enter(page, 'grace')
  await page.getByRole('alert').getByText(signInTexts.openidErrors['provider_failed']!).waitFor()
  provider.intercept = null
  await page.getByRole('button', { name: 'Continue with Harbour ID' }).click()
  // The provider knows who it is by now.
  await page.getByRole('heading', { name: 'Inbox' }).waitFor()
})

test('tells when the provider cannot be asked at all', async () => {
  const away = await server.startAnother({ PORT: '0', PARLEY_OIDC_ISSUER: 'http://127.0.0.1:1' })
  await using _ = away
  await using opened = await openPage(browser)
  const { page } = opened
  await page.goto(away.url)
  await page.getByRole('button', { name: 'Continue with Harbour ID' }).click()
  await page
    .getByRole('alert')
    .getByText('The identity provider could not be reached, or its response is not valid. Try again later.')
    .waitFor()
})

test('tells who took too long, although it is unknown by then where they wanted to go', async () => {
  await using opened = await openPage(browser)
  const { page } = opened
  await page.goto(`${url}/auth/openid/callback?code=old&state=old`)
  await page.getByRole('alert').getByText(signInTexts.openidErrors['expired']!).waitFor()
})
