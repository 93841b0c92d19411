// Knowledge bases: a real crawl with its report, and how each of their pages looks, in both themes and at both widths.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Site, crawled_hosts, pageOf, startSite } from '../../server/test/knowledge/crawl/fixture.ts'
import { type TestServer, publishAgent, startTestServer } from '../../server/test/support/server.ts'
import { expectAccessible, isNoticed, openPage, signIn, startBrowser, themes } from './support/browser.ts'
import { dialog, press } from './support/editor.ts'
import { isSettled, makeDataset, pdfFile, row, stateOf, textFile } from './support/knowledge.ts'
import { transcript } from './support/tester.ts'

let server: TestServer
let browser: Browser
let site: Site

beforeAll(async () => {
  ;[server, browser, site] = await Promise.all([
    startTestServer(crawled_hosts),
    startBrowser(),
    startSite({
      '/help': pageOf('help', '/help/fees', '/help/private', '/elsewhere'),
      '/help/fees': pageOf('fees', '/help'),
      '/robots.txt': { headers: { 'content-type': 'text/plain' }, body: 'User-agent: *\nDisallow: /help/private\n' },
    }),
  ])
})
afterAll(async () => {
  await browser?.close()
  await site?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
})

/** A page of a crawl is read in a process of its own. */
const patient = { timeout: 60_000 }
const narrow = { viewport: { width: 400, height: 800 } }
const sections = (page: Page) => page.getByRole('navigation', { name: 'Sections' })
const addressesOf = (page: Page) => page.getByRole('list', { name: 'Addresses' }).getByRole('listitem')

test('a site is crawled, its report says what became of each address, and it is fetched again', async () => {
  const dataset_id = await makeDataset(server, 'Crawled')
  await using opened = await openPage(browser, narrow)
  const { page, faults } = opened
  await signIn(page, server, `/knowledge/${dataset_id}`)
  await press(page, 'Add web pages')
  await dialog(page).getByLabel('Addresses').fill(`${site.url}/help`)
  await dialog(page).getByLabel('Follow links to more pages of the same site').check()
  await dialog(page).getByLabel('Milliseconds between two requests').fill('0')
  await expectAccessible(page)
  await dialog(page).getByRole('button', { name: 'Add' }).click()
  await isNoticed(page, '1 source added')
  await stateOf(page, '/help/fees', 'Ready').waitFor(patient)
  await row(page, '/help/fees').getByText('found by a crawl').waitFor()
  await expect.poll(() => isSettled(server, dataset_id), patient).toBe(true)

  await page.getByRole('link', { name: `${site.url}/help`, exact: true }).click()
  await sections(page).getByRole('link', { name: 'Crawls' }).click()
  const crawls = page.getByRole('list', { name: 'Crawls' })
  await crawls.getByText('Complete').waitFor(patient)
  await crawls.getByText('Stored 2').click()
  await expect
    .poll(() => addressesOf(page).allInnerTexts())
    .toEqual([
      expect.stringMatching(/\/help\s+Stored$/),
      expect.stringMatching(/\/help\/fees\s+Stored$/),
      expect.stringMatching(/\/help\/private\s+Forbidden by robots\.txt/),
      expect.stringMatching(/\/elsewhere\s+Failed\s+The site answered 404\./),
    ])
  for (const theme of themes) {
    await page.emulateMedia({ colorScheme: theme })
    await expectAccessible(page)
  }
  await page.getByLabel('Show addresses').selectOption('Forbidden by robots.txt')
  await expect.poll(() => addressesOf(page).count()).toBe(1)

  await page.getByLabel('How often').selectOption('Every week')
  await page.getByText('Next time').waitFor()
  await press(page, 'Fetch again')
  await isNoticed(page, 'Fetching started')
  await crawls.getByText('Unchanged 2').waitFor(patient)
  expect(faults).toEqual([])
})

test('the text of a source has its tables, and pages are kept from running over', async () => {
  const table = '| Item | Price |\n| :-- | --: |\n| Teapot | 20 |\n| Kettle | 45 |'
  const dataset_id = await makeDataset(server, 'Tables', [textFile('prices.md', `# Prices\n\n${table}\n`)])
  await expect.poll(() => isSettled(server, dataset_id), patient).toBe(true)
  const [attachment] = (await server.client.listDatasetSources({ dataset_id })).data
  await using opened = await openPage(browser, narrow)
  const { page, faults } = opened
  await signIn(page, server, `/knowledge/sources/${attachment!.source_id}`)
  const text = page.getByRole('region', { name: 'Text', exact: true })
  await text.getByRole('columnheader', { name: 'Price' }).waitFor()
  await expect
    .poll(() => text.getByRole('row').allInnerTexts())
    .toEqual([
      expect.stringMatching(/^Item\s+Price$/),
      expect.stringMatching(/^Teapot\s+20$/),
      expect.stringMatching(/^Kettle\s+45$/),
    ])
  expect(faults).toEqual([])
})

interface Shop {
  dataset_id: string
  source_id: string
  page_id: string
  agent_id: string
  conversation_id: string
}

/** What the pages show: every state of a source, an agent that uses them, and what was asked. */
async function makeShop(name: string): Promise<Shop> {
  const long = `# Returns\n\n${'Goods can be returned within 30 days, if they are not worn. '.repeat(20)}`
  const dataset_id = await makeDataset(server, name, [
    textFile('returns.md', `${long}\n\n| Item | Price |\n| - | - |\n| Teapot | 20 |\n`),
    { ...pdfFile('prices.pdf', 'x'), buffer: Buffer.from('%PDF-1.4\nbroken') },
    textFile(`${'a-very-long-name-without-a-space-'.repeat(4)}.txt`, 'Delivery to Norway takes three to five days.'),
  ])
  await server.client.attachSources({ dataset_id, items: { type: 'URL', url: `${site.url}/help/fees` } })
  await expect.poll(() => isSettled(server, dataset_id), patient).toBe(true)
  const { data } = await server.client.listDatasetSources({ dataset_id })
  const find = (part: string) => data.find(({ sources }) => sources.name.includes(part))!.source_id
  const { agent_id } = await publishAgent(server.client, {
    // A slow machine searches as long as it must.
    ...{ knowledge_bases: [{ dataset_id }], retrieval: { citations: true, timeout_ms: 10_000 } },
  })
  server.model.answer = () => 'Within 30 days [1].'
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
  const conversation_id = conversation.id
  await server.client.sendConversationMessage({ conversation_id, text: 'When can goods be returned?' })
  await server.client.sendConversationMessage({ conversation_id, text: 'And what about zebras?' })
  return { dataset_id, source_id: find('returns.md'), page_id: find('/help/fees'), agent_id, conversation_id }
}

const [light, dark] = themes
/** Colours are those of the theme and places those of the width: the other two pairs need not be seen. */
test.each([
  [light, 1440],
  [dark, 400],
] as const)(
  'axe finds nothing in %s at %i pixels, and nothing runs over',
  async (colorScheme, width) => {
    const { dataset_id, source_id, page_id, agent_id, conversation_id } = await makeShop(`Looks ${width}`)
    await using opened = await openPage(browser, { colorScheme, viewport: { width, height: 900 } })
    const { page, faults } = opened
    await signIn(page, server, '/knowledge')
    const looks: [string, (page: Page) => Promise<void>][] = [
      ['/knowledge', (shown) => shown.getByRole('link', { name: `Looks ${width}` }).waitFor()],
      [`/knowledge/${dataset_id}`, (shown) => stateOf(shown, 'prices.pdf', 'Failed').waitFor()],
      [
        `/knowledge/${dataset_id}?section=try&query=When+are+goods+returned`,
        async (shown) => {
          await shown.getByLabel('Compare with words and vectors alone').check()
          await shown.getByRole('region', { name: 'Words alone' }).getByRole('article').first().waitFor()
          await shown.getByText('What the model gets').click()
        },
      ],
      [`/knowledge/${dataset_id}?section=questions`, (shown) => shown.getByText('When can goods be returned?').click()],
      [
        `/knowledge/${dataset_id}?section=settings`,
        (shown) => shown.getByRole('button', { name: 'Delete…' }).waitFor(),
      ],
      [`/knowledge/sources/${source_id}`, (shown) => shown.getByRole('columnheader', { name: 'Price' }).waitFor()],
      [`/knowledge/sources/${source_id}?section=chunks`, (shown) => shown.getByText('Chunk 1').waitFor()],
      [
        `/knowledge/sources/${page_id}?section=crawl`,
        async (shown) => {
          await shown.getByText('Stored 1').click()
          await addressesOf(shown).first().waitFor()
        },
      ],
      [`/agents/${agent_id}?section=knowledge`, (shown) => shown.getByLabel('Cite passages').waitFor()],
      [
        `/conversations/${conversation_id}`,
        (shown) =>
          transcript(shown)
            .getByText(/passages? · words · /)
            .first()
            .click(),
      ],
    ]
    for (const [path, isThere] of looks) {
      await page.goto(server.url + path)
      await isThere(page)
      await keepPicture(page, `${colorScheme}-${width}${path.replaceAll(/[^a-z]+/g, '-')}`)
      await expectAccessible(page)
      await expect.poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    }
    expect(faults).toEqual([])
  },
  180_000,
)

/** For people who look at them. */
async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env['PARLEY_TEST_PICTURES']
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` })
}
