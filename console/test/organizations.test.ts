// Organizations in a browser: the tree of a partner, a new one, a view as a partner, invitations that a user has received, deletion.
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTokenForUser } from '../../server/src/access/administration.ts'
import { enter, givePassword, makePerson, newEmail, password } from '../../server/test/access/sign-in/support.ts'
import { makeOrganization } from '../../server/test/support/actors.ts'
import { testPorts } from '../../server/test/support/ports.ts'
import { type TestServer, refusal, startTestServer } from '../../server/test/support/server.ts'
import {
  expectAccessible,
  isNoticed,
  openPage,
  pressUntilSeen,
  signIn,
  signInAs,
  startBrowser,
} from './support/browser.ts'
import { accountTexts } from '../src/account/texts.ts'
import { memberTexts } from '../src/members/texts.ts'
import { organizationTexts } from '../src/organization/texts.ts'
import { organizationsTexts as words } from '../src/organizations/texts.ts'
import { peopleTexts } from '../src/people/texts.ts'
import { receivedTexts } from '../src/received/texts.ts'
import { settingsTexts } from '../src/settings/texts.ts'
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

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true })
const dialog = (page: Page) => page.locator('[role=dialog]:not([aria-modal=false])')
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
const bar = (page: Page) => page.getByRole('region', { name: shellTexts.view.label })

async function confirm(page: Page, name: string): Promise<void> {
  await dialog(page).getByRole('button', { name, exact: true }).click()
  await dialog(page).waitFor({ state: 'detached' })
}

/** An organization with an admin who has a password. */
async function makePartner(name: string) {
  const organization = await makeOrganization(server, name)
  const person = await makePerson(server, organization.id)
  await givePassword(server, person)
  return { ...organization, email: person.email }
}

/** Below the partner's, and created by its key, so that none of its members is a member there. */
async function makeChild(partner: { client: TestServer['client'] }, name: string, parent_id: string | null = null) {
  const child = await partner.client.createChildOrganization({ name, parent_id })
  const person = await makePerson(server, child.id)
  await givePassword(server, person)
  return { ...child, email: person.email }
}

describe('the tree', () => {
  test('grows by a form that says whether a slug is free; opens by keys; is searched with the way to what is found', async () => {
    const partner = await makePartner('Harbour Group')
    await makeOrganization(server, 'North Quay')
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signInAs(page, server, partner.email, password, '/settings/organizations')
    await page.getByText(words.empty).waitFor()
    await link(page, words.new).click()
    await heading(page, words.new)
    await button(page, words.create.submit).click()
    await page.getByText(words.nameMissing).waitFor()
    // The slug follows the name; that of another organization is taken.
    await page.getByLabel('Name').fill('North Quay')
    await expect.poll(() => page.getByLabel('Slug').inputValue()).toBe('north-quay')
    await page.getByText(words.slug.reasons.taken).waitFor()
    await page.getByRole('button', { name: /^Use north-quay-/ }).click()
    await page.getByText(/^north-quay-.* is free\.$/).waitFor()
    await page.getByLabel('Slug').fill('Quay North')
    await page.getByText(words.slug.reasons.invalid).waitFor()
    await page.getByLabel('Slug').fill('quay-of-the-north')
    await page.getByText(words.slug.free('quay-of-the-north')).waitFor()
    await button(page, words.create.submit).click()
    await isNoticed(page, words.create.done('North Quay'))
    await heading(page, 'North Quay')
    await link(page, words.addBelow).click()
    await page.getByLabel(words.create.below('North Quay')).waitFor()
    await page.getByLabel('Name').fill('Ferry Desk')
    await button(page, words.create.submit).click()
    await heading(page, 'Ferry Desk')
    await page.getByText(words.depths(2)).waitFor()

    await link(page, words.back).click()
    const tree = page.getByRole('list', { name: words.tree })
    await expect.poll(() => tree.getByRole('link').allTextContents()).toEqual(['North Quay'])
    await button(page, words.expand('North Quay')).focus()
    await pressUntilSeen(page, 'Enter', link(page, 'Ferry Desk'))
    await expect.poll(() => button(page, words.expand('North Quay')).getAttribute('aria-expanded')).toBe('true')

    await page.getByRole('searchbox').fill('ferry')
    const found = page.getByRole('row').filter({ hasText: 'Ferry Desk' })
    await expect
      .poll(() => found.getByRole('list', { name: words.path }).getByRole('listitem').allInnerTexts())
      .toEqual(['Harbour Group', expect.stringContaining('North Quay')])
    expect(page.url()).toContain('?q=ferry')
    await page.getByRole('searchbox').fill('nowhere at all')
    await page.getByText(words.noneFound).waitFor()
    expect(faults).toEqual([])
  })

  test('an organization below is renamed, suspended with its effect, activated, and its members are managed', async () => {
    const partner = await makePartner('Managing')
    const child = await makeChild(partner, 'Managed')
    const grandchild = await makeChild(partner, 'Below it', child.id)
    const administration = { database: server.database, ports: testPorts }
    const { secret } = await createTokenForUser(administration, { email: grandchild.email })
    const below = server.as({ token: secret, organization_id: grandchild.id })
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signInAs(page, server, partner.email, password, `/settings/organizations/${child.id}`)
    await button(page, words.edit).click()
    await dialog(page).getByLabel('Name').fill('Renamed')
    await dialog(page).getByLabel('Slug').fill('renamed-by-partner')
    await confirm(page, words.save)
    await heading(page, 'Renamed')
    await button(page, words.suspend).click()
    await dialog(page).getByText(words.suspendText).waitFor()
    await confirm(page, words.suspend)
    await button(page, words.activate).waitFor()
    expect(await refusal(below.listAgents())).toMatchObject({ status: 403, code: 'organization_suspended' })
    await button(page, words.activate).click()
    await confirm(page, words.activate)
    await button(page, words.suspend).waitFor()
    await below.listAgents()

    await page.getByLabel(peopleTexts.roleOf(child.email)).selectOption('Viewer')
    await dialog(page).getByRole('button', { name: peopleTexts.changeRoleSubmit }).click()
    await dialog(page)
      .getByText(/last admin/)
      .waitFor()
    await button(page, 'Cancel').click()
    await button(page, peopleTexts.invitations.invite).click()
    await dialog(page).getByLabel(peopleTexts.inviteDialog.email).fill('mei@example.test')
    await button(page, peopleTexts.inviteDialog.submit).click()
    await dialog(page).getByLabel('Link', { exact: true }).waitFor()
    await button(page, settingsTexts.kept).click()
    const invited = page.getByRole('row').filter({ hasText: 'mei@example.test' })
    await invited.getByText('Admin', { exact: true }).waitFor()
    await page.getByLabel(peopleTexts.invitations.state).selectOption('Accepted')
    await page.getByText(peopleTexts.invitations.empty.accepted).waitFor()

    // Of another tree: as if it were not there.
    const other = await makePartner('Elsewhere')
    await page.goto(`${server.url}/settings/organizations/${other.id}`)
    await page.getByText(shellTexts.notFound.title).waitFor()
    expect(faults).toEqual([])
  })
})

describe('a view as a partner', () => {
  async function startView(page: Page, name: string): Promise<void> {
    await button(page, words.view.open).click()
    await dialog(page).getByRole('button', { name: words.view.submit }).click()
    await dialog(page).getByText(words.view.reasonMissing).waitFor()
    await dialog(page).getByLabel(words.view.reason).fill('Ticket 4711')
    await dialog(page).getByLabel(words.view.minutes).selectOption('30 minutes')
    await confirm(page, words.view.submit)
    await bar(page).getByText(shellTexts.view.viewing(name)).waitFor()
  }

  test('shows its banner on every page, changes nothing, is seen by the members there, and ends from either side', async () => {
    const partner = await makePartner('Looking')
    const child = await makeChild(partner, 'Looked at')
    await using opened = await openPage(browser)
    await using theirs = await openPage(browser)
    const { page, faults } = opened
    await signInAs(page, server, partner.email, password, `/settings/organizations/${child.id}`)
    await startView(page, 'Looked at')
    await link(page, 'Agents').click()
    await heading(page, 'Agents')
    await expect.poll(() => button(page, 'New agent').count()).toBe(0)
    await page.reload()
    await bar(page).waitFor()

    await signInAs(theirs.page, server, child.email, password, '/settings/members')
    const looking = theirs.page.getByRole('table', { name: memberTexts.views.list }).getByRole('row')
    await looking.filter({ hasText: 'From Looking' }).getByText('Ticket 4711').waitFor()
    await button(page, shellTexts.view.end).click()
    await heading(page, words.title)
    await bar(page).waitFor({ state: 'detached' })
    await theirs.page.getByText(memberTexts.views.empty).waitFor()

    await link(page, 'Looked at').click()
    await startView(page, 'Looked at')
    await theirs.page.getByLabel(memberTexts.views.accesses.none).check()
    await button(theirs.page, memberTexts.views.save).click()
    await isNoticed(theirs.page, memberTexts.views.saved)
    // The next request is refused.
    await link(page, 'Agents').click()
    await isNoticed(page, shellTexts.view.over('Looked at'))
    await heading(page, words.title)
    await link(page, 'Looked at').click()
    await button(page, words.view.open).click()
    await dialog(page).getByLabel(words.view.reason).fill('Again')
    await dialog(page).getByRole('button', { name: words.view.submit }).click()
    await dialog(page)
      .getByText(/does not let partners look at it/)
      .waitFor()
    expect([...faults, ...theirs.faults]).toEqual([])
  })
})

describe('a user', () => {
  test('accepts and declines what they were invited to, and switches there', async () => {
    const { email } = await makePartner('At home')
    const [first, second] = [await makeOrganization(server, 'Lighthouse'), await makeOrganization(server, 'Shipyard')]
    for (const { client } of [first, second]) await client.createInvitation({ email, role: 'viewer' })
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signInAs(page, server, email, password, '/settings/invitations')
    await button(page, receivedTexts.accept('Lighthouse')).click()
    await page.getByText(receivedTexts.joined('Lighthouse', 'viewer')).waitFor()
    await button(page, receivedTexts.decline('Shipyard')).click()
    await confirm(page, receivedTexts.declineShort)
    await page.getByText(receivedTexts.empty).waitFor()
    expect((await second.client.listInvitations({ state: 'declined' })).data).toMatchObject([{ email }])
    await button(page, receivedTexts.switch('Lighthouse')).click()
    await page.getByRole('navigation', { name: 'Main' }).getByText('Lighthouse').waitFor()
    await page.goto(`${server.url}/settings/account`)
    await button(page, accountTexts.organizations.switchTo('At home')).click()
    await page.getByRole('navigation', { name: 'Main' }).getByText('At home').waitFor()
    expect(faults).toEqual([])
  })

  test('whose address nothing has proven is told to use the link', async () => {
    const email = newEmail()
    const { token } = await server.client.createInvitation({ email, role: 'viewer' })
    await server.client.acceptInvitation({ token, password })
    await using opened = await openPage(browser)
    await signInAs(opened.page, server, email, password, '/settings/invitations')
    await opened.page.getByText(receivedTexts.needsToken).waitFor()
    // They cannot manage organizations below, and can create one of their own.
    await opened.page.goto(`${server.url}/settings/organizations`)
    await opened.page.getByText('you need the scope child_organizations:manage').waitFor()
    await link(opened.page, words.new).click()
    await opened.page.getByLabel('Name').fill('My own')
    await button(opened.page, words.create.submit).click()
    await opened.page.getByRole('navigation', { name: 'Main' }).getByText('My own').waitFor()
    expect(opened.faults).toEqual([])
  })

  test('deletes the organization by its slug; what is below it comes first', async () => {
    const partner = await makePartner('Closing down')
    const child = await makeChild(partner, 'Still there')
    const { slug } = await partner.client.getOrganization()
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signInAs(page, server, partner.email, password, '/settings/organization')
    const remove = async (typed: string) => {
      await dialog(page).getByLabel(organizationTexts.deletion.confirm(slug)).fill(typed)
      await dialog(page).getByRole('button', { name: organizationTexts.deletion.submit }).click()
    }
    await button(page, organizationTexts.deletion.ask).click()
    await remove('something')
    await dialog(page).getByText(organizationTexts.deletion.notSame).waitFor()
    await remove(slug)
    await dialog(page)
      .getByText(/organizations below this one/)
      .waitFor()
    const there = await enter(server, child.email)
    await there.client.deleteOrganization({ confirm: child.slug })
    await remove(slug)
    await page.getByLabel('API key', { exact: true }).waitFor()
    expect((await refusal(partner.client.getOrganization())).status).toBe(401)
    expect(faults).toEqual([])
  })
})

test('pages renew themselves when another person changes what they show', async () => {
  const partner = await makePartner('Tide House')
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signInAs(page, server, partner.email, password, '/settings/members')
  const row = (text: string) => page.getByRole('row').filter({ hasText: text })
  await row(partner.email).waitFor()
  const [email, person] = [newEmail(), await makePerson(server, partner.id)]
  const { token } = await partner.client.createInvitation({ email, role: 'viewer' })
  await row(email).waitFor()
  await partner.client.declineInvitation({ token })
  await row(email).waitFor({ state: 'detached' })
  await row(person.email).waitFor()
  await partner.client.deleteMember({ user_id: person.user_id })
  await row(person.email).waitFor({ state: 'detached' })

  await link(page, words.title).click()
  await page.getByText(words.empty).waitFor()
  await partner.client.createChildOrganization({ name: 'Low Tide' })
  await link(page, 'Low Tide').waitFor()
  expect(faults).toEqual([])
})

describe('how it looks', () => {
  const folder = process.env['PARLEY_TEST_PICTURES']

  // Both themes and both widths; the pages of the settings that were there before are looked at with them.
  describe.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('axe finds nothing in %s', (colorScheme, width) => {
    test(`${width} pixels wide`, async () => {
      const partner = await makePartner('Harbour Lane Group')
      const child = await makeChild(partner, 'Harbour Lane Teas and Coffees of the North')
      for (const name of ['Ferry Desk', 'Lighthouse']) await makeChild(partner, name, child.id)
      const quiet = await makeChild(partner, 'Quiet Quay')
      await partner.client.updateChildOrganization({ organization_id: quiet.id, status: 'suspended' })
      await partner.client.createChildInvitation({ organization_id: child.id, email: newEmail(), role: 'viewer' })
      await (
        await makeOrganization(server, 'Shipyard')
      ).client.createInvitation({ email: partner.email, role: 'viewer' })
      await using opened = await openPage(browser, { colorScheme, viewport: { width, height: 800 } })
      const { page } = opened
      const look = async (name: string, path: string | null, until: string) => {
        if (path !== null) await page.goto(`${server.url}/settings/${path}`)
        await page.getByText(until).first().waitFor()
        await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' })
        await expectAccessible(page)
        await expect.poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
        if (folder) await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`) })
      }
      await signInAs(page, server, partner.email, password, '/settings/organizations')
      await button(page, words.expand(child.name)).click()
      await look('tree', null, 'Ferry Desk')
      await look('search', 'organizations?q=ferry', 'Ferry Desk')
      await look('new', 'organizations/new', words.create.alone)
      await page.getByLabel('Name').fill('Shipyard')
      await look('new-taken', null, words.slug.reasons.taken)
      await look('received', 'invitations', receivedTexts.acceptShort)
      await look('child', `organizations/${child.id}`, peopleTexts.invitations.intro)
      await button(page, words.suspend).click()
      await look('suspend', null, words.suspendText)
      await button(page, 'Cancel').click()
      await button(page, words.view.open).click()
      await dialog(page).getByLabel(words.view.reason).fill('Ticket 4711')
      await look('view-dialog', null, words.view.reasonHint)
      await confirm(page, words.view.submit)
      await look('viewing', null, shellTexts.view.viewing(child.name))
      await bar(page).waitFor()
    })
  })

  test('a key sees what only people can do', async () => {
    const partner = await makePartner('By key')
    const child = await makeChild(partner, 'Of a key')
    await using opened = await openPage(browser)
    await signIn(opened.page, server, `/settings/organizations/${child.id}`, partner.key)
    await opened.page.getByText(words.view.needsUser).waitFor()
    await link(opened.page, 'Invitations received').click()
    await opened.page.getByText(receivedTexts.key).waitFor()
    expect(opened.faults).toEqual([])
  })
})
