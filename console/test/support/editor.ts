// The editor of an agent, as somebody uses it in a browser.
import type { Page } from 'playwright-core'
import type { TestServer } from '../../../server/test/support/server.ts'
import { signIn } from './chromium.ts'

export const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
/** Short messages are dialogs too, by their role. */
export const dialog = (page: Page) => page.locator('[role=dialog]:not([aria-modal=false])')
export const instructions = (page: Page) => page.getByRole('textbox', { name: 'Instructions' })

export async function openAgent(
  page: Page,
  server: TestServer,
  agent_id: string,
  section: string,
  token?: string,
): Promise<void> {
  await signIn(page, server, `/agents/${agent_id}?section=${section}`, token)
  await page.getByRole('navigation', { name: 'Sections' }).waitFor()
}

/** The newest version, as it is stored. */
export const readNewest = async ({ client }: TestServer, agent_id: string) =>
  (await client.listAgentVersions({ agent_id, limit: 1 })).data[0]!
