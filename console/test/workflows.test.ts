// Workflows in the console: a newcomer builds one without JSON, tests it, and puts it live; what is wrong stands at its place; two people
// at once; versions.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, publishAgent, startTestServer } from '../../server/test/support/server.ts'
import { type ToolPeer, answerJson, opened_hosts, startToolPeer } from '../../server/test/support/tool-peer.ts'
import { editorTexts as words } from '../src/workflows/editor/texts.ts'
import { formTexts } from '../src/workflows/editor/form-texts.ts'
import { runTexts } from '../src/workflows/run/texts.ts'
import { stepTexts } from '../src/workflows/step-texts.ts'
import { testTexts } from '../src/workflows/test/texts.ts'
import { workflowTexts } from '../src/workflows/texts.ts'
import { versionTexts } from '../src/workflows/versions/texts.ts'
import { isNoticed, openPage, signIn, startBrowser } from './support/browser.ts'
import { dialog, press } from './support/editor.ts'
import {
  addStep,
  boxes,
  graph,
  isSaved,
  makeThroughDialog,
  openWorkflow,
  panel,
  readNewest,
  stepButton,
  steps,
} from './support/workflows.ts'

let server: TestServer
let browser: Browser
let crm: ToolPeer
let agent_id: string

beforeAll(async () => {
  ;[server, browser, crm] = await Promise.all([startTestServer(opened_hosts), startBrowser(), startToolPeer()])
  crm.answer = (_request, response) => answerJson(response, { contact: { id: 7, tier: 'gold' } })
  agent_id = (await publishAgent(server.client)).agent_id
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
  await crm?.[Symbol.asyncDispose]()
})

const day_ms = 86_400_000

test('a newcomer builds: when a conversation ends, call our CRM, wait two days, ask for feedback', async () => {
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, '/workflows')
  const workflow_id = await makeThroughDialog(page, 'Feedback', 'post_call')
  await stepButton(page, stepTexts.freshNames.trigger).waitFor()

  const call = await addStep(page, 'http')
  await call.getByLabel(words.panel.name, { exact: true }).fill('Tell the CRM')
  const crmForm = panel(page, 'Tell the CRM')
  await crmForm.getByRole('textbox', { name: formTexts.http.url, exact: true }).fill(`${crm.url}/contacts`)
  const body = crmForm.getByRole('group', { name: formTexts.http.bodyFields })
  await body.getByRole('button', { name: formTexts.http.addRow }).click()
  await body.getByLabel(words.rows.nameOf(formTexts.http.bodyFields, 1)).fill('customer')
  // A value of the conversation, chosen and not typed.
  const value = words.rows.valueOf(formTexts.http.bodyFields, 'customer')
  await body.getByRole('button', { name: words.names.insertInto(value) }).click()
  await page.getByRole('option', { name: /^trigger\.user_id/ }).click()
  await expect.poll(() => body.getByRole('textbox', { name: value }).inputValue()).toBe('{{ trigger.user_id }}')

  const wait = await addStep(page, 'wait')
  await wait.getByRole('textbox', { name: formTexts.wait.duration, exact: true }).fill('2')
  await wait.getByLabel(formTexts.wait.unit).selectOption('days')

  const ask = await addStep(page, 'app')
  await ask.getByLabel(formTexts.app.connection).selectOption(formTexts.app.parley)
  await ask.getByLabel(formTexts.app.tool).selectOption(formTexts.app.parleyTools['createConversation']!)
  await ask.getByLabel(formTexts.app.required('channel')).selectOption('text')
  const user = ask.getByRole('textbox', { name: formTexts.app.required('user_id'), exact: true })
  // Typing two braces offers the values, too.
  await user.pressSequentially('{{ trigger.us')
  await page.getByRole('option', { name: /^trigger\.user_id/ }).waitFor()
  await user.press('Enter')
  await expect.poll(() => user.inputValue()).toBe('{{ trigger.user_id }}')
  await ask.getByText(formTexts.app.otherArguments).click()
  await ask.getByRole('textbox', { name: 'agent_id', exact: true }).fill(agent_id)
  await ask.getByLabel(words.panel.name, { exact: true }).fill('Ask for feedback')
  await isSaved(page)

  expect(await readNewest(server, workflow_id)).toMatchObject({
    problems: [],
    nodes: [
      { id: 'trigger', type: 'trigger', config: { type: 'post_call' }, next: { default: 'request' } },
      {
        ...{ id: 'request', type: 'http', name: 'Tell the CRM', next: { default: 'wait' } },
        config: { method: 'POST', url: `${crm.url}/contacts`, body: { customer: '{{ trigger.user_id }}' } },
      },
      { id: 'wait', type: 'wait', config: { duration: 2, unit: 'days' }, next: { default: 'call' } },
      {
        ...{ id: 'call', type: 'app', name: 'Ask for feedback' },
        config: {
          ...{ connection: 'parley', tool: 'createConversation' },
          arguments: { channel: 'text', agent_id, user_id: '{{ trigger.user_id }}' },
        },
      },
    ],
  })
  await expect.poll(() => boxes(page).count()).toBe(4)

  // The test: the CRM is really asked, the conversation is made up, the wait is skipped.
  await press(page, testTexts.title)
  const trial = panel(page, testTexts.panel)
  await trial.getByLabel('user_id', { exact: true }).fill('ada')
  await trial.getByLabel(testTexts.effectOf('Tell the CRM')).selectOption(testTexts.real)
  await trial.getByText(testTexts.warning('Tell the CRM')).waitFor()
  await trial.getByRole('button', { name: testTexts.run }).click()
  await trial.getByText(testTexts.ended.success).waitFor()
  await trial.getByRole('button', { name: /^2\. Tell the CRM/ }).click()
  await trial.getByRole('group', { name: runTexts.output }).first().getByText('"tier": "gold"').waitFor()
  expect(crm.requests.map(({ body: sent }) => JSON.parse(sent) as unknown)).toEqual([{ customer: 'ada' }])
  await graph(page)
    .getByRole('button', { name: /^Ask for feedback Succeeded/ })
    .waitFor()

  await press(page, workflowTexts.publish)
  await dialog(page).getByText(stepTexts.triggers.post_call).waitFor()
  await dialog(page).getByRole('button', { name: workflowTexts.publish }).click()
  await isNoticed(page, workflowTexts.wentLive(1))
  await page.getByText(workflowTexts.live(1)).waitFor()

  // From now on it happens by itself.
  const { conversation } = await server.client.createConversation({ channel: 'text', agent_id, user_id: 'grace' })
  await server.client.endConversation({ conversation_id: conversation.id })
  const started = async () => (await server.client.listWorkflowExecutions({ workflow_id })).data
  await expect.poll(async () => (await started()).map(({ status }) => status)).toEqual(['waiting'])
  expect(JSON.parse(crm.requests[1]!.body)).toEqual({ customer: 'grace' })
  await page.getByRole('link', { name: workflowTexts.sections.executions, exact: true }).click()
  await page.getByRole('link', { name: runTexts.statuses.waiting }).click()
  await page.getByRole('heading', { level: 1, name: runTexts.of('Feedback', 1) }).waitFor()
  const [execution] = await started()
  const left_ms = Date.parse(execution!.current_step!.until!) - Date.now()
  expect(left_ms).toBeGreaterThan(1.9 * day_ms)
  expect(left_ms).toBeLessThan(2 * day_ms)
  await page.getByRole('link', { name: conversation.id }).waitFor()
  expect(faults).toEqual([])
})

test('what is wrong stands at its step, at its field, in the graph and in the list; it keeps the draft from being published', async () => {
  const { id: workflow_id } = await server.client.createWorkflow({
    name: 'Wrong',
    allow_incomplete: true,
    definition: {
      nodes: [
        { id: 'begin', type: 'trigger', config: { type: 'manual' }, next: { default: 'ask' } },
        { id: 'ask', type: 'http', name: 'Ask', config: { url: 'https://crm.example.com/{{ begin..x }}' } },
        { id: 'lost', type: 'wait', name: 'Lost', config: { duration: 0 } },
      ],
    },
  })
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await openWorkflow(page, server, workflow_id)
  await stepButton(page, 'Ask').getByText(words.problems(1)).waitFor()
  await graph(page)
    .getByRole('button', { name: /^Ask.*1 problem$/ })
    .waitFor()
  await press(page, words.problems(3))
  await page.getByRole('button', { name: /^Lost.*config\.duration/ }).click()
  // The way leads to the field.
  const lost = panel(page, 'Lost')
  const duration = lost.getByRole('textbox', { name: formTexts.wait.duration, exact: true })
  await expect.poll(() => duration.evaluate((field) => field === document.activeElement)).toBe(true)
  await lost.getByText('Must be between 1 second and 366 days.').waitFor()
  await press(page, workflowTexts.publish)
  const submit = dialog(page).getByRole('button', { name: workflowTexts.publish })
  await expect.poll(() => submit.isDisabled()).toBe(true)
  await dialog(page).getByText(words.problemsText).waitFor()
  await dialog(page).getByRole('button', { name: 'Cancel' }).click()

  await duration.fill('5')
  await stepButton(page, 'Ask').click()
  const ask = panel(page, 'Ask')
  await ask.getByRole('textbox', { name: formTexts.http.url, exact: true }).fill('https://crm.example.com')
  await ask.getByLabel(stepTexts.ports.next, { exact: true }).selectOption('Lost')
  await expect.poll(() => page.getByRole('button', { name: /problem/ }).count()).toBe(0)
  await isSaved(page)
  expect((await readNewest(server, workflow_id)).problems).toEqual([])

  // A step goes, and comes back.
  await stepButton(page, 'Ask').focus()
  await page.keyboard.press('Delete')
  await expect.poll(() => steps(page).getByRole('button').count()).toBe(2)
  await isSaved(page)
  expect((await readNewest(server, workflow_id)).nodes).toMatchObject([{ next: { default: 'lost' } }, { id: 'lost' }])
  await press(page, words.undo)
  await expect.poll(() => steps(page).getByRole('button').count()).toBe(3)
  await press(page, words.redo)
  await press(page, words.undo)
  await isSaved(page)
  expect((await readNewest(server, workflow_id)).nodes).toHaveLength(3)
  expect(faults).toEqual([])
})

test('two people at once: both changes are shown, and nothing is overwritten unseen', async () => {
  const definition = {
    nodes: [
      { id: 'begin', type: 'trigger', config: { type: 'manual' }, next: { default: 'ask' } },
      { id: 'ask', type: 'http', name: 'Ask', config: { url: 'https://one.example.com' } },
    ],
  }
  const { id: workflow_id } = await server.client.createWorkflow({ name: 'Shared', definition })
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await openWorkflow(page, server, workflow_id)
  await stepButton(page, 'Ask').click()
  const ask = panel(page, 'Ask')
  const url = ask.getByRole('textbox', { name: formTexts.http.url, exact: true })
  const theirs = structuredClone(definition)
  Object.assign(theirs.nodes[1]!, { name: 'Ask them', config: { url: 'https://theirs.example.com' } })
  await server.client.updateWorkflowVersion({ workflow_id, version: '1', definition: theirs })
  await url.fill('https://mine.example.com')
  await dialog(page).getByRole('heading', { name: words.conflict.title }).waitFor()
  await dialog(page).getByText('https://theirs.example.com').waitFor()
  await dialog(page).getByText(words.conflict.both).waitFor()
  await press(page, words.conflict.keep)
  await isSaved(page)
  expect((await readNewest(server, workflow_id)).nodes[1]).toMatchObject({
    name: 'Ask them',
    config: { url: 'https://mine.example.com' },
  })
  // Published by someone else meanwhile: what was not saved becomes a draft of its own.
  await server.client.publishWorkflowVersion({ workflow_id, version: '1' })
  await panel(page, 'Ask them')
    .getByRole('textbox', { name: formTexts.http.url, exact: true })
    .fill('https://late.example.com')
  await press(page, words.lost.copy)
  await page.getByRole('combobox', { name: workflowTexts.sections.versions }).waitFor()
  await expect.poll(async () => (await readNewest(server, workflow_id)).version).toBe(2)
  expect((await readNewest(server, workflow_id)).nodes[1]).toMatchObject({
    config: { url: 'https://late.example.com' },
  })
  expect(faults).toEqual([])
})

test('versions: a published one is edited as a new draft, compared, published, and rolled back to; offline', async () => {
  const definition = {
    nodes: [
      { id: 'begin', type: 'trigger', config: { type: 'manual' }, next: { default: 'end' } },
      { id: 'end', type: 'output', name: 'End', config: { output_data: [{ name: 'n', type: 'number', value: 1 }] } },
    ],
  }
  const { id: workflow_id } = await server.client.createWorkflow({ name: 'Versions', definition })
  await server.client.publishWorkflowVersion({ workflow_id, version: '1' })
  await server.client.goLiveWorkflowVersion({ workflow_id, version: '1' })
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await openWorkflow(page, server, workflow_id)
  await page.getByText(words.old(1, 'live')).waitFor()
  await press(page, words.edit)
  await isNoticed(page, words.edited(2))
  await stepButton(page, 'End').click()
  const end = panel(page, 'End')
  await end.getByRole('textbox', { name: formTexts.output.value, exact: true }).fill('2')
  await press(page, formTexts.output.add)
  await isSaved(page)
  await end
    .getByRole('group', { name: formTexts.output.freshName(2) })
    .getByLabel(formTexts.output.name)
    .fill('why')
  await isSaved(page)
  await page.getByRole('link', { name: workflowTexts.sections.versions, exact: true }).click()
  const comparison = page.getByRole('region', { name: versionTexts.compareTitle })
  await comparison.getByText(/output_data.*value$/).waitFor()
  await press(page, versionTexts.more(2))
  await page.getByRole('menuitem', { name: workflowTexts.publish }).click()
  await dialog(page).getByText(workflowTexts.changesFrom(1)).waitFor()
  await dialog(page).getByRole('button', { name: workflowTexts.publish }).click()
  await isNoticed(page, workflowTexts.wentLive(2))
  await press(page, versionTexts.more(1))
  await page.getByRole('menuitem', { name: workflowTexts.goLive }).click()
  await dialog(page).getByRole('button', { name: workflowTexts.goLive }).click()
  await page.getByText(workflowTexts.live(1)).waitFor()
  await press(page, workflowTexts.goOffline)
  await dialog(page).getByRole('button', { name: workflowTexts.goOffline }).click()
  await page.getByText(workflowTexts.offline, { exact: true }).waitFor()
  expect(await server.client.getWorkflow({ workflow_id })).toMatchObject({ live_version: null, latest_version: 2 })
  expect(faults).toEqual([])
})
