// The way in and out, and the addresses of the console beside those of the API.
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { console_folder, readPagePaths } from '../../server/src/http/console.ts'
import { makeOrganization } from '../../server/test/support/actors.ts'
import { givePassword, makePerson, password } from '../../server/test/access/sign-in/support.ts'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import {
  beforeNextChange,
  expectAccessible,
  isNoticed,
  openPage,
  signIn,
  signInAs,
  startBrowser,
  themes,
} from './support/browser.ts'
import { inboxTexts } from '../src/inbox/texts.ts'
import { secretTexts } from '../src/secrets/texts.ts'
import { signInTexts } from '../src/sign-in/texts.ts'

let server: TestServer
let browser: Browser

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

describe('signing in', () => {
  test('leads to where one wanted to go; a reload keeps it, signing out ends it', async () => {
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, '/inbox?status=failed')
    await expect.poll(() => page.url()).toBe(`${server.url}/inbox?status=failed`)
    await page.getByText(inboxTexts.emptyFilteredTitle).waitFor()
    await page.reload()
    await page.getByText(inboxTexts.emptyFilteredTitle).waitFor()

    await page.getByRole('button', { name: 'Account' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByLabel('API key', { exact: true }).waitFor()
    await page.goto(`${server.url}/inbox`)
    await page.getByLabel('API key', { exact: true }).waitFor()
    expect(faults).toEqual([])
  })

  test('tells what is wrong: nothing entered, an unknown key, a server that is away', async () => {
    await using opened = await openPage(browser)
    const { page } = opened
    await page.goto(server.url)
    const submit = page.getByRole('button', { name: 'Sign in', exact: true })
    await submit.click()
    await page.getByText('Enter an API key.').waitFor()
    await page.getByLabel('API key', { exact: true }).fill('ak_none.none')
    await submit.click()
    await page.getByText(signInTexts.refused.api_key).waitFor()
    await page.getByLabel('API key', { exact: true }).fill('ünglaublich')
    await submit.click()
    await page.getByText(signInTexts.refused.api_key).waitFor()
    await page.context().setOffline(true)
    await page.getByLabel('API key', { exact: true }).fill(server.admin_key)
    await submit.click()
    await page.getByText(signInTexts.unreachable).waitFor()
    await page.context().setOffline(false)
    await submit.click()
    await page.getByRole('navigation').waitFor()
  })

  test('with an address and its password; who is a member elsewhere too can go there', async () => {
    const other = await makeOrganization(server)
    const person = await makePerson(server, server.organization_id)
    await makePerson(server, other.id, { email: person.email, role: 'viewer' })
    await givePassword(server, person)
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await page.goto(server.url)
    await page.getByRole('button', { name: signInTexts.ways.password }).click()
    await page.getByLabel(signInTexts.email).fill(person.email)
    await page.getByLabel('Password').fill('a wrong passphrase')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByText(signInTexts.refused.password).waitFor()
    await page.getByLabel('Password').fill(password)
    await page.getByLabel('Password').press('Enter')
    await page.getByRole('navigation').getByText('My organization').waitFor()
    await page.getByRole('button', { name: person.email }).click()
    await page.getByRole('menuitemradio', { name: 'Other' }).click()
    await page.getByRole('navigation').getByText('Other').waitFor()
    expect(faults).toEqual([])
  })

  test('no script can read what keeps it', async () => {
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server)
    const [cookie] = await page.context().cookies()
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' })
    const readable = 'document.cookie + JSON.stringify(sessionStorage) + JSON.stringify(localStorage)'
    await expect.poll(() => page.evaluate(readable)).not.toMatch(/ak_|session/)
  })

  test('a key that is deleted while somebody works leads back to the way in', async () => {
    const { pat_key, key_id } = await server.client.createOrganizationKey({ name: 'Short', role: 'viewer' })
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, '/inbox', pat_key)
    await page.getByText('No conversations yet').waitFor()
    await server.client.deleteOrganizationKey({ key_id })
    await page.reload()
    await page.getByLabel('API key', { exact: true }).waitFor()
  })
})

describe('a session that ends while somebody writes', () => {
  /** At the next change there, so that nothing else of the page meets the end before. */
  const endSessionsAt = (page: Page, address: string) =>
    beforeNextChange(page, address, () => server.database.pool.query('delete from sessions'))
  const again = (page: Page) => page.getByRole('dialog', { name: 'Sign in again' })

  test('is asked for above the page, in its organization; what was written is there, and is saved', async () => {
    const other = await makeOrganization(server)
    const person = await makePerson(server, other.id, { role: 'admin' })
    await makePerson(server, server.organization_id, { email: person.email, role: 'admin' })
    await givePassword(server, person)
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signInAs(page, server, person.email, password)
    await page.getByRole('button', { name: person.email }).click()
    await page.getByRole('menuitemradio', { name: 'My organization' }).click()
    await page.getByRole('navigation').getByText('My organization').waitFor()
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByRole('link', { name: 'Secrets' }).click()
    await page.getByRole('button', { name: 'New secret' }).click()
    await page.getByLabel('Name').fill('SHOP_TOKEN')
    await page.getByLabel('Value').fill('a long value, typed by hand')
    await endSessionsAt(page, '**/admin/secrets/*')
    await page.getByRole('button', { name: secretTexts.submit, exact: true }).click()
    await again(page).waitFor()
    await expectAccessible(page)
    await again(page).getByLabel('Password').fill('a wrong passphrase')
    await page.keyboard.press('Enter')
    await again(page).getByText(signInTexts.refused.password).waitFor()
    await again(page).getByLabel('Password').fill(password)
    await page.keyboard.press('Enter')
    await again(page).waitFor({ state: 'detached' })
    await expect.poll(() => page.getByLabel('Value').inputValue()).toBe('a long value, typed by hand')
    await page.getByRole('button', { name: secretTexts.submit, exact: true }).click()
    await isNoticed(page, secretTexts.done('SHOP_TOKEN'))
    const { data } = await server.client.listSecrets()
    expect(data.map(({ name }) => name)).toEqual(['SHOP_TOKEN'])
    expect(faults).toEqual([])
  })

  test('goes on where another tab has signed in; and shows nothing of it to somebody else', async () => {
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, '/settings/organization')
    await page.getByLabel('Name').fill('Half a na')
    await endSessionsAt(page, '**/admin/organization')
    await page.getByRole('button', { name: 'Apply' }).click()
    await again(page).waitFor()
    const tab = await page.context().newPage()
    await signIn(tab, server)
    await page.bringToFront()
    await page.evaluate('dispatchEvent(new Event("focus"))')
    await again(page).waitFor({ state: 'detached' })
    await expect.poll(() => page.getByLabel('Name').inputValue()).toBe('Half a na')

    const { pat_key } = await server.client.createOrganizationKey({ name: 'Another', role: 'admin' })
    await endSessionsAt(page, '**/admin/organization')
    await page.getByRole('button', { name: 'Apply' }).click()
    await again(page).getByLabel('API key', { exact: true }).fill(pat_key)
    await page.keyboard.press('Enter')
    await again(page).waitFor({ state: 'detached' })
    await expect.poll(() => page.getByLabel('Name').inputValue()).toBe('My organization')
  })

  test('can be left for the way in', async () => {
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, '/settings/organization')
    await page.getByLabel('Name').fill('Half a na')
    await endSessionsAt(page, '**/admin/organization')
    await page.getByRole('button', { name: 'Apply' }).click()
    await again(page).getByRole('button', { name: 'Leave this page' }).click()
    await page.getByRole('heading', { name: 'Sign in to Parley' }).waitFor()
  })
})

test('a tab stays in its organization when another one switches', async () => {
  const other = await makeOrganization(server)
  const person = await makePerson(server, server.organization_id, { role: 'admin' })
  await makePerson(server, other.id, { email: person.email, role: 'admin' })
  await givePassword(server, person)
  await using opened = await openPage(browser)
  const { page } = opened
  await signInAs(page, server, person.email, password, '/settings/secrets')
  await page.getByRole('navigation', { name: 'Main' }).getByText('My organization').waitFor()
  const tab = await page.context().newPage()
  await tab.goto(server.url)
  await tab.getByRole('button', { name: person.email }).click()
  await tab.getByRole('menuitemradio', { name: 'Other' }).click()
  await tab.getByRole('navigation').getByText('Other').waitFor()
  await page.bringToFront()
  await page.getByRole('button', { name: 'New secret' }).click()
  await page.getByLabel('Name').fill('OF_THIS_TAB')
  await page.getByLabel('Value').fill('v')
  await page.getByRole('button', { name: secretTexts.submit, exact: true }).click()
  await isNoticed(page, secretTexts.done('OF_THIS_TAB'))
  expect((await server.client.listSecrets()).data.map(({ name }) => name)).toContain('OF_THIS_TAB')
})

describe('addresses', () => {
  test('those of the console are its pages, every other one is the API’s', async () => {
    for (const path of (await readPagePaths(console_folder))!) {
      const answer = await fetch(server.url + path.replace('*', 'x'))
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, 200, 'text/html; charset=utf-8'])
    }
    for (const path of ['/none', '/core/none', '/inbox/none', '/assets/none.js', '/core/conversations/none']) {
      const answer = await fetch(server.url + path, { headers: { authorization: `Bearer ${server.admin_key}` } })
      expect([path, answer.status, await answer.json()]).toMatchObject([path, 404, { code: 'not_found' }])
    }
  })

  test('those of its routes are all served', async () => {
    const files = await Array.fromAsync(glob(join(import.meta.dirname, '../src/*/{route,frame,frames}.ts')))
    const routes = await Promise.all(files.map((file) => readFile(file, 'utf8')))
    const paths = [...routes.join('').matchAll(/ {2}path: '([^']+)'/g)].map(([, path]) => path!.replace(/\$.*/, '*'))
    expect(new Set(await readPagePaths(console_folder))).toEqual(new Set(paths))
    expect(paths).toContain('/settings/webhooks/*')
  })

  test('nobody is sent elsewhere by a link', async () => {
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, '/sign-in?to=//example.com/')
    await expect.poll(() => new URL(page.url()).host).toBe(new URL(server.url).host)
  })
})

describe('how it looks', () => {
  test.each(themes)('axe finds nothing in %s', async (colorScheme) => {
    await using opened = await openPage(browser, { colorScheme })
    const { page } = opened
    await page.goto(server.url)
    // All ways are there.
    await page.getByRole('button', { name: signInTexts.ways.password }).waitFor()
    await page.getByLabel('API key', { exact: true }).waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByText('Enter an API key.').waitFor()
    await expectAccessible(page)
  })

  test('a theme that is chosen stays, and is there before the first paint', async () => {
    await using opened = await openPage(browser, { colorScheme: 'light' })
    const { page } = opened
    await signIn(page, server)
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
    const light = await background()
    await page.getByRole('button', { name: 'Account' }).click()
    await page.getByRole('menuitemradio', { name: 'Dark' }).click()
    await expect.poll(background).not.toBe(light)
    await page.reload({ waitUntil: 'commit' })
    // Not by `waitForFunction`, which evaluates text in the page while it waits: the page's policy refuses that.
    await expect.poll(() => page.evaluate('document.body !== null')).toBe(true)
    expect(await background()).not.toBe(light)
  })
})
