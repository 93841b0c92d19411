// What the tests need of a browser: pages, and what axe finds on them.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

export { openPage, signIn, signInAs, startBrowser, themes } from './chromium.ts'

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds, by the rules of WCAG 2.2 AA and good practice. */
export async function expectAccessible(page: Page): Promise<void> {
  // Past the page's policy, as the tools of a browser are.
  await page.evaluate(await axe)
  const found = (await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target, failureSummary }) => target.join(' ') + ' ' + failureSummary).join(' | ')))`,
  )) as string[]
  expect(found).toEqual([])
}

/** Keys go where the focus is, and it comes into what was opened a moment after that is seen. */
export const hasFocus = (locator: Locator) =>
  expect.poll(() => locator.evaluate((element) => element.matches(':focus'))).toBe(true)

/** In a field that looks agents up by their names. */
export async function chooseAgent(page: Page, name: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Agent', exact: true }).click()
  // All are at the top of what is there before anything is typed.
  if (name !== 'All agents') await page.keyboard.type(name)
  await page.getByRole('option', { name, exact: true }).click()
}

/** What the page says by itself was done, and only there: the transcript may use the same words. */
export const notice = (page: Page, text: string) => page.getByRole('heading', { level: 2, name: text, exact: true })
