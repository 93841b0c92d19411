// Executions in the console: their page follows live, and they are cancelled, resumed and repeated there; the list with its filters; triggers
// and connections.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, publishAgent, startTestServer } from '../../server/test/support/server.ts'
import { type ToolPeer, answerJson, opened_hosts, startToolPeer } from '../../server/test/support/tool-peer.ts'
import { connectionTexts } from '../src/connections/texts.ts'
import { conversationTexts } from '../src/conversation/texts.ts'
import { formTexts } from '../src/workflows/editor/form-texts.ts'
import { runTexts as words } from '../src/workflows/run/texts.ts'
import { stepTexts } from '../src/workflows/step-texts.ts'
import { workflowTexts } from '../src/workflows/texts.ts'
import { triggerTexts } from '../src/workflows/triggers/texts.ts'
import { isNoticed, openPage, signIn, startBrowser } from './support/browser.ts'
import { dialog, press } from './support/editor.ts'
import { graph, panel, reachStatus } from './support/workflows.ts'

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

async function publish(name: string, nodes: object[]): Promise<string> {
  const { id: workflow_id } = await server.client.createWorkflow({ name, definition: { nodes } })
  await server.client.publishWorkflowVersion({ workflow_id, version: '1' })
  return workflow_id
}

const begin = (next: string, config: object = { type: 'manual' }) => ({
  ...{ id: 'begin', type: 'trigger', name: 'Begin', config, next: { default: next } },
})
const pathOf = (execution_id: string) => `/workflows/executions/${execution_id}`

test('the page of an execution follows it, with what each step was given and answered, and ends its wait', async () => {
  const workflow_id = await publish('Followed', [
    begin('ask'),
    {
      id: 'ask',
      type: 'http',
      name: 'Ask',
      config: { url: `${peer.url}/slow`, timeout_ms: 300_000 },
      next: { default: 'pause' },
    },
    {
      ...{ id: 'pause', type: 'wait', name: 'Pause', config: { duration: 1, unit: 'days', resumable: true } },
      next: { default: 'end' },
    },
    {
      ...{ id: 'end', type: 'output', name: 'End' },
      config: { output_data: [{ name: 'said', type: 'string', value: '{{ pause.data.word }}' }] },
    },
  ])
  const held = Promise.withResolvers<void>()
  peer.answer = (_request, response) => void held.promise.then(() => answerJson(response, { tier: 'gold' }))
  const { execution_id } = await server.client.executeWorkflowAsync({ workflow_id, input_data: { city: 'Oslo' } })
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, pathOf(execution_id))
  await page.getByText(words.live, { exact: true }).waitFor()
  await page.getByRole('group', { name: words.input, exact: true }).getByText('"city": "Oslo"').waitFor()
  await graph(page)
    .getByRole('button', { name: /^Ask Running/ })
    .waitFor()
  // Without a reload.
  held.resolve()
  await graph(page)
    .getByRole('button', { name: /^Pause Waiting/ })
    .waitFor()
  await page.getByRole('button', { name: /^2\. Ask/ }).click()
  await page.getByRole('group', { name: words.output, exact: true }).getByText('"tier": "gold"').waitFor()
  await press(page, words.resume)
  await dialog(page).getByLabel(words.resumeData).fill('{"word": "go"}')
  await dialog(page).getByRole('button', { name: words.resume }).click()
  await isNoticed(page, words.resumed)
  await page.getByText(words.statuses.success).first().waitFor()
  await page.getByText('"said": "go"').first().waitFor()
  await graph(page)
    .getByRole('button', { name: /^End Succeeded/ })
    .click()
  await page.getByRole('button', { name: /^4\. End/, expanded: true }).waitFor()
  expect(faults).toEqual([])
})

test('a failed execution says where and why, with its attempts, and is repeated from the step; an open one is cancelled', async () => {
  const workflow_id = await publish('Failing', [
    begin('ask'),
    {
      ...{ id: 'ask', type: 'http', name: 'Ask', config: { url: `${peer.url}/x`, fail_on_status: true } },
      ...{ retry: { max_attempts: 2, backoff_seconds: 0 }, next: { default: 'pause' } },
    },
    { id: 'pause', type: 'wait', name: 'Pause', config: { duration: 1, unit: 'hours' }, next: { default: 'end' } },
    { id: 'end', type: 'output', config: {} },
  ])
  peer.answer = (_request, response) => answerJson(response, { no: 'service' }, 503)
  const { execution_id } = await server.client.executeWorkflowAsync({ workflow_id })
  await reachStatus(server, execution_id, 'failed')
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, pathOf(execution_id))
  await graph(page)
    .getByRole('button', { name: /^Ask Failed/ })
    .click()
  await page.getByRole('region', { name: words.attempts(2) }).waitFor()
  await page.getByRole('group', { name: words.error, exact: true }).first().getByText('503').waitFor()
  peer.answer = (_request, response) => answerJson(response, {})
  await press(page, words.retry)
  await dialog(page).getByText(words.retryWarning).waitFor()
  await expect
    .poll(() => dialog(page).getByLabel(words.retryFrom).locator('option:checked').innerText())
    .toMatch(/^2\. Ask/)
  await dialog(page).getByRole('button', { name: words.retry }).click()
  await isNoticed(page, words.retried)
  await expect.poll(() => page.url()).not.toContain(execution_id)
  await page.getByText(words.statuses.waiting).first().waitFor()
  await press(page, words.cancel)
  await dialog(page).getByRole('button', { name: words.cancel, exact: true }).last().click()
  await page.getByText(words.cancelReasons.by_caller).waitFor()
  await page.getByRole('link', { name: execution_id }).click()
  await expect.poll(() => page.url()).toContain(execution_id)

  // The list has both, and its filters are in the address.
  await page.getByRole('link', { name: words.back }).click()
  const rows = page.getByRole('table', { name: words.title }).getByRole('row')
  const filter = (name: string) => page.getByRole('combobox', { name, exact: true })
  await filter(words.filters.workflow).selectOption('Failing')
  await expect.poll(() => rows.count()).toBe(3)
  await filter(words.filters.status).selectOption(words.statuses.failed)
  await expect.poll(() => rows.count()).toBe(2)
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ workflow_id, status: 'failed' })
  await page.reload()
  await expect.poll(() => rows.count()).toBe(2)
  await press(page, words.filters.clear)
  await expect.poll(() => rows.count()).toBeGreaterThan(2)
  expect(faults).toEqual([])
})

test('triggers: next times in their zone, pause, address and its change, what they did; the conversation and back', async () => {
  const agent_id = (await publishAgent(server.client)).agent_id
  const triggers = [
    { id: 'daily', type: 'trigger', config: { type: 'timer', cron: '30 7 * * *', timezone: 'Asia/Tokyo' } },
    { id: 'hook', type: 'trigger', config: { type: 'webhook' } },
    { id: 'after', type: 'trigger', config: { type: 'post_call', agent_ids: [agent_id] } },
  ]
  const workflow_id = await publish('Started', [
    ...triggers.map((trigger) => ({ ...trigger, next: { default: 'end' } })),
    { id: 'end', type: 'output', config: {} },
  ])
  await server.client.goLiveWorkflowVersion({ workflow_id, version: '1' })
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, '/workflows')
  const row = page.getByRole('row', { name: /^Started/ })
  await row.getByText(stepTexts.triggers.timer).waitFor()
  await row.getByText(/next .*\d\d:\d\d/).waitFor()
  await page.getByRole('link', { name: 'Started', exact: true }).click()
  await page.getByRole('link', { name: workflowTexts.sections.triggers, exact: true }).click()
  const timer = page.getByRole('region', { name: stepTexts.triggers.timer, exact: true })
  await timer.getByText(triggerTexts.nextIn('Asia/Tokyo')).waitFor()
  const times = timer.getByRole('region', { name: triggerTexts.next }).getByRole('listitem')
  await expect.poll(() => times.count()).toBe(5)
  expect(await times.first().innerText()).toMatch(/, 07:30$/)
  await timer.getByRole('button', { name: triggerTexts.pause }).click()
  await timer.getByText(triggerTexts.state.paused).waitFor()
  await expect.poll(() => times.count()).toBe(0)
  await timer.getByRole('button', { name: triggerTexts.resume }).click()
  await timer.getByText(triggerTexts.state.live, { exact: true }).waitFor()

  const hook = page.getByRole('region', { name: stepTexts.triggers.webhook, exact: true })
  const address = () => hook.getByLabel(triggerTexts.url).inputValue()
  const first = await address()
  expect(first).toContain('/workflow/hooks/')
  const response = await fetch(first, {
    method: 'POST',
    body: '{"a": 1}',
    headers: { 'content-type': 'application/json' },
  })
  expect(response.status).toBe(202)
  await hook.getByText(triggerTexts.firesOf(stepTexts.triggers.webhook)).click()
  await hook.getByText(triggerTexts.outcomes.started).waitFor()
  await hook.getByRole('button', { name: triggerTexts.rotate }).click()
  await dialog(page).getByRole('button', { name: triggerTexts.rotate }).click()
  await expect.poll(address).not.toBe(first)
  await hook.getByRole('button', { name: triggerTexts.fire }).click()
  await dialog(page).getByRole('button', { name: triggerTexts.fire }).click()
  await isNoticed(page, triggerTexts.fired)
  await page.getByText(words.causes.webhook, { exact: true }).waitFor()

  const { conversation } = await server.client.createConversation({ channel: 'text', agent_id, user_id: 'ada' })
  await server.client.endConversation({ conversation_id: conversation.id })
  const started = async () =>
    (await server.client.listWorkflowExecutions({ conversation_id: conversation.id })).data.map(({ id }) => id)
  await expect.poll(async () => (await started()).length).toBe(1)
  await page.goto(`${server.url}/conversations/${conversation.id}`)
  await page
    .getByRole('complementary', { name: conversationTexts.details })
    .getByRole('link', { name: words.statuses.success })
    .click()
  await expect.poll(async () => page.url()).toContain(pathOf((await started())[0]!))
  await page.getByRole('link', { name: conversation.id }).waitFor()
  expect(faults).toEqual([])
})

test('a connection is made, its tools are looked at, and it is kept while a version uses it', async () => {
  await server.client.setSecret({ name: 'CRM_TOKEN', value: 'not a real one' })
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, '/settings/connections')
  await press(page, connectionTexts.add)
  const { dialog: texts } = connectionTexts
  const form = dialog(page)
  await form.getByRole('button', { name: texts.submit }).click()
  await form.getByText(texts.noName).waitFor()
  await form.getByLabel(texts.name, { exact: true }).first().fill('crm')
  await form.getByLabel(texts.url, { exact: true }).fill(peer.url)
  await form.getByLabel(texts.auth).selectOption(connectionTexts.auths.bearer)
  await form.getByLabel(texts.fields['token']!).fill('{{ secrets.CRM_TOKEN }}')
  const operation = form.getByRole('group', { name: texts.operation(1) })
  await operation.getByLabel(texts.path).fill('/contacts/{id}')
  await operation.getByLabel(texts.arguments).fill('note')
  await operation.getByLabel(texts.operationName).fill('addNote')
  await form.getByRole('button', { name: texts.submit }).click()
  await isNoticed(page, texts.saved)
  const [stored] = (await server.client.listWorkflowConnections({})).data
  expect(stored).toMatchObject({
    ...{ name: 'crm', kind: 'http', auth: { type: 'bearer', token: '{{ secrets.CRM_TOKEN }}' } },
    operations: [{ name: 'addNote', method: 'POST', path: '/contacts/{id}' }],
  })
  await press(page, connectionTexts.showTools('crm'))
  await dialog(page).getByText('addNote').waitFor()
  await page.keyboard.press('Escape')
  const workflow_id = await publish('Uses', [
    begin('note'),
    {
      ...{ id: 'note', type: 'app', name: 'Note' },
      config: { connection: 'crm', tool: 'addNote', arguments: { id: '7', note: 'hi' } },
    },
  ])
  await press(page, connectionTexts.remove('crm'))
  await dialog(page).getByRole('button', { name: 'Delete', exact: true }).click()
  await dialog(page).getByText('A published version uses this connection.').waitFor()
  await page.keyboard.press('Escape')
  // Its tools have forms in the editor, by their schema.
  await page.goto(`${server.url}/workflows/${workflow_id}?step=note`)
  const note = panel(page, 'Note')
  await expect.poll(() => note.getByLabel(formTexts.app.required('id'), { exact: true }).inputValue()).toBe('7')
  await expect.poll(() => note.getByRole('textbox', { name: 'note', exact: true }).inputValue()).toBe('hi')
  expect(faults).toEqual([])
})
