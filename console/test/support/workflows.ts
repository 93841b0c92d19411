// Workflows in the console, as somebody uses them in a browser.
import type { Page } from 'playwright-core'
import { vi } from 'vitest'
import type { TestServer } from '../../../server/test/support/server.ts'
import { editorTexts } from '../../src/workflows/editor/texts.ts'
import { stepTexts } from '../../src/workflows/step-texts.ts'
import { workflowTexts } from '../../src/workflows/texts.ts'
import type { StepType, TriggerType } from '../../../contract/src/workflows/words.ts'
import { signIn } from './chromium.ts'
import { dialog, press } from './editor.ts'

export const steps = (page: Page) => page.getByRole('list', { name: editorTexts.steps })
export const graph = (page: Page) => page.getByRole('application')
/** Of its steps. */
export const boxes = (page: Page) => graph(page).locator('[data-id][role=button]')
/** The form of a step, or the test. */
export const panel = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
export const stepButton = (page: Page, name: string) =>
  steps(page).getByRole('button', { name: new RegExp(`^\\d+ ${name}`) })

export async function openWorkflow(page: Page, server: TestServer, workflow_id: string, search = ''): Promise<void> {
  await signIn(page, server, `/workflows/${workflow_id}${search}`)
  await page.getByRole('navigation', { name: workflowTexts.sectionsLabel }).waitFor()
}

/** Through the dialog, behind the step that it offers. Returns the form of the new step. */
export async function addStep(page: Page, type: StepType) {
  await press(page, editorTexts.add)
  await dialog(page)
    .getByRole('button', { name: new RegExp(`^${stepTexts.kinds[type]}`) })
    .click()
  const form = panel(page, stepTexts.freshNames[type])
  await form.waitFor()
  return form
}

export async function makeThroughDialog(page: Page, name: string, starts: TriggerType): Promise<string> {
  await page.getByRole('button', { name: workflowTexts.make, exact: true }).first().click()
  await dialog(page).getByLabel(workflowTexts.newDialog.name).fill(name)
  await dialog(page).getByLabel(workflowTexts.newDialog.starts).selectOption(stepTexts.triggers[starts])
  await press(page, workflowTexts.newDialog.submit)
  await page.getByRole('heading', { level: 1, name }).waitFor()
  return new URL(page.url()).pathname.split('/')[2]!
}

export const isSaved = (page: Page) => page.getByText(editorTexts.save.saved, { exact: true }).waitFor()

/** The newest version, as it is stored. */
export async function readNewest({ client }: TestServer, workflow_id: string) {
  const { definition, ...version } = await client.getWorkflowVersion({ workflow_id, version: 'latest' })
  return { ...version, nodes: definition.nodes as unknown as Record<string, unknown>[] }
}

export async function reachStatus({ client }: TestServer, execution_id: string, status: string): Promise<void> {
  const isThere = async () => (await client.getWorkflowExecution({ execution_id })).status === status
  await vi.waitUntil(isThere, { timeout: 40_000, interval: 100 })
}
