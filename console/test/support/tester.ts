// The tester of an agent, as somebody uses it in a browser.
import type { Page } from 'playwright-core'

export const transcript = (page: Page) => page.getByRole('region', { name: 'Transcript' })
export const message = (page: Page) => page.getByLabel('Message', { exact: true })
export const begin = async (page: Page) => {
  await page.getByRole('button', { name: 'Start conversation' }).click()
  await message(page).waitFor()
}
export const say = async (page: Page, text: string) => {
  await message(page).fill(text)
  await message(page).press('Enter')
}
