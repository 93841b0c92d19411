// The pages of workflows in both themes and on a phone, and how much the editor loads.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stepTypes } from '../../contract/src/workflows/words.ts'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { connectionTexts } from '../src/connections/texts.ts'
import { editorTexts as words } from '../src/workflows/editor/texts.ts'
import { runTexts } from '../src/workflows/run/texts.ts'
import { stepTexts } from '../src/workflows/step-texts.ts'
import { testTexts } from '../src/workflows/test/texts.ts'
import { workflowTexts } from '../src/workflows/texts.ts'
import { versionTexts } from '../src/workflows/versions/texts.ts'
import { expectAccessible, openPage, signIn, startBrowser, themes } from './support/browser.ts'
import { dialog, press } from './support/editor.ts'
import { graph, openWorkflow, panel, reachStatus, stepButton } from './support/workflows.ts'

let server: TestServer
let browser: Browser
let workflow_id: string
let execution_id: string

const everything = {
  nodes: [
    {
      id: 'begin',
      type: 'trigger',
      name: 'Trigger',
      config: { type: 'timer', cron: '0 9 * * 1-5' },
      next: { default: 'choice' },
    },
    { id: 'hook', type: 'trigger', name: 'Hook', config: { type: 'webhook' }, next: { default: 'choice' } },
    {
      id: 'form',
      type: 'input',
      name: 'Input',
      config: { fields: [{ name: 'n', type: 'number' }] },
      next: { default: 'choice' },
    },
    {
      ...{ id: 'choice', type: 'condition', name: 'Condition' },
      config: { conditions: [{ name: 'many', condition: '{{ input.n > 5 }}' }] },
      next: { many: 'request', default: 'code' },
    },
    {
      ...{ id: 'request', type: 'http', name: 'Request' },
      config: { method: 'POST', url: 'https://crm.example.com', headers: { a: 'b' }, body: { n: '{{ input.n }}' } },
      next: { default: 'app', error: 'end' },
    },
    {
      ...{ id: 'app', type: 'app', name: 'App', next: { default: 'end' } },
      config: {
        connection: 'parley',
        tool: 'getConversation',
        arguments: { conversation_id: '{{ trigger.conversation_id }}' },
      },
    },
    {
      id: 'code',
      type: 'code',
      name: 'Code',
      config: { code: 'function run(ctx) { return 1 }' },
      next: { default: 'wait' },
    },
    { id: 'wait', type: 'wait', name: 'Wait', config: { duration: 1, unit: 'hours' }, next: { default: 'end' } },
    {
      id: 'end',
      type: 'output',
      name: 'Output',
      config: { output_data: [{ name: 'n', type: 'any', value: '{{ code }}' }] },
    },
    { id: 'note', type: 'note', name: 'Note', config: { text: 'Remember this.' } },
  ],
}
const stepNames: Record<(typeof stepTypes)[number], string> = {
  ...{ trigger: 'Trigger', input: 'Input', code: 'Code', condition: 'Condition', http: 'Request', app: 'App' },
  ...{ output: 'Output', wait: 'Wait', note: 'Note' },
}

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
  const { client } = server
  workflow_id = (await client.createWorkflow({ name: 'Everything', definition: everything })).id
  await client.publishWorkflowVersion({ workflow_id, version: '1' })
  await client.goLiveWorkflowVersion({ workflow_id, version: '1' })
  await client.createWorkflowVersion({ workflow_id, base_version: 1 })
  const started = await client.executeWorkflowAsync({ workflow_id, initial_step: 'form', input_data: { n: 1 } })
  execution_id = started.execution_id
  await reachStatus(server, execution_id, 'waiting')
  await client.createWorkflowConnection({ name: 'crm', kind: 'http', url: 'https://crm.example.com' })
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

const fits = (page: Page) =>
  expect.poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)

async function looksRight(page: Page): Promise<void> {
  await fits(page)
  await expectAccessible(page)
}

const sizes = [
  ['wide', { width: 1440, height: 900 }],
  ['a phone', { width: 360, height: 740 }],
] as const

test.each(themes.flatMap((theme) => sizes.map(([name, viewport]) => ({ theme, name, viewport }))))(
  'the editor and its forms are accessible: $theme, $name',
  async ({ theme, viewport }) => {
    await using opened = await openPage(browser, { colorScheme: theme, viewport })
    const { page, faults } = opened
    await openWorkflow(page, server, workflow_id)
    await stepButton(page, 'Trigger').waitFor()
    await looksRight(page)
    for (const type of stepTypes) {
      await stepButton(page, stepNames[type]).click()
      const form = panel(page, stepNames[type])
      await form.getByLabel(words.panel.name, { exact: true }).waitFor()
      if (type === 'http') await form.getByText(words.panel.more).click()
      await looksRight(page)
      await form.getByRole('button', { name: words.panel.close }).click()
    }
    if (viewport.width < 500) await press(page, words.graph)
    await graph(page)
      .getByRole('button', { name: /^Output/ })
      .waitFor()
    await looksRight(page)
    await press(page, words.add)
    await dialog(page).getByText(stepTexts.kindHints.wait).waitFor()
    await looksRight(page)
    await page.keyboard.press('Escape')
    await press(page, testTexts.title)
    await panel(page, testTexts.panel).getByRole('button', { name: testTexts.run }).waitFor()
    await looksRight(page)
    await press(page, workflowTexts.publish)
    await dialog(page).getByText(workflowTexts.andGoLive).waitFor()
    await looksRight(page)
    expect(faults).toEqual([])
  },
)

test.each(themes.flatMap((theme) => sizes.map(([name, viewport]) => ({ theme, name, viewport }))))(
  'lists, triggers, versions, settings, executions and connections are accessible: $theme, $name',
  async ({ theme, viewport }) => {
    await using opened = await openPage(browser, { colorScheme: theme, viewport })
    const { page, faults } = opened
    await signIn(page, server, '/workflows')
    await page.getByRole('link', { name: 'Everything' }).waitFor()
    await looksRight(page)
    await press(page, workflowTexts.make)
    await looksRight(page)
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Everything' }).click()
    const sections = page.getByRole('navigation', { name: workflowTexts.sectionsLabel })
    await sections.getByRole('link', { name: workflowTexts.sections.triggers }).click()
    await page
      .getByRole('region', { name: stepTexts.triggers.timer, exact: true })
      .getByRole('listitem')
      .first()
      .waitFor()
    await looksRight(page)
    await sections.getByRole('link', { name: workflowTexts.sections.executions }).click()
    await page.getByRole('link', { name: runTexts.statuses.waiting }).waitFor()
    await looksRight(page)
    await sections.getByRole('link', { name: workflowTexts.sections.versions }).click()
    await page.getByText(versionTexts.same).waitFor()
    await looksRight(page)
    await sections.getByRole('link', { name: workflowTexts.sections.settings }).click()
    await page.getByLabel(workflowTexts.settings.description).waitFor()
    await looksRight(page)
    await page.goto(`${server.url}/workflows/executions`)
    await page.getByRole('link', { name: runTexts.statuses.waiting }).waitFor()
    await looksRight(page)
    await page.getByRole('link', { name: runTexts.statuses.waiting }).click()
    await page.getByRole('button', { name: /^1\. Input/ }).click()
    await page.getByRole('group', { name: runTexts.output, exact: true }).waitFor()
    await looksRight(page)
    if (viewport.width < 500) await press(page, runTexts.graph)
    await graph(page)
      .getByRole('button', { name: /^Wait Waiting/ })
      .waitFor()
    await looksRight(page)
    await page.goto(`${server.url}/settings/connections`)
    await press(page, connectionTexts.edit('crm'))
    await looksRight(page)
    expect(faults).toEqual([])
  },
)

const dist = join(import.meta.dirname, '../dist')
const budget_bytes = 130_000

test('the editor and its graph load at most 130 KB after the list of workflows', async () => {
  await using opened = await openPage(browser)
  const { page } = opened
  await signIn(page, server, '/workflows')
  await page.getByRole('link', { name: 'Everything' }).waitFor()
  const loaded = new Set<string>()
  page.on('response', (response) => loaded.add(new URL(response.url()).pathname))
  const before = (await page.evaluate(
    'performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname)',
  )) as string[]
  await page.getByRole('link', { name: 'Everything' }).click()
  await graph(page)
    .getByRole('button', { name: /^Output/ })
    .waitFor()
  await stepButton(page, 'Request').click()
  await panel(page, 'Request').waitFor()
  const files = [...loaded].filter((path) => path.startsWith('/assets/') && !before.includes(path))
  const bytes = await Promise.all(files.map(async (path) => (await stat(join(dist, `${path}.gz`))).size))
  expect(files.some((path) => path.includes('graph-view'))).toBe(true)
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(budget_bytes)
})
