// What the tests need of a browser: pages, what they say for a moment only, keys that are heard, and what axe finds on them.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { type OpenPage, openPage as openPlain } from './chromium.ts'

export { signIn, signInAs, startBrowser, themes } from './chromium.ts'

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** In each page, from its start: the texts of its notices that no test has asked for yet. A notice itself is gone after seconds. */
const collectNotices = `{
  window.noticed = []
  const known = new WeakSet()
  const look = () => {
    for (const title of document.querySelectorAll('[aria-label=Notifications] h2')) {
      if (known.has(title) || !title.checkVisibility()) continue
      known.add(title)
      noticed.push(title.textContent)
    }
  }
  new MutationObserver(look).observe(document, { childList: true, subtree: true })
}`

/** Of a browser that has never been here. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const opened = await openPlain(browser, options)
  await opened.page.context().addInitScript(collectNotices)
  return opened
}

/** What the page says by itself was done, or has failed: a notice with this text, which counts once. */
export function isNoticed(page: Page, text: string) {
  const wanted = JSON.stringify(text)
  const take = `noticed.includes(${wanted}) && noticed.splice(noticed.indexOf(${wanted}), 1)`
  return expect.poll(() => page.evaluate(take)).toEqual([text])
}

/** What axe finds, by the rules of WCAG 2.2 AA and good practice. */
export async function expectAccessible(page: Page): Promise<void> {
  // Past the page's policy, as the tools of a browser are.
  await page.evaluate(await axe)
  const found = (await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target, failureSummary }) => target.join(' ') + ' ' + failureSummary).join(' | ')))`,
  )) as string[]
  expect(found).toEqual([])
}

export const isFocused = (locator: Locator) => locator.evaluate((element) => element.matches(':focus'))

/** Keys go where the focus is, and it comes into what was opened a moment after that is seen. */
export const hasFocus = (locator: Locator) => expect.poll(() => isFocused(locator)).toBe(true)

/** Once a dialog has the focus: a key that comes before goes to the page beneath. */
export const isAsked = (dialog: Locator) =>
  expect.poll(() => dialog.evaluate((element) => element.matches(':focus-within'))).toBe(true)

/** A page hears its keys from when it has its title, which is a moment after it is drawn. */
export const isTitled = (page: Page, title: RegExp) => expect.poll(() => page.title()).toMatch(title)

/** What is drawn hears its keys a moment later. Pressed again, the key does nothing more than it has done. */
export const pressUntil = (page: Page, key: string, isDone: () => Promise<boolean>) =>
  expect
    .poll(async () => {
      if (await isDone()) return true
      await page.keyboard.press(key)
      return isDone()
    })
    .toBe(true)

export const pressUntilFocused = (page: Page, key: string, locator: Locator) =>
  pressUntil(page, key, () => isFocused(locator))

export const pressUntilSeen = (page: Page, key: string, locator: Locator) =>
  pressUntil(page, key, async () => (await locator.count()) > 0)

/** Does something while the next change that the page asks for there is on its way. */
export async function beforeNextChange(page: Page, address: string, act: () => Promise<unknown>): Promise<void> {
  let isDone = false
  await page.route(address, async (route) => {
    if (isDone || route.request().method() === 'GET') return route.fallback()
    isDone = true
    await act()
    await route.continue()
  })
}

/** In a field that looks agents up by their names. */
export async function chooseAgent(page: Page, name: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Agent', exact: true }).click()
  // All are at the top of what is there before anything is typed.
  if (name !== 'All agents') await page.keyboard.type(name)
  await page.getByRole('option', { name, exact: true }).click()
}
