// The settings: each page's main way, what is said beside a field, what is shown once, and what others see instead of what they may not see.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTokenForUser } from '../../server/src/access/administration.ts'
import { systemPorts } from '../../server/src/base/ports.ts'
import { enter, enterAsMember, givePassword, makePerson, password } from '../../server/test/access/sign-in/support.ts'
import { type TestServer, refusal, startTestServer } from '../../server/test/support/server.ts'
import { expectAccessible, isNoticed, openPage, signIn, signInAs, startBrowser, themes } from './support/browser.ts'
import { makeAgent } from './support/conversations.ts'
import { accountTexts } from '../src/account/texts.ts'
import { keyTexts } from '../src/keys/texts.ts'
import { memberTexts } from '../src/members/texts.ts'
import { organizationTexts } from '../src/organization/texts.ts'
import { secretTexts } from '../src/secrets/texts.ts'
import { settingsTexts } from '../src/settings/texts.ts'

let server: TestServer
let browser: Browser

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
/** A notice that something was done is one too, for Base UI. */
const dialog = (page: Page) => page.locator('[role=dialog]:not([aria-modal=false])')
/** What is behind a dialog is for nobody until it has closed. */
async function confirm(page: Page, name: string): Promise<void> {
  await dialog(page).getByRole('button', { name, exact: true }).click()
  await dialog(page).waitFor({ state: 'detached' })
}
const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text })

/** What a dialog shows once, before it is closed. */
async function takeShown(page: Page, label: string): Promise<string> {
  const field = dialog(page).getByLabel(label, { exact: true })
  await field.waitFor()
  const value = await field.inputValue()
  await button(page, settingsTexts.kept).click()
  await dialog(page).waitFor({ state: 'detached' })
  expect(await page.content()).not.toContain(value)
  await page.reload()
  await page.getByRole('heading', { level: 1 }).waitFor()
  expect(await page.content()).not.toContain(value)
  return value
}

describe('the organization', () => {
  test('is renamed, beside every page at once; a slug that is taken, or none, is said beside its field', async () => {
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, '/settings')
    await page.getByLabel('Name').fill('Harbour Lane')
    await page.getByLabel('Slug').fill('Not A Slug')
    await button(page, 'Apply').click()
    await page.getByText(/^Must match pattern/).waitFor()
    await page.getByLabel('Slug').fill('harbour-lane')
    await button(page, 'Apply').click()
    await page.getByRole('navigation', { name: 'Main' }).getByText('Harbour Lane').waitFor()
    expect(await server.client.getOrganization()).toMatchObject({ name: 'Harbour Lane', slug: 'harbour-lane' })
    // Beside the notice the keys go on.
    await isNoticed(page, organizationTexts.done)
    await page.getByRole('heading', { level: 1 }).click()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    expect(faults).toEqual([])
  })
})

describe('members', () => {
  test('are invited by a link that is shown once; the invitation can be taken back', async () => {
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, '/settings/members')
    await button(page, 'Invite').click()
    await dialog(page).getByLabel(memberTexts.inviteDialog.email).fill('nobody')
    await button(page, memberTexts.inviteDialog.submit).click()
    await page.getByText(memberTexts.inviteDialog.emailUnfit).waitFor()
    await dialog(page).getByLabel(memberTexts.inviteDialog.email).fill('grace@example.test')
    await dialog(page).getByLabel('Admin').check()
    await button(page, memberTexts.inviteDialog.submit).click()
    const link = await takeShown(page, 'Link')
    expect(link.startsWith(`${server.url}/accept-invitation#`)).toBe(true)
    await row(page, 'grace@example.test').getByText('Admin', { exact: true }).waitFor()
    await button(page, memberTexts.invitations.remove('grace@example.test')).click()
    await confirm(page, memberTexts.invitations.removeSubmit)
    await page.getByText(memberTexts.invitations.empty).waitFor()
    expect((await refusal(server.client.readInvitation({ token: link.split('#')[1]! }))).status).toBe(404)
    expect(faults).toEqual([])
  })

  test('get another role, and are removed, which ends their sessions', async () => {
    const { person, browser: theirs } = await enterAsMember(server, server.organization_id, 'viewer')
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, '/settings/members')
    await page.getByLabel(`Role of ${person.email}`).selectOption('Admin')
    await confirm(page, 'Change role')
    await isNoticed(page, memberTexts.roleChanged)
    expect((await theirs.client.getSignInSession()).session?.organization.role).toBe('admin')
    await button(page, `Remove ${person.email}`).click()
    await confirm(page, 'Remove')
    await row(page, person.email).waitFor({ state: 'detached' })
    expect((await theirs.client.getSignInSession()).session).toBe(null)
  })
})

describe('keys and tokens', () => {
  test('a key is made with scopes, narrowed to an agent, shown once, used, and deleted', async () => {
    const agent_id = await makeAgent(server, 'Front desk')
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, '/settings/keys')
    await button(page, 'New key').click()
    await button(page, 'Create key').click()
    await page.getByText(keyTexts.nameMissing).waitFor()
    await dialog(page).getByLabel('Name').fill('Nightly export')
    await dialog(page).getByLabel(keyTexts.chosenScopes).check()
    await button(page, 'Create key').click()
    await page.getByText(keyTexts.scopesMissing).waitFor()
    await dialog(page).getByLabel('conversations:read', { exact: false }).first().check()
    await dialog(page).getByText(keyTexts.allAgents).click()
    await dialog(page).getByLabel('Front desk').check()
    await dialog(page).getByLabel(keyTexts.life).selectOption('30 days')
    await button(page, 'Create key').click()
    const token = await takeShown(page, 'Key')
    const client = server.as({ token })
    expect(await client.getMyScopes()).toEqual(['conversations:read'])
    expect(await client.listConversations({ agent_id })).toEqual([])

    const made = row(page, 'Nightly export')
    await made.getByText('Only Front desk').waitFor()
    await button(page, 'Delete Nightly export').click()
    await confirm(page, 'Delete')
    await made.waitFor({ state: 'detached' })
    expect((await refusal(client.getMyScopes())).status).toBe(401)
    expect(faults).toEqual([])
  })

  test('a member creates their own token; a caller with a key is told that they have none', async () => {
    const person = await makePerson(server, server.organization_id)
    await givePassword(server, person)
    await using opened = await openPage(browser)
    const { page } = opened
    await signInAs(page, server, person.email, password, '/settings/keys')
    await button(page, 'New token').click()
    await dialog(page).getByLabel('Name').fill('Laptop')
    await button(page, 'Create token').click()
    const token = await takeShown(page, 'Token')
    expect(await server.as({ token, organization_id: server.organization_id }).getMyScopes()).toContain('agents:manage')
    await row(page, 'Laptop').waitFor()

    await using other = await openPage(browser)
    await signIn(other.page, server, '/settings/keys')
    await other.page.getByText(keyTexts.noTokens).waitFor()
  })

  test('nobody is offered what they do not have', async () => {
    const scopes = ['organizations:manage', 'conversations:read'] as const
    const { pat_key } = await server.client.createOrganizationKey({ name: 'Some', scopes: [...scopes] })
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, '/settings/keys', pat_key)
    await button(page, 'New key').click()
    await dialog(page).getByLabel('Name').waitFor()
    await expect.poll(() => dialog(page).getByLabel('Admin').count()).toBe(0)
    await expect.poll(() => dialog(page).getByLabel('agents:manage').isDisabled()).toBe(true)
    await expect.poll(() => dialog(page).getByLabel('organizations:manage').isEnabled()).toBe(true)
  })
})

describe('secrets', () => {
  test('are set and replaced, and no value is ever shown', async () => {
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, '/settings/secrets')
    await button(page, 'New secret').click()
    await dialog(page).getByLabel('Name').fill('1shop')
    await button(page, secretTexts.submit).click()
    await dialog(page).getByText(secretTexts.nameUnfit).waitFor()
    await dialog(page).getByText(secretTexts.valueMissing).waitFor()
    await dialog(page).getByLabel('Name').fill('shop_token')
    await dialog(page).getByLabel('Value').fill('the-value-of-the-shop')
    await confirm(page, secretTexts.submit)
    await row(page, 'SHOP_TOKEN').waitFor()
    await button(page, secretTexts.replace('SHOP_TOKEN')).click()
    await expect.poll(() => dialog(page).getByLabel('Value').inputValue()).toBe('')
    await dialog(page).getByLabel('Value').fill('another-value-of-the-shop')
    await confirm(page, secretTexts.submit)
    expect(await page.content()).not.toContain('value-of-the-shop')
    await button(page, 'Delete SHOP_TOKEN').click()
    await confirm(page, 'Delete')
    await page.getByText(secretTexts.empty).waitFor()
    expect((await server.client.listSecrets()).data).toEqual([])
    expect(faults).toEqual([])
  })
})

describe('models', () => {
  test('are those that the server knows, the default first', async () => {
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, '/settings/models')
    await row(page, 'openai/scripted').getByText('Default').waitFor()
    const { data } = await server.client.listModels()
    await expect.poll(() => page.getByRole('row').count()).toBe(data.length + 1)
  })
})

describe('the account', () => {
  test('a new password ends the other sessions, and this one goes on', async () => {
    const { person, browser: elsewhere } = await enterAsMember(server, server.organization_id, 'viewer')
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signInAs(page, server, person.email, password, '/settings/account')
    const change = async (current: string, next: string, again = next) => {
      await page.getByLabel(accountTexts.current).fill(current)
      await page.getByLabel('New password', { exact: true }).fill(next)
      await page.getByLabel(accountTexts.again).fill(again)
      await button(page, 'Change password').click()
    }
    await change('', 'short')
    await page.getByText(accountTexts.currentMissing).waitFor()
    await page.getByText(accountTexts.tooShort, { exact: true }).waitFor()
    await change(password, 'a much longer password', 'a much longer passwort')
    await page.getByText(accountTexts.notSame).waitFor()
    await change('not the password', 'a much longer password')
    await page.getByText(accountTexts.wrong).waitFor()
    expect((await elsewhere.client.getSignInSession()).session).not.toBe(null)
    const { pat_key } = await elsewhere.client.createPersonalAccessToken({ name: 'Minted elsewhere' })
    await change(password, 'a much longer password')
    await isNoticed(page, accountTexts.changed)
    expect((await elsewhere.client.getSignInSession()).session).toBe(null)
    expect((await refusal(server.as({ token: pat_key }).listPersonalAccessTokens())).status).toBe(401)
    await page.reload()
    await page.getByLabel(accountTexts.current).waitFor()
    await enter(server, person.email, 'a much longer password')
    expect(faults).toEqual([])
  })

  test('signing out everywhere ends this session too', async () => {
    const { person, browser: elsewhere } = await enterAsMember(server, server.organization_id)
    await using opened = await openPage(browser)
    const { page } = opened
    await signInAs(page, server, person.email, password, '/settings/account')
    const administration = { database: server.database, ports: systemPorts }
    const { secret } = await createTokenForUser(administration, person)
    await button(page, 'Sign out everywhere').click()
    await dialog(page).getByLabel(accountTexts.endEveryToken).check()
    await dialog(page).getByRole('button', { name: 'Sign out everywhere' }).click()
    await page.getByLabel('API key', { exact: true }).waitFor()
    expect((await elsewhere.client.getSignInSession()).session).toBe(null)
    expect((await refusal(server.as({ token: secret }).listPersonalAccessTokens())).status).toBe(401)
  })
})

describe('without the permission', () => {
  test('a viewer sees what they may, and why not the rest', async () => {
    const { pat_key } = await server.client.createOrganizationKey({ name: 'Viewer', role: 'viewer' })
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, '/settings', pat_key)
    await page.getByText('you need the scope organizations:manage').waitFor()
    await expect.poll(() => page.getByLabel('Slug').count()).toBe(0)
    const settings = page.getByRole('navigation', { name: 'Settings' })
    await settings.getByRole('link', { name: 'Members' }).click()
    await page.getByText('you need the scope members:manage').waitFor()
    await expect.poll(() => page.getByRole('button', { name: /Invite|Remove/ }).count()).toBe(0)
    for (const name of ['Keys and tokens', 'Secrets']) {
      await settings.getByRole('link', { name }).click()
      await page.getByText('you need the scope organizations:manage').waitFor()
      await expect.poll(() => page.getByRole('button', { name: /New/ }).count()).toBe(0)
    }
    await settings.getByRole('link', { name: 'Your account' }).click()
    await page.getByText('a key, which has no password').waitFor()
    expect(faults).toEqual([])
  })

  test('a key that is narrowed to an agent is told so', async () => {
    const agent_ids = [await makeAgent(server, 'Narrow')]
    const { pat_key } = await server.client.createOrganizationKey({ name: 'Narrow', role: 'admin', agent_ids })
    await using opened = await openPage(browser)
    await signIn(opened.page, server, '/settings/secrets', pat_key)
    await opened.page.getByText(settingsTexts.narrowed).waitFor()
  })
})

describe('how it looks', () => {
  const pages = ['Members', 'Keys and tokens', 'Webhooks', 'Secrets', 'Models', 'Your account', 'Organization']
  let email: string
  beforeAll(async () => {
    await server.client.setSecret({ name: 'SHOP', value: 'value' })
    await server.client.createInvitation({ email: 'ada@example.test', role: 'viewer' })
    const person = await makePerson(server, server.organization_id)
    await givePassword(server, person)
    email = person.email
  })

  describe.each(themes)('axe finds nothing in %s', (colorScheme) => {
    test.each([1280, 390])('%i pixels wide', async (width) => {
      await using opened = await openPage(browser, { colorScheme, viewport: { width, height: 800 } })
      const { page } = opened
      await signInAs(page, server, email, password, '/settings')
      for (const name of pages) {
        await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name }).click()
        await page.getByRole('heading', { level: 1, name }).waitFor()
        await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' })
        await expectAccessible(page)
        await expect.poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
      }
      await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Keys and tokens' }).click()
      await button(page, 'New key').click()
      await dialog(page).getByLabel(keyTexts.chosenScopes).check()
      await expectAccessible(page)
    })
  })
})
