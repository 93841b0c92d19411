// A workflow by keyboard alone: built, tested, published, put live, and a failed execution of it repeated.
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { type ToolPeer, answerJson, opened_hosts, startToolPeer } from '../../server/test/support/tool-peer.ts'
import { editorTexts as words } from '../src/workflows/editor/texts.ts'
import { formTexts } from '../src/workflows/editor/form-texts.ts'
import { runTexts } from '../src/workflows/run/texts.ts'
import { stepTexts } from '../src/workflows/step-texts.ts'
import { testTexts } from '../src/workflows/test/texts.ts'
import { workflowTexts } from '../src/workflows/texts.ts'
import {
  hasFocus,
  isAsked,
  isFocused,
  isNoticed,
  openPage,
  pressUntilSeen,
  signIn,
  startBrowser,
} from './support/browser.ts'
import { dialog } from './support/editor.ts'
import { graph, isSaved, openWorkflow, panel, readNewest, stepButton, steps } from './support/workflows.ts'

let server: TestServer
let browser: Browser
let peer: ToolPeer

beforeAll(async () => {
  ;[server, browser, peer] = await Promise.all([startTestServer(opened_hosts), startBrowser(), startToolPeer()])
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
  await peer?.[Symbol.asyncDispose]()
})

/** Tab, or Shift+Tab, until it is there; a circle without it is a fault. */
async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  await target.waitFor()
  for (let step = 0; step < 150; step += 1) {
    if (await isFocused(target)) return
    await page.keyboard.press(key)
  }
  throw new Error(`Tab does not come to ${target}`)
}

async function pressOn(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.press(key)
}

/** Down the options of a list to one. */
async function choose(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field)
  await page.keyboard.press('Home')
  const options = await field.getByRole('option').allInnerTexts()
  for (let step = 0; step < options.indexOf(text); step += 1) await page.keyboard.press('ArrowDown')
  await expect.poll(() => field.locator('option:checked').innerText()).toBe(text)
}

const button = (page: Page | Locator, name: string | RegExp) =>
  page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name })

async function add(page: Page, kind: string): Promise<void> {
  await page.keyboard.press('n')
  await isAsked(dialog(page))
  await pressOn(page, button(dialog(page), new RegExp(`^${kind}`)))
  await dialog(page).waitFor({ state: 'hidden' })
}

test('built, undone, copied, connected and moved without a mouse', async () => {
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, '/workflows')
  await button(page, workflowTexts.make).first().waitFor()
  await pressUntilSeen(page, 'n', dialog(page))
  await isAsked(dialog(page))
  await tabTo(page, dialog(page).getByLabel(workflowTexts.newDialog.name))
  await page.keyboard.type('Keys')
  await choose(page, dialog(page).getByLabel(workflowTexts.newDialog.starts), stepTexts.triggers.manual)
  await pressOn(page, button(dialog(page), workflowTexts.newDialog.submit))
  await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
  const workflow_id = new URL(page.url()).pathname.split('/')[2]!
  await stepButton(page, stepTexts.freshNames.trigger).waitFor()

  await add(page, stepTexts.kinds.http)
  const request = panel(page, stepTexts.freshNames.http)
  await hasFocus(request.getByRole('heading', { level: 2 }))
  await tabTo(page, request.getByRole('textbox', { name: formTexts.http.url, exact: true }))
  await page.keyboard.type(`${peer.url}/orders`)
  await pressOn(page, request.getByRole('checkbox', { name: new RegExp(`^${formTexts.http.failOnStatus}`) }), 'Space')
  // Esc closes the form, and the focus goes back to the step.
  await page.keyboard.press('Escape')
  await hasFocus(stepButton(page, stepTexts.freshNames.http))
  await add(page, stepTexts.kinds.output)
  const output = panel(page, stepTexts.freshNames.output)
  await pressOn(page, button(output, formTexts.output.add))
  await tabTo(page, output.getByLabel(formTexts.output.name, { exact: true }).last())
  await page.keyboard.press('Control+a')
  await page.keyboard.type('status')
  const value = output.getByRole('textbox', { name: formTexts.output.value, exact: true })
  await tabTo(page, value)
  await page.keyboard.type('{{ request.st')
  await page.getByRole('option', { name: /^request\.status_code/ }).waitFor()
  await page.keyboard.press('Enter')
  await expect.poll(() => value.inputValue()).toBe('{{ request.status_code }}')

  // Undone, and done again; copied, connected, and removed.
  await page.keyboard.press('Escape')
  await hasFocus(stepButton(page, stepTexts.freshNames.output))
  await page.keyboard.press('Control+z')
  await expect.poll(async () => (await readNewest(server, workflow_id)).nodes.length).toBe(3)
  await page.keyboard.press('Control+y')
  await page.keyboard.press('ArrowUp')
  await hasFocus(stepButton(page, stepTexts.freshNames.http))
  await page.keyboard.press('Control+c')
  await page.keyboard.press('Control+v')
  const copy = words.copyName(stepTexts.freshNames.http)
  const copied = panel(page, copy)
  await hasFocus(copied.getByRole('heading', { level: 2 }))
  await choose(page, copied.getByLabel(stepTexts.ports.next, { exact: true }), stepTexts.freshNames.output)
  await page.keyboard.press('Escape')
  await hasFocus(stepButton(page, copy.replace(/[()]/g, '\\$&')))
  await page.keyboard.press('Delete')
  await expect.poll(() => steps(page).getByRole('button').count()).toBe(3)
  await page.getByText(words.removed(copy)).waitFor({ state: 'attached' })

  // In the graph: arrows go from step to step, and move them with Alt.
  const box = (name: string) => graph(page).getByRole('button', { name: new RegExp(`^${name} `) })
  await tabTo(page, box(stepTexts.freshNames.trigger))
  await page.keyboard.press('ArrowDown')
  await hasFocus(box(stepTexts.freshNames.http))
  await page.keyboard.press('Alt+ArrowRight')
  await isSaved(page)
  await expect
    .poll(async () => (await readNewest(server, workflow_id)).nodes[1]!['position'])
    .toEqual({ x: 24, y: 120 })
  await page.keyboard.press('Enter')
  await hasFocus(request.getByRole('heading', { level: 2 }))
  expect(faults).toEqual([])
})

test('tested, published, put live and retried without a mouse', async () => {
  const nodes = [
    { id: 'begin', type: 'trigger', name: 'Begin', config: { type: 'manual' }, next: { default: 'ask' } },
    {
      ...{ id: 'ask', type: 'http', name: 'Ask', next: { default: 'end' } },
      config: { method: 'POST', url: `${peer.url}/orders`, fail_on_status: true },
    },
    { id: 'end', type: 'output', name: 'End', config: { output_data: [] } },
  ]
  const { id: workflow_id } = await server.client.createWorkflow({ name: 'Pressed', definition: { nodes } })
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await openWorkflow(page, server, workflow_id)
  await stepButton(page, 'Ask').waitFor()
  await tabTo(page, button(page, testTexts.title))
  await page.keyboard.press('Enter')
  const trial = panel(page, testTexts.panel)
  await pressOn(page, button(trial, testTexts.run))
  await trial.getByText(testTexts.ended.success).waitFor({ state: 'attached' })
  await pressOn(page, button(trial, /^2\. Ask/))
  await trial.getByText('"status_code": 200').first().waitFor()
  // A mock was enough.
  expect(peer.requests).toEqual([])

  await tabTo(page, button(page, workflowTexts.publish), 'Shift+Tab')
  await page.keyboard.press('Enter')
  await isAsked(dialog(page))
  await pressOn(page, button(dialog(page), workflowTexts.publish))
  await isNoticed(page, workflowTexts.wentLive(1))

  peer.answer = (_request, response) => answerJson(response, {}, 500)
  const ended = await server.client.executeWorkflow({ workflow_id })
  expect(ended).toMatchObject({ status: 'failed', error: { code: 'http_status' } })
  peer.answer = (_request, response) => answerJson(response, {})
  const sections = page.getByRole('navigation', { name: workflowTexts.sectionsLabel })
  await tabTo(page, sections.getByRole('link', { name: workflowTexts.sections.executions }), 'Shift+Tab')
  await page.keyboard.press('Enter')
  await pressOn(page, page.getByRole('link', { name: runTexts.statuses.failed }))
  await pressOn(page, button(page, runTexts.retry))
  await isAsked(dialog(page))
  await pressOn(page, button(dialog(page), runTexts.retry))
  await isNoticed(page, runTexts.retried)
  await page.getByText(runTexts.statuses.success).first().waitFor()
  expect(faults).toEqual([])
})
