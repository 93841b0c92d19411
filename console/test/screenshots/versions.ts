// Two versions of an agent beside each other, and the question before one of them is published.
import type { Page } from 'playwright-core'

export async function compareVersions(page: Page): Promise<void> {
  await page.getByRole('group', { name: 'Lines that differ' }).nth(1).waitFor()
}

export async function askToPublish(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: /^Publish/ })
  await dialog.getByText('guardrails', { exact: true }).click()
  await dialog.getByRole('group', { name: 'Lines that differ' }).waitFor()
}
