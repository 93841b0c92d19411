// Knowledge bases: adding sources by keyboard and by dropping them, their states live, failures, a search to try, citations.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startEmbeddingServer } from '../../server/test/support/embedding-server.ts'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import {
  expectAccessible,
  hasFocus,
  isNoticed,
  isTitled,
  openPage,
  signIn,
  startBrowser,
  themes,
} from './support/browser.ts'
import { dialog, press } from './support/editor.ts'
import { dropFiles, isSettled, makeDataset, pdfFile, row, stateOf, textFile } from './support/knowledge.ts'
import { startSilentProxy } from './support/silent-proxy.ts'
import { begin, say, transcript } from './support/tester.ts'

let server: TestServer
let browser: Browser

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

const returns = textFile(
  'returns.md',
  '# Returns\n\nGoods can be returned within 30 days. We refund the price in a week.',
)
const delivery = textFile('delivery.txt', 'Delivery to Norway takes three to five days and costs 9 euros.')
const narrow = { viewport: { width: 400, height: 800 } }
/** A slow machine searches as long as it must. */
const search_ms = 10_000

const settle = (dataset_id: string) => expect.poll(() => isSettled(server, dataset_id)).toBe(true)

test('from nothing to sources that are ready, by keyboard alone', async () => {
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, '/knowledge')
  await page.getByRole('heading', { level: 1, name: 'Knowledge bases' }).waitFor()
  await isTitled(page, /^Knowledge bases/)
  await page.keyboard.press('n')
  await hasFocus(dialog(page).getByLabel('Name'))
  await page.keyboard.type('Handbook')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Handbook' }).waitFor()

  const choose = page.getByRole('button', { name: 'Choose files' })
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), choose.press('Enter')])
  await chooser.setFiles([returns, delivery])
  await stateOf(page, 'returns.md', 'Ready').waitFor()
  await stateOf(page, 'delivery.txt', 'Ready').waitFor()
  await page.getByText('2 ready').waitFor()
  expect(faults).toEqual([])
})

test('states stay live over a connection that is lost', async () => {
  const dataset_id = await makeDataset(server, 'Live')
  await using proxy = await startSilentProxy(server.url)
  await using opened = await openPage(browser)
  const { page } = opened
  await signIn(page, { ...server, url: proxy.url }, `/knowledge/${dataset_id}`)
  await page.getByText('Live', { exact: true }).last().waitFor()
  const attach = (name: string) =>
    server.client.attachSources({ dataset_id, file: new Blob([name]), metadata: { name: `${name}.txt` } })
  await attach('before')
  await stateOf(page, 'before.txt', 'Ready').waitFor()

  proxy.fallSilent()
  await page.getByText('Connection lost. Reconnecting…').waitFor()
  await attach('meanwhile')
  await settle(dataset_id)
  await expect.poll(() => row(page, 'meanwhile.txt').count()).toBe(0)
  proxy.comeBack()
  await stateOf(page, 'meanwhile.txt', 'Ready').waitFor()
  await attach('after')
  await stateOf(page, 'after.txt', 'Ready').waitFor()
})

test('a failed source says why and what to do, is run again, and replaced', async () => {
  const broken = { ...pdfFile('prices.pdf', 'x'), buffer: Buffer.from('%PDF-1.4\nbroken') }
  const dataset_id = await makeDataset(server, 'Failed', [broken])
  await using opened = await openPage(browser, narrow)
  const { page, faults } = opened
  await signIn(page, server, `/knowledge/${dataset_id}?state=failed`)
  await stateOf(page, 'prices.pdf', 'Failed').waitFor()
  await row(page, 'prices.pdf').getByText('The file ends in the middle. Send it again.').waitFor()
  await row(page, 'prices.pdf').getByText('1 try').waitFor()
  for (const theme of themes) {
    await page.emulateMedia({ colorScheme: theme })
    await expectAccessible(page)
  }

  const before = (await server.client.listDatasetSources({ dataset_id })).data[0]!
  await page.getByRole('button', { name: 'Actions for prices.pdf' }).click()
  await page.getByRole('menuitem', { name: 'Run again' }).click()
  await isNoticed(page, '1 source queued')
  await expect
    .poll(async () => {
      const { updated_at, status } = (await server.client.listDatasetSources({ dataset_id })).data[0]!
      return [updated_at > before.updated_at, status]
    })
    .toEqual([true, 'failed'])
  // Otherwise its row may leave the list of what has failed, with the menu, and come back.
  await page.reload()
  await stateOf(page, 'prices.pdf', 'Failed').waitFor()

  await page.getByRole('button', { name: 'Actions for prices.pdf' }).click()
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('menuitem', { name: 'Replace file…' }).click(),
  ])
  await chooser.setFiles(pdfFile('prices.pdf', 'A teapot costs 20 euros.'))
  await page.getByLabel('Show sources').selectOption('ready')
  await stateOf(page, 'prices.pdf', 'Ready').waitFor()
  expect(faults).toEqual([])
})

test('many sources are detached at once, after a question', async () => {
  const dataset_id = await makeDataset(server, 'Many', [returns, delivery, textFile('kept.txt', 'Kept.')])
  await using opened = await openPage(browser)
  const { page } = opened
  await signIn(page, server, `/knowledge/${dataset_id}`)
  await page.getByLabel('Select returns.md').check()
  await page.getByLabel('Select delivery.txt').check()
  await page.getByText('2 selected').waitFor()
  await press(page, 'Detach…')
  await dialog(page).getByText('Detach 2 sources?').waitFor()
  await dialog(page).getByRole('button', { name: 'Detach' }).click()
  await isNoticed(page, 'Detached')
  await expect.poll(() => row(page, '').count()).toBe(1)
  const { data } = await server.client.listDatasetSources({ dataset_id })
  expect(data.map(({ sources }) => sources.name)).toEqual(['kept.txt'])
})

test('a question is tried: words marked, scores, words and vectors alone, and the fence', async () => {
  const dataset_id = await makeDataset(server, 'Tried', [returns, delivery])
  await settle(dataset_id)
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, `/knowledge/${dataset_id}?section=try`)
  await page.getByLabel('Question').fill('When are goods returned?')
  await page.getByLabel('Compare with words and vectors alone').check()
  await page.keyboard.press('Enter')
  await page.getByLabel('Question').press('Enter')
  const found = page.getByRole('region', { name: 'As agents search' })
  await found.getByRole('article').first().waitFor()
  const marks = found.getByRole('article').first().locator('mark')
  await expect.poll(() => marks.allTextContents()).toEqual(expect.arrayContaining(['Goods', 'returned']))
  await found
    .getByText(/^Score 0\.\d\d$/)
    .first()
    .waitFor()
  await page.getByRole('region', { name: 'Words alone' }).getByRole('article').first().waitFor()
  // This server has no embedding model.
  await page.getByRole('region', { name: 'Vectors alone' }).getByText('There are no vectors').waitFor()
  await page.getByText('What the model gets').click()
  await page.getByText(/<passages [0-9a-f]{32}>\n\[1\] returns\.md/).waitFor()
  await page.emulateMedia({ colorScheme: 'dark' })
  await expectAccessible(page)
  expect(faults).toEqual([])
})

test.each([{}, narrow])('a source: its text, chunks and file (%j)', async (options) => {
  const dataset_id = await makeDataset(server, 'Source', [
    textFile('rich.md', '# Fees\n\nA ![secret](https://evil.example/x.png) teapot.\n\n<script>alert(1)</script>'),
  ])
  await settle(dataset_id)
  const [attachment] = (await server.client.listDatasetSources({ dataset_id })).data
  await using opened = await openPage(browser, options)
  const { page, faults } = opened
  const requests: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  await signIn(page, server, `/knowledge/sources/${attachment!.source_id}?dataset_id=${dataset_id}`)
  await page.getByRole('region', { name: 'Text', exact: true }).getByText('teapot').waitFor()
  expect(requests.filter((url) => url.includes('evil.example'))).toEqual([])
  await expectAccessible(page)
  await page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: 'Chunks' }).click()
  await page.getByRole('list', { name: 'Chunks' }).getByText('Chunk 1').waitFor()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('rich.md')
  expect(faults).toEqual([])
})

test('three dropped PDFs are a cited answer in the tester in under a minute', async () => {
  const { agent_id } = await server.client.createAgent({ name: 'Clerk' })
  const draft = { instructions: 'Be brief.', analysis: { summary: { enabled: false } } }
  await server.client.createAgentVersion({ agent_id, config: draft })
  server.model.answer = () => 'Goods can be returned within 30 days [1].'
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, '/knowledge')
  const began = performance.now()
  await press(page, 'New knowledge base')
  await dialog(page).getByLabel('Name').fill('Policies')
  await press(page, 'Create')
  await dropFiles(page, [
    pdfFile('returns.pdf', 'Our promise', 'Goods can be returned within 30 days.'),
    pdfFile('delivery.pdf', 'Delivery to Norway takes three to five days.'),
    pdfFile('hours.pdf', 'The shop is open from 9 to 18.'),
  ])
  for (const name of ['returns.pdf', 'delivery.pdf', 'hours.pdf']) await stateOf(page, name, 'Ready').waitFor()

  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Agents' }).click()
  await page.getByRole('link', { name: 'Clerk' }).click()
  await page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: 'Knowledge' }).click()
  await press(page, 'Add a knowledge base')
  await page.getByRole('combobox', { name: 'Knowledge base' }).selectOption({ label: 'Policies' })
  await page.getByLabel('Cite passages').check()
  await page.getByLabel('Time limit (ms)').fill(String(search_ms))
  await press(page, 'Save draft')
  await page.getByText('Unsaved changes').waitFor({ state: 'hidden' })
  await begin(page)
  await say(page, 'Within how many days can goods be returned?')
  const citation = transcript(page)
    .getByRole('list', { name: 'Sources' })
    .getByRole('button', { name: /returns\.pdf/ })
  await citation.waitFor()
  const seconds = (performance.now() - began) / 1000
  expect(seconds).toBeLessThan(60)
  console.info(`three PDFs to a cited answer: ${seconds.toFixed(1)} s`)

  await transcript(page)
    .getByText(/^\d passages? · words · \d/)
    .click()
  await transcript(page).getByText('Searched for').waitFor()
  await citation.click()
  await dialog(page).getByText('Goods can be returned within 30 days.').waitFor()
  await dialog(page).getByText('page 1').waitFor()
  await expectAccessible(page)
  expect(faults).toEqual([])
})

test('a citation is opened and a question found again on a narrow screen', async () => {
  const dataset_id = await makeDataset(server, 'Narrow', [returns])
  await settle(dataset_id)
  const { agent_id } = await server.client.createAgent({ name: 'Narrow clerk' })
  const { version } = await server.client.createAgentVersion({
    agent_id,
    config: {
      ...{ instructions: 'Be brief.', analysis: { summary: { enabled: false } } },
      ...{ knowledge_bases: [{ dataset_id }], retrieval: { citations: true, timeout_ms: search_ms } },
    },
  })
  await server.client.publishAgentVersion({ agent_id, version: String(version) })
  server.model.answer = () => 'Within 30 days [1].'
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
  const conversation_id = conversation.id
  await server.client.sendConversationMessage({ conversation_id, text: 'When can goods be returned?' })
  await using opened = await openPage(browser, narrow)
  const { page, faults } = opened
  await signIn(page, server, `/knowledge/${dataset_id}?section=questions`)
  await page.getByText('When can goods be returned?').click()
  await page.getByRole('link', { name: 'Open conversation' }).click()
  await transcript(page)
    .getByText(/^1 passage · words · /)
    .click()
  for (const theme of themes) {
    await page.emulateMedia({ colorScheme: theme })
    await expectAccessible(page)
  }
  await transcript(page).getByRole('button', { name: 'Open passage 1 of returns.md' }).first().click()
  await dialog(page).getByText('Goods can be returned within 30 days.').waitFor()
  expect(faults).toEqual([])
})

test('a change of the model says who gets how much, and deleting names the agents', async () => {
  await using embeddings = await startEmbeddingServer()
  await using own = await startTestServer(embeddings.environment)
  const dataset_id = await makeDataset(own, 'Settings', [returns])
  await expect.poll(() => isSettled(own, dataset_id)).toBe(true)
  const { agent_id } = await own.client.createAgent({ name: 'Clerk' })
  await own.client.createAgentVersion({ agent_id, config: { instructions: 'x', knowledge_bases: [{ dataset_id }] } })
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, own, `/knowledge/${dataset_id}?section=settings`)
  await press(page, 'Change model…')
  await dialog(page).getByLabel('Dimension').fill('128')
  await dialog(page)
    .getByText(/gets the text of 1 chunk, and may charge for it\./)
    .waitFor()
  await press(page, 'Change model')
  await expect.poll(async () => (await own.client.getDataset({ dataset_id })).embedding_dimension).toBe(128)
  await expectAccessible(page)
  await press(page, 'Delete…')
  await dialog(page).getByText('These agents lose it').waitFor()
  await dialog(page).getByText('Clerk').waitFor()
  await dialog(page).getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('heading', { level: 1, name: 'Knowledge bases' }).waitFor()
  await expect.poll(async () => (await own.client.listDatasets({ name: 'Settings' })).data).toEqual([])
  expect(faults).toEqual([])
})
