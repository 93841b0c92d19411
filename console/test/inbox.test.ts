// The inbox: every filter, endless and live, by keyboard alone.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import {
  expectAccessible,
  isFocused,
  isTitled,
  openPage,
  pressUntil,
  signIn,
  startBrowser,
  themes,
} from './support/browser.ts'
import { bringIn, makeAgent, rowOf } from './support/conversations.ts'
import { inboxTexts } from '../src/inbox/texts.ts'
import { texts } from '../src/texts/index.ts'

let server: TestServer
let browser: Browser
let agent_id: string

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
  agent_id = await makeAgent(server, 'Support desk')
  await bringIn(server, 250, () => ({ agent_id }))
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

const rows = (page: Page) =>
  page
    .getByRole('grid')
    .getByRole('row')
    .filter({ has: page.getByRole('gridcell') })
const shown = async (page: Page) =>
  (await rows(page).allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').trim())
const counted = (page: Page) => page.locator('header p').first().innerText()

describe('filters', () => {
  const choose = async (page: Page, filter: string) => {
    await page.getByRole('button', { name: 'Filter', exact: true }).click()
    await page.getByRole('menuitem', { name: filter, exact: true }).click()
    return page.getByRole('dialog')
  }

  test('each one of the API can be set, is in the address, and counts what the API counts', async () => {
    const version = (await server.client.listAgentVersions({ agent_id })).data[0]!
    const set: [filter: string, query: Record<string, string>, fill: (page: Page) => Promise<void>][] = [
      ['Status', { status: 'failed' }, (page) => page.getByRole('button', { name: 'Failed' }).click()],
      ['Channel', { channel: 'email' }, (page) => page.getByRole('button', { name: texts.channels.email }).click()],
      ['Direction', { direction: 'outbound' }, (page) => page.getByRole('button', { name: 'Outbound' }).click()],
      ['Ended', { parley_end_reason: 'error' }, (page) => page.getByRole('button', { name: 'Error' }).click()],
      [
        'No reply',
        { parley_turn_outcome: 'timed_out' },
        (page) => page.getByRole('button', { name: 'The reply took too long' }).click(),
      ],
      ['Agent', { agent_id }, (page) => page.getByRole('button', { name: 'Support desk' }).click()],
      ['Agent version', { agent_version_id: version.id }, (page) => fill(page, { ID: version.id })],
      ['Agent number', { agent_number: '47' }, (page) => fill(page, { Contains: '47' })],
      ['Web widget', { web_widget_id: 'w1' }, (page) => fill(page, { ID: 'w1' })],
      [
        'Duration',
        { duration_above: '100', duration_below: '300' },
        (page) => fill(page, { 'At least (seconds)': '100', 'At most (seconds)': '300' }),
      ],
      ['Turns', { user_turn_count_above: '5' }, (page) => fill(page, { 'At least': '5' })],
      ['Metadata', { custom_metadata: '{"plan":"pro"}' }, (page) => fill(page, { Metadata: '{"plan":"pro"}' })],
    ]
    async function fill(page: Page, fields: Record<string, string>) {
      for (const [label, value] of Object.entries(fields)) await page.getByRole('dialog').getByLabel(label).fill(value)
      await page.getByRole('button', { name: 'Apply' }).click()
    }
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server)
    for (const [filter, query, act] of set) {
      await page.goto(`${server.url}/inbox`)
      await choose(page, filter)
      await act(page)
      await expect.poll(() => Object.fromEntries(new URL(page.url()).searchParams)).toEqual(query)
      const { count } = await server.client.countConversations(query as object)
      await expect.poll(() => counted(page)).toBe(`${count} conversation${count === 1 ? '' : 's'}`)
    }
    expect(faults).toEqual([])
  })

  test('a link shows the same to somebody else; each filter can be taken away, and all of them', async () => {
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, '/inbox?status=completed&channel=text&user_id=ADA')
    await expect.poll(async () => (await shown(page)).length).toBeGreaterThan(0)
    for (const row of await shown(page)) expect(row).toMatch(/ada@example.com.*Completed.*Text/)
    await expect.poll(() => page.getByLabel('Search end users').inputValue()).toBe('ADA')
    await page.getByRole('button', { name: 'Remove filter Channel' }).click()
    await expect.poll(() => page.url()).not.toContain('channel')
    await page.getByRole('button', { name: 'Clear' }).click()
    await expect.poll(() => counted(page)).toBe('250 conversations')
  })

  test('what cannot be filtered by is said beside the field; what a link has wrong is left out', async () => {
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, '/inbox?status=done&duration_above=x')
    await expect.poll(() => counted(page)).toBe('250 conversations')
    const dialog = await choose(page, 'Metadata')
    await dialog.getByLabel('Metadata').fill('[1]')
    await dialog.getByRole('button', { name: 'Apply' }).click()
    await dialog.getByText(inboxTexts.filters.metadataInvalid).waitFor()
    await page.keyboard.press('Escape')
    await (await choose(page, 'Started')).getByRole('button', { name: 'Last hour' }).click()
    await expect.poll(() => page.url()).toContain('created_after')
  })
})

describe('the list', () => {
  test('is read to its end as it is scrolled: every row, each once, in order', async () => {
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server)
    await rows(page).first().waitFor()
    const seen = new Map<number, string>()
    // Without the time, which is told with its day from midnight on.
    const collect = `[...document.querySelectorAll('[role=row][aria-rowindex]')].map((row) => [Number(row.getAttribute('aria-rowindex')), [...row.children].slice(0, -1).map((cell) => cell.innerText).join()])`
    await expect
      .poll(async () => {
        for (const [index, text] of (await page.evaluate(collect)) as [number, string][]) {
          if (index === 1) continue
          if (seen.has(index)) expect(text).toBe(seen.get(index))
          seen.set(index, text)
        }
        await rows(page)
          .last()
          .evaluate((row) => row.scrollIntoView({ block: 'start' }))
        return seen.size
      })
      .toBe(250)
    const wanted: string[] = []
    for (let cursor: string | undefined; ;) {
      const some = await server.client.listConversations({ limit: 100, ...(cursor ? { cursor } : {}) })
      wanted.push(...some.map(({ user_id }) => user_id))
      if (some.length < 100) break
      cursor = Buffer.from(some.at(-1)!.created_at).toString('base64')
    }
    const lines = [...seen].toSorted(([a], [b]) => a - b).map(([, text]) => text)
    expect(lines).toHaveLength(250)
    for (const [index, text] of lines.entries()) expect(text).toContain(wanted[index])
    await page.getByText(texts.endOfList).waitFor()
    expect(faults).toEqual([])
  })

  test('is worked through by keyboard alone, and is where it was when one comes back', async () => {
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server)
    await rows(page).first().waitFor()
    const focused = () => page.evaluate(`document.activeElement.getAttribute('aria-rowindex')`)
    for (const key of ['j', 'j', 'ArrowDown', 'k']) await page.keyboard.press(key)
    await expect.poll(focused).toBe('3')
    await page.keyboard.press('End')
    await expect.poll(async () => Number(await focused())).toBeGreaterThan(90)
    const at = await focused()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 2, name: 'Conversation' }).waitFor()
    await isTitled(page, /^Conversation with/)
    await page.keyboard.press('Escape')
    await expect.poll(focused).toBe(at)
    await page.keyboard.press('/')
    await page.keyboard.type('grace')
    await expect.poll(() => page.url()).toContain('user_id=grace')
    // Once empties the field, twice leaves it.
    const field = page.getByLabel('Search end users')
    await page.keyboard.press('Escape')
    await expect.poll(() => page.url()).not.toContain('user_id')
    await expect.poll(() => field.inputValue()).toBe('')
    await pressUntil(page, 'Escape', async () => !(await isFocused(field)))
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await expectAccessible(page)
  })

  test('shows what is new and what changes by itself, without a row dropped or doubled', async () => {
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server)
    await rows(page).first().waitFor()
    const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'newcomer', agent_id })
    await expect.poll(async () => (await shown(page))[0]).toMatch(/newcomer Active/)
    await server.client.endConversation({ conversation_id: conversation.id, reason: 'Done' })
    await expect.poll(async () => (await shown(page))[0]).toMatch(/newcomer Completed By API/)
    expect((await shown(page)).filter((row) => row.includes('newcomer'))).toHaveLength(1)

    // Somebody who reads further down stays there, and is told.
    await page.keyboard.press('j')
    for (let step = 0; step < 30; step += 1) await page.keyboard.press('j')
    // Its user and its place, as the browser draws them, without the time, which goes on.
    const focused = () =>
      page.evaluate(`new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => {
        const row = document.activeElement
        resolve(row.children[1].innerText + row.getBoundingClientRect().top)
      })))`)
    await expect.poll(() => page.evaluate(`document.activeElement.getAttribute('aria-rowindex')`)).toBe('32')
    // The list scrolls a moment after the keys.
    let before: unknown
    await expect.poll(async () => before === (before = await focused())).toBe(true)
    const more = await server.client.createConversation({ channel: 'text', user_id: 'another', agent_id })
    await page.getByRole('button', { name: '1 new' }).waitFor()
    await expect.poll(() => focused()).toBe(before)
    await page.getByRole('button', { name: '1 new' }).click()
    await expect.poll(async () => (await shown(page))[0]).toMatch(/another Active/)
    await server.client.deleteConversation({ conversation_id: more.conversation.id })
    await expect.poll(async () => (await shown(page))[0]).toMatch(/newcomer/)
    await server.client.deleteConversation({ conversation_id: conversation.id })
    expect(faults).toEqual([])
  })

  test('is told of changes as they come, and asks for nothing; hidden, it hears nothing, and catches up', async () => {
    const begin = async (user_id: string) =>
      (await server.client.createConversation({ channel: 'text', user_id, agent_id })).conversation.id
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server)
    await page.getByText('Live', { exact: true }).waitFor()
    await rows(page).first().waitFor()
    const first = await begin('talkative')
    await expect.poll(async () => (await shown(page))[0]).toMatch(/talkative Active/)
    // From here on only the stream can tell.
    await page.route(/\/core\/conversations\?/, (route) => route.abort())
    await server.client.sendConversationMessage({ conversation_id: first, text: 'Hello' })
    await expect.poll(async () => (await shown(page))[0]).toMatch(/talkative Active In Text 1 /)
    await server.client.sendConversationMessage({ conversation_id: first, text: 'And again' })
    await expect.poll(async () => (await shown(page))[0]).toMatch(/talkative Active In Text 2 /)
    const second = await begin('quick')
    await expect.poll(async () => (await shown(page)).slice(0, 2).join()).toMatch(/quick Active.*,.*talkative Active/)
    await server.client.endConversation({ conversation_id: first })
    await expect.poll(async () => (await shown(page))[1]).toMatch(/talkative Completed By API/)

    const see = (state: 'hidden' | 'visible') =>
      page.evaluate(`Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
        document.dispatchEvent(new Event('visibilitychange'))`)
    const streams = () => server.app.rooms.events.open_streams.count
    await see('hidden')
    await expect.poll(streams).toBe(0)
    await server.client.deleteConversation({ conversation_id: first })
    await server.client.endConversation({ conversation_id: second })
    const third = await begin('third')
    await see('visible')
    await expect.poll(async () => (await shown(page)).slice(0, 2).join()).toMatch(/third Active.*,.*quick Completed/)
    await expect.poll(async () => (await shown(page)).join()).not.toContain('talkative')
    for (const conversation_id of [second, third]) await server.client.deleteConversation({ conversation_id })
    expect(faults).toEqual([])
  })

  test('looks by itself where the stream cannot be read', async () => {
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await page.route('**/core/conversations/changes**', (route) => route.fulfill({ status: 429, json: {} }))
    await signIn(page, server)
    await rows(page).first().waitFor()
    const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'polled', agent_id })
    await expect.poll(async () => (await shown(page))[0]).toMatch(/polled Active/)
    await page.getByText('Live', { exact: true }).waitFor()
    await server.client.deleteConversation({ conversation_id: conversation.id })
    await expect.poll(async () => (await shown(page)).join()).not.toContain('polled')
    expect(faults).toEqual([])
  })

  test('with filters, what comes to match appears and nothing else does', async () => {
    const begin = async (user_id: string) =>
      (await server.client.createConversation({ channel: 'text', user_id, agent_id })).conversation.id
    const [older, newer] = [await begin('match-older'), await begin('match-newer')]
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, '/inbox?status=completed&user_id=match')
    await page.getByText(inboxTexts.emptyFilteredTitle).waitFor()
    const other = await begin('other')
    for (const conversation_id of [other, newer]) await server.client.endConversation({ conversation_id })
    await expect.poll(async () => (await shown(page)).join()).toMatch(/^[^,]*match-newer Completed[^,]*$/)
    await server.client.endConversation({ conversation_id: older })
    await expect.poll(async () => (await shown(page)).join()).toMatch(/^[^,]*match-newer[^,]*,[^,]*match-older[^,]*$/)
    await expect.poll(() => counted(page)).toBe('2 conversations')
    for (const conversation_id of [older, newer, other]) await server.client.deleteConversation({ conversation_id })
    expect(faults).toEqual([])
  })

  test('keeps a row that the filter no longer takes in, as it is now, until it is deleted', async () => {
    const begin = async (user_id: string) =>
      (await server.client.createConversation({ channel: 'text', user_id, agent_id })).conversation.id
    const [ended, deleted] = [await begin('ends'), await begin('goes')]
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, '/inbox?status=in_progress')
    await expect.poll(async () => (await shown(page)).join()).toMatch(/goes Active.*ends Active/)
    await server.client.endConversation({ conversation_id: ended })
    await expect.poll(async () => (await shown(page)).join()).toMatch(/goes Active.*ends Completed By API/)
    await server.client.deleteConversation({ conversation_id: deleted })
    await expect.poll(async () => (await shown(page)).join()).toMatch(/^[^,]*ends Completed/)
    await server.client.deleteConversation({ conversation_id: ended })
    await page.reload()
    await page.getByText(inboxTexts.emptyFilteredTitle).waitFor()
    expect(faults).toEqual([])
  })

  test('says when it is not up to date, and is again when the server is back', async () => {
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server)
    await rows(page).first().waitFor()
    await page.context().setOffline(true)
    await page.getByText(texts.outOfDate).waitFor()
    await server.client.importConversations({
      conversations: [rowOf(0, { user_id: 'meanwhile', created_at: new Date().toISOString() })],
    })
    await page.context().setOffline(false)
    await expect.poll(async () => (await shown(page))[0]).toMatch(/meanwhile/)
    await page.getByText('Live', { exact: true }).waitFor()
  })

  test('a viewer sees no summary, and can use what they may use', async () => {
    const { pat_key } = await server.client.createOrganizationKey({ name: 'Viewer', role: 'viewer' })
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, '/', pat_key)
    await rows(page).first().waitFor()
    expect((await shown(page)).join()).not.toContain('Norway')
    expect(faults).toEqual([])
  })
})

describe('how it looks', () => {
  test.each(themes)('axe finds nothing in %s, wide and narrow, with its menus and editors', async (colorScheme) => {
    for (const width of [1280, 390]) {
      await using opened = await openPage(browser, { colorScheme, viewport: { width, height: 800 } })
      const { page } = opened
      await signIn(page, server, '/inbox?status=completed')
      await rows(page).first().waitFor()
      await expectAccessible(page)
      await expect.poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
      await page.getByRole('button', { name: 'Filter', exact: true }).click()
      await page.getByRole('menuitem', { name: 'Duration' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).waitFor()
      await expectAccessible(page)
    }
  })
})
