// The desk on a small screen and in both themes, canned replies, and the settings of teams, canned replies and roles.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { cannedTexts } from '../src/canned-replies/texts.ts'
import { deskTexts } from '../src/desk/texts.ts'
import { handlingTexts } from '../src/handling/texts.ts'
import { roleTexts } from '../src/roles/texts.ts'
import { teamTexts } from '../src/teams/texts.ts'
import { expectAccessible, isNoticed, startBrowser, themes } from './support/browser.ts'
import { makeAgent } from './support/conversations.ts'
import { dialog } from './support/editor.ts'
import {
  type Colleague,
  bar,
  beginTalk,
  composer,
  makeColleague,
  noteField,
  openDesk,
  replyField,
  rowOf,
  transcript,
} from './support/desk.ts'

const { composer: words } = handlingTexts

let server: TestServer
let browser: Browser
let agent_id: string
let ada: Colleague
beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
  ada = await makeColleague(server, 'Ada', 'admin')
  agent_id = await makeAgent(server, 'Harbour Lane')
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const fits = (page: Page) =>
  expect.poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)

/** One that waits, with everything that a row and the page of it can show. */
async function beginUrgent(user_id: string): Promise<string> {
  const conversation_id = await beginTalk(server, agent_id, user_id, 'Where is my order?')
  await server.client.handOffConversation({ conversation_id, priority: 'urgent', reason: 'complaint', text: 'Angry.' })
  await server.client.updateConversationHandling({ conversation_id, tags: ['vip', 'refund'] })
  return conversation_id
}

test.each(themes)('views, list and conversation are accessible, side by side: %s', async (colorScheme) => {
  const user_id = `wide-${colorScheme}`
  await beginUrgent(user_id)
  await using opened = await openDesk(browser, server, ada, '/desk?view=all', { colorScheme })
  const { page, faults } = opened
  await rowOf(page, user_id).getByText(handlingTexts.priorities.urgent).waitFor()
  await rowOf(page, user_id).click()
  await transcript(page).getByText('Where is my order?').waitFor()
  await expectAccessible(page)
  await button(page, handlingTexts.actions.take).click()
  await bar(page).getByText(handlingTexts.mine).waitFor()
  await button(page, words.note).click()
  await noteField(page).fill('Careful.')
  await button(page, words.saveNote).click()
  await transcript(page).getByText('Careful.').waitFor()
  await expectAccessible(page)
  expect(faults).toEqual([])
})

test('on a phone there is one pane at a time', async () => {
  await beginUrgent('phone')
  await using opened = await openDesk(browser, server, ada, '/desk', { viewport: { width: 360, height: 640 } })
  const { page, faults } = opened
  const pane = (name: string) => page.getByRole('region', { name, exact: true })
  const { panes } = deskTexts
  await button(page, panes.views).click()
  await pane(panes.views).getByRole('link', { name: handlingTexts.views.all }).waitFor()
  await expect.poll(() => pane(panes.list).count()).toBe(0)
  await fits(page)
  await expectAccessible(page)
  await pane(panes.views).getByRole('link', { name: handlingTexts.views.all }).click()
  await rowOf(page, 'phone').waitFor()
  await expect.poll(() => pane(panes.views).count()).toBe(0)
  await fits(page)
  await rowOf(page, 'phone').click()
  await replyField(page).fill('I am here.')
  await fits(page)
  await expectAccessible(page)
  await composer(page).getByRole('button', { name: words.acceptAndSend }).click()
  await transcript(page).getByText('I am here.').waitFor()
  await button(page, panes.list).click()
  await rowOf(page, 'phone').getByText('I am here.').waitFor()
  expect(faults).toEqual([])
})

test('a canned reply is made, found after a slash, and filled in', async () => {
  const conversation_id = await beginUrgent('canned')
  await using opened = await openDesk(browser, server, ada, '/settings/canned-replies')
  const { page, faults } = opened
  await button(page, cannedTexts.add).click()
  await dialog(page).getByLabel(cannedTexts.shortcut).fill('late')
  await dialog(page).getByLabel(cannedTexts.name, { exact: true }).fill('Late order')
  await dialog(page)
    .getByLabel(cannedTexts.text, { exact: true })
    .fill('Dear {{ user_id }}, {{ custom_metadata.order }}')
  await expectAccessible(page)
  await dialog(page).getByRole('button', { name: cannedTexts.addSubmit }).click()
  await isNoticed(page, cannedTexts.saved)
  await page.getByRole('table', { name: cannedTexts.list }).getByText('/late').waitFor()

  await page.goto(`${server.url}/desk?view=all&open=${conversation_id}`)
  await replyField(page).pressSequentially('Hello /la')
  await page.getByRole('listbox', { name: words.canned }).getByText('Late order').waitFor()
  await expectAccessible(page)
  await page.keyboard.press('Enter')
  await expect.poll(() => replyField(page).inputValue()).toMatch(/^Hello Dear canned, \[.+\]$/)
  await composer(page)
    .getByText(/Fill in before you send/)
    .waitFor()
  expect(faults).toEqual([])
})

test('a suggestion is a draft, and a brief is read', async () => {
  const conversation_id = await beginUrgent('assisted')
  await using opened = await openDesk(browser, server, ada, `/desk?view=all&open=${conversation_id}`)
  const { page, faults } = opened
  server.model.answer = () => 'It left on Monday.'
  await replyField(page).fill('Dear customer,')
  await button(page, words.suggest).click()
  const suggested = page.getByRole('region', { name: words.suggestion })
  await suggested.getByText('It left on Monday.').waitFor()
  await expect.poll(() => replyField(page).inputValue()).toBe('Dear customer,')
  await suggested.getByRole('button', { name: words.takeSuggestion }).click()
  await expect.poll(() => replyField(page).inputValue()).toBe('Dear customer,\n\nIt left on Monday.')
  await expect.poll(() => suggested.count()).toBe(0)
  const { conversation } = await server.client.getConversation({ conversation_id })
  expect(conversation!.items.flatMap(({ content }) => content ?? [])).not.toContain('It left on Monday.')

  await button(page, handlingTexts.actions.more).click()
  await page.getByRole('menuitem', { name: handlingTexts.actions.brief }).click()
  const brief = page.getByRole('dialog', { name: handlingTexts.brief.title })
  // The scripted model writes no brief, so that rules do.
  await brief.getByText(handlingTexts.brief.summary).waitFor()
  await expectAccessible(page)
  expect(faults).toEqual([])
})

test('a team is made, opens at its hours, and takes members', async () => {
  await using opened = await openDesk(browser, server, ada, '/settings/teams')
  const { page, faults } = opened
  await button(page, teamTexts.add).click()
  await dialog(page).getByLabel(teamTexts.name, { exact: true }).fill('Support')
  await dialog(page).getByLabel(teamTexts.key, { exact: true }).fill('support')
  await dialog(page).getByRole('button', { name: teamTexts.addSubmit }).click()
  await page.getByRole('heading', { level: 1, name: 'Support' }).waitFor()
  await page.getByText(teamTexts.open.always).waitFor()
  await page.getByRole('checkbox', { name: 'Ada' }).check()
  await page.getByRole('checkbox', { name: teamTexts.hasHours }).check()
  // The hours of a day are one line.
  const tops = [teamTexts.day, teamTexts.from, teamTexts.to].map((label) =>
    page.getByLabel(label, { exact: true }).first(),
  )
  const lines = async () => new Set(await Promise.all(tops.map(async (field) => (await field.boundingBox())?.y)))
  await expect.poll(async () => (await lines()).size).toBe(1)
  await page.getByLabel(teamTexts.timeZone).fill('Nowhere/Town')
  await button(page, teamTexts.save).click()
  await page
    .getByRole('alert')
    .filter({ hasText: /time.zone/i })
    .first()
    .waitFor()
  await page.getByLabel(teamTexts.timeZone).fill('Europe/Berlin')
  await page.getByText(teamTexts.unsavedHours).waitFor()
  await expectAccessible(page)
  await button(page, teamTexts.save).click()
  await isNoticed(page, teamTexts.saved)
  // Whatever the day and hour of the test.
  await page.getByText(/Open now, closes|Closed now, opens/).waitFor()
  const team = await server.client.getTeam({ team_key: 'support' })
  expect(team.members).toEqual([ada.user_id])
  expect(team.business_hours?.weekly).toHaveLength(5)

  await page.goto(`${server.url}/settings/teams`)
  await page
    .getByRole('table', { name: teamTexts.list })
    .getByText(/Open now, closes|Closed now, opens/)
    .waitFor()
  await expectAccessible(page)
  await page.goto(`${server.url}/desk`)
  await page.getByRole('navigation', { name: deskTexts.teams }).getByRole('link', { name: 'Support' }).waitFor()
  expect(faults).toEqual([])
})

test('a team is deleted, and what waits there goes to the team that is chosen', async () => {
  for (const [key, name] of [
    ['closing', 'Closing'],
    ['heirs', 'Heirs'],
  ] as const) {
    await server.client.createTeam({ key, name })
  }
  const conversation_id = await beginTalk(server, agent_id, 'moved', 'Hello?')
  await server.client.handOffConversation({ conversation_id, team: 'closing' })
  await using opened = await openDesk(browser, server, ada, '/settings/teams/closing')
  const { page, faults } = opened
  await button(page, teamTexts.remove).click()
  await dialog(page).getByLabel(teamTexts.moveTo).selectOption({ label: 'Heirs' })
  await expectAccessible(page)
  await dialog(page).getByRole('button', { name: teamTexts.remove, exact: true }).click()
  await isNoticed(page, teamTexts.removed)
  const table = page.getByRole('table', { name: teamTexts.list })
  await table.getByRole('link', { name: 'Heirs' }).waitFor()
  await expect.poll(() => table.getByRole('link', { name: 'Closing' }).count()).toBe(0)
  const teamOf = async () => (await server.client.getConversation({ conversation_id })).team?.key
  await expect.poll(teamOf).toBe('heirs')
  await page.goto(`${server.url}/desk?view=all&team=heirs`)
  await rowOf(page, 'moved').waitFor()
  expect(faults).toEqual([])
})

test('what responders see is chosen with their role', async () => {
  await using opened = await openDesk(browser, server, ada, '/settings/roles')
  const { page, faults } = opened
  await page.getByRole('radio', { name: roleTexts.sees.teams }).check()
  await expectAccessible(page)
  await button(page, roleTexts.save).click()
  await isNoticed(page, roleTexts.saved)
  const { settings } = await server.client.getOrganization({})
  expect(settings.handling).toEqual({ responders_see: 'teams' })
  expect(faults).toEqual([])
})
