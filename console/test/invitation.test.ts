// The page that an invitation links to: from the link to the inbox, for everyone who opens it, and what it says of a link that opens nothing.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeOrganization } from '../../server/test/support/actors.ts'
import {
  enter,
  forgetAttempts,
  givePassword,
  makePerson,
  newEmail,
  password,
} from '../../server/test/access/sign-in/support.ts'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { expectAccessible, openPage, signIn, signInAs, startBrowser, themes } from './support/browser.ts'
import { invitationTexts } from '../src/invitation/texts.ts'

let server: TestServer
let browser: Browser

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

const join = (page: Page) => page.getByRole('button', { name: 'Join', exact: true })

async function invite(email: string, fields: { expires_in_seconds?: number } = {}): Promise<string> {
  const { token } = await server.client.createInvitation({ email, role: 'viewer', name: 'Ada', ...fields })
  return `${server.url}/accept-invitation#${token}`
}

describe('a link', () => {
  test('leads to the inbox by a name and a password, once; its token is in no request’s address and no log', async () => {
    const email = newEmail()
    const link = await invite(email)
    const token = link.split('#')[1]!
    await using opened = await openPage(browser)
    const { page, faults } = opened
    const addresses: string[] = []
    page.on('request', (request) => addresses.push(request.url(), JSON.stringify(request.headers())))
    await page.goto(link)
    await page.getByText(invitationTexts.text(email, 'viewer')).waitFor()
    await expect.poll(() => page.getByLabel('Your name').inputValue()).toBe('Ada')
    await page.getByLabel('Choose a password').fill('short')
    await join(page).click()
    await page.getByRole('alert').getByText(invitationTexts.tooShort).waitFor()
    await page.getByLabel('Your name').fill('Ada Lovelace')
    await page.getByLabel('Choose a password').fill(password)
    await join(page).click()
    await page.waitForURL(`${server.url}/inbox`)
    await page.getByRole('button', { name: 'Ada Lovelace' }).waitFor()
    expect(addresses.filter((address) => address.split('#')[0]!.includes(token))).toEqual([])
    expect(server.log.filter((line) => line.includes(token))).toEqual([])

    await enter(server, email)
    await page.goBack()
    expect(page.url()).not.toContain(token)
    await page.goto(link)
    await page.getByText(invitationTexts.goneTitle).waitFor()
    expect(faults).toEqual([])
  })

  test('that has run out, was taken back, or is incomplete says so', async () => {
    const email = newEmail()
    const link = await invite(email)
    await server.database.pool.query(`update invitations set expires_at = now() where email = $1`, [email])
    await using opened = await openPage(browser)
    const { page } = opened
    await page.goto(link)
    await page.getByText(invitationTexts.goneTitle).waitFor()
    await page.goto(`${server.url}/accept-invitation`)
    await page.getByText('Copy the whole link').waitFor()
    await page.goto(`${server.url}/accept-invitation#${'x'.repeat(300)}`)
    await page.getByText(invitationTexts.gone).waitFor()
    await forgetAttempts(server)
  })

  test('that is taken back while somebody fills in the page says so then', async () => {
    const email = newEmail()
    const link = await invite(email)
    await using opened = await openPage(browser)
    const { page } = opened
    await page.goto(link)
    await page.getByLabel('Choose a password').fill(password)
    await server.database.pool.query('delete from invitations where email = $1', [email])
    await join(page).click()
    await page.getByRole('alert').getByText(invitationTexts.gone).waitFor()
  })
})

describe('a person who declines', () => {
  test('is asked first, and sees that the link has ended; the organization sees it too', async () => {
    const email = newEmail()
    const link = await invite(email)
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await page.goto(link)
    const decline = page.getByRole('button', { name: invitationTexts.decline, exact: true })
    const dialog = page.getByRole('dialog', { name: invitationTexts.declineTitle('My organization') })
    await decline.click()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect((await server.client.listInvitations({ state: 'declined' })).data).toEqual([])

    await decline.click()
    await dialog.getByRole('button', { name: invitationTexts.decline, exact: true }).click()
    await page.getByRole('status').getByText(invitationTexts.declined('My organization')).waitFor()
    await expect.poll(() => join(page).count()).toBe(0)
    await expectAccessible(page)
    const { data } = await server.client.listInvitations({ state: 'declined' })
    expect(data.map((invitation) => invitation.email)).toEqual([email])
    await page.reload()
    await page.getByText(invitationTexts.gone).waitFor()
    expect(faults).toEqual([])
  })

  test('learns that it was too late if the invitation was taken back meanwhile', async () => {
    const email = newEmail()
    await using opened = await openPage(browser)
    const { page } = opened
    await page.goto(await invite(email))
    await page.getByRole('button', { name: invitationTexts.decline, exact: true }).click()
    await server.database.pool.query('delete from invitations where email = $1', [email])
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: invitationTexts.decline, exact: true }).click()
    await dialog.getByRole('alert').getByText(invitationTexts.gone).waitFor()
  })
})

describe('somebody who is known', () => {
  test('joins with the password that they have elsewhere', async () => {
    const person = await makePerson(server, (await makeOrganization(server)).id)
    await givePassword(server, person)
    await using opened = await openPage(browser)
    const { page } = opened
    await page.goto(await invite(person.email))
    await page.getByLabel('Your password').fill('not their password')
    await join(page).click()
    await page.getByText(invitationTexts.wrong).waitFor()
    await page.getByLabel('Your password').fill(password)
    await join(page).click()
    await page.getByRole('navigation', { name: 'Main' }).getByText('My organization').waitFor()
  })

  test('needs nothing else while they are signed in', async () => {
    const elsewhere = await makeOrganization(server)
    const person = await makePerson(server, elsewhere.id)
    await givePassword(server, person)
    await using opened = await openPage(browser)
    const { page } = opened
    await signInAs(page, server, person.email, password)
    await page.goto(await invite(person.email))
    await page.getByText(invitationTexts.own).waitFor()
    await join(page).click()
    await page.getByRole('navigation', { name: 'Main' }).getByText('My organization').waitFor()
  })

  test('is told to sign in if they have no password', async () => {
    const person = await makePerson(server, (await makeOrganization(server)).id)
    await using opened = await openPage(browser)
    await opened.page.goto(await invite(person.email))
    await opened.page.getByText(invitationTexts.needsSignIn).waitFor()
    await expect.poll(() => join(opened.page).count()).toBe(0)
  })
})

test('who is signed in as somebody else is told, before the one takes the place of the other', async () => {
  const email = newEmail()
  await using opened = await openPage(browser)
  const { page, faults } = opened
  const { pat_key } = await server.client.createOrganizationKey({ name: 'Of the desk' })
  await signIn(page, server, '/', pat_key)
  await page.goto(await invite(email))
  await page.getByText('You are signed in as Of the desk').waitFor()
  await page.getByLabel('Choose a password').fill(password)
  await join(page).click()
  await page.waitForURL(`${server.url}/inbox`)
  await page.getByRole('button', { name: 'Ada' }).waitFor()
  expect(faults).toEqual([])
})

test.each(themes)('axe finds nothing in %s, wide and narrow', async (colorScheme) => {
  for (const width of [1280, 390]) {
    await using opened = await openPage(browser, { colorScheme, viewport: { width, height: 800 } })
    const { page } = opened
    await page.goto(await invite(newEmail()))
    await join(page).click()
    await page.getByRole('alert').waitFor()
    await expectAccessible(page)
    await page.goto(`${server.url}/accept-invitation`)
    await page.reload()
    await page.getByText('Copy the whole link').waitFor()
    await expectAccessible(page)
  }
})
