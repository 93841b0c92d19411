// Random schedules of faults: a visitor with two tabs writes, while calls and their answers are lost, streams break, the network goes, and
// tabs are reloaded or killed. Whatever happens, nothing is lost, nothing doubled, and there is one conversation.
// `PARLEY_TEST_SCHEDULES=200` runs as many; `PARLEY_TEST_SEED` begins with another seed.
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestServer } from '../../server/test/support/server.ts'
import { liveWidget } from '../../server/test/web-widgets/browser.ts'
import { type Gate, type GateFault, startGate } from './support/gate.ts'
import { type Site, frameOf, message, openChat, say, startBrowser, startServer, startSite } from './support/visit.ts'

const schedules = Number(process.env['PARLEY_TEST_SCHEDULES'] ?? 20)
const first_seed = Number(process.env['PARLEY_TEST_SEED'] ?? 2000)
const at_once = 4

let server: TestServer
let browser: Browser
beforeAll(async () => {
  server = await startServer()
  server.model.answer = () => 'Noted.'
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

/** The same numbers for the same seed. */
function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const faults: GateFault[] = ['lost_before', 'lost_after', 'lost_after', 'unavailable', 'limited']

interface World {
  gate: Gate
  site: Site
  context: BrowserContext
  tabs: Page[]
  written: string[]
  random: (below: number) => number
}

async function openTab({ context, site }: World): Promise<Page> {
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  await page.goto(site.origin)
  await openChat(page)
  return page
}

/** A frame whose own files were lost on the way is loaded again when it is opened again, as a visitor would do then. */
async function showChat(page: Page): Promise<void> {
  await message(frameOf(page))
    .waitFor({ timeout: 16_000 })
    .catch(() => page.evaluate('Parley.close(), Parley.open()'))
}

const steps: ((world: World, tab: number) => Promise<unknown>)[] = [
  async ({ tabs, written }, tab) => {
    const text = `${tab}:${written.length}`
    written.push(text)
    await showChat(tabs[tab]!)
    await say(frameOf(tabs[tab]!), text)
  },
  async ({ gate, random }) => {
    for (let count = 1 + random(4); count > 0; count -= 1) gate.faults.push(faults[random(faults.length)]!)
  },
  async ({ gate }) => gate.cut(),
  async ({ context, random }) => {
    await context.setOffline(true)
    await new Promise((resolve) => setTimeout(resolve, random(300)))
    await context.setOffline(false)
  },
  async ({ tabs }, tab) => {
    await tabs[tab]!.reload()
    await openChat(tabs[tab]!)
  },
  async (world, tab) => {
    // What a page stores leaves its process a moment later; a kill within that moment is not part of this.
    await frameOf(world.tabs[tab]!).locator('body').evaluate('0')
    await world.tabs[tab]!.close()
    world.tabs[tab] = await openTab(world)
  },
  async ({ random }) => new Promise((resolve) => setTimeout(resolve, random(400))),
]
/** Which step, more of what matters most. */
const dice = [0, 0, 0, 0, 0, 1, 1, 1, 2, 3, 4, 5, 6]

async function storedBy(id: string): Promise<string[][]> {
  const rows = await server.client.listConversations({ web_widget_id: id, include: 'conversation' })
  return rows.map(({ conversation }) =>
    conversation!.items.filter(({ role }) => role === 'user').map(({ content }) => content!.join('')),
  )
}

const bubblesOf = (page: Page): Promise<string[]> =>
  frameOf(page)
    .locator('.log .bubble')
    .evaluateAll((all) => all.map((each) => each.textContent ?? ''))

async function runSchedule(seed: number): Promise<void> {
  const random = createRandom(seed)
  await using stack = new AsyncDisposableStack()
  const gate = stack.use(await startGate(server.url))
  const site = stack.use(await startSite())
  const context = await browser.newContext({ reducedMotion: 'reduce', locale: 'en-GB' })
  stack.defer(() => context.close())
  const { id } = await liveWidget(server.client, { domains: [site.origin] }, { starting_message: null })
  stack.defer(async () => void (await server.client.deleteWebWidget({ web_widget_id: id })))
  site.snippet = `<script async src="${gate.url}/public/embed/${id}"></script>`
  const world: World = { gate, site, context, tabs: [], written: [], random }
  world.tabs = await Promise.all([openTab(world), openTab(world)])
  for (let count = 6 + random(7); count > 0; count -= 1) {
    await steps[dice[random(dice.length)]!]!(world, random(2))
  }
  gate.faults = []
  const { written, tabs } = world
  await expect.poll(async () => (await storedBy(id)).flat().toSorted(), { timeout: 60_000 }).toEqual(written.toSorted())
  const conversations = await storedBy(id)
  expect(conversations.length).toBe(written.length > 0 ? 1 : 0)
  const stored = conversations.flat()
  for (const tab of ['0:', '1:']) {
    expect(stored.filter((text) => text.startsWith(tab))).toEqual(written.filter((text) => text.startsWith(tab)))
  }
  const { length } = written
  for (const page of tabs) {
    await expect.poll(async () => (await bubblesOf(page)).length, { timeout: 60_000 }).toBe(2 * length)
    const shown = await bubblesOf(page)
    expect(shown).toEqual(await bubblesOf(tabs[0]!))
    expect(shown.filter((text) => text.startsWith('You: '))).toEqual(stored.map((text) => `You: ${text}`))
    expect(await frameOf(page).getByText('Sending…').count()).toBe(0)
  }
}

test(
  `B1, B2, B3, B4: ${schedules} schedules from seed ${first_seed}: 0 lost, 0 doubled, 0 second conversations`,
  async () => {
    const seeds = Array.from({ length: schedules }, (_none, index) => first_seed + index)
    const failed: string[] = []
    const work = async () => {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
        const again = `PARLEY_TEST_SEED=${seed} PARLEY_TEST_SCHEDULES=1 npm run test:schedules`
        await runSchedule(seed).catch((error: unknown) => failed.push(`${again}\n${String(error)}`))
      }
    }
    await Promise.all(Array.from({ length: at_once }, work))
    expect(failed).toEqual([])
  },
  60_000 + schedules * 10_000,
)
