// `npm run bench:widget`: what the web widget costs a page and its visitor, in a real Chromium against a real server: bytes, the way from a
// click to the composer, and the frames of a long reply while it arrives.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openPage, startBrowser } from '../console/test/support/chromium.ts'
import { startScriptedModel } from '../server/test/support/scripted-model.ts'
import { frameOf, message, say, startSite } from '../widget/test/support/visit.ts'
import { type LoaderCost, measureLoader, startOtherScripts } from '../widget/test/support/measure.ts'
import { quantile } from './load.ts'
import { readOptions } from './options.ts'
import { describeTimes, machine, printRows, publishAgent, startBenchServer } from './server.ts'

const { opens, replies, characters } = readOptions({ opens: 20, replies: 3, characters: 32_000 })

type Page = Awaited<ReturnType<typeof openPage>>['page']
type Browser = Awaited<ReturnType<typeof startBrowser>>

/** Of the page's main thread, on a processor that is four times as slow, more than a script that does nothing takes. The goal is 5: this one notices that it grows. */
const loader_at_most_ms = 40
const failed: string[] = []

/** A fast model: each piece a few words, a new one every few milliseconds. */
const piece_characters = 64
const piece_ms = 4

/** In every document: when it was clicked, and when its composer was drawn, by a clock that they share. */
const watch_composer = `
  const now = () => performance.timeOrigin + performance.now()
  addEventListener('click', () => { window.clicked_at = now() }, { capture: true })
  const look = () => {
    if (document.querySelector('#composer')) window.composer_at = now()
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
`

/** How long each frame took. */
const watch_frames = `
  window.frames_ms = []
  let before = null
  const look = (now) => {
    if (before !== null) window.frames_ms.push(now - before)
    before = now
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
`

await using stack = new AsyncDisposableStack()
const model = stack.use(await startScriptedModel())
const server = stack.use(
  await startBenchServer({ OPENAI_BASE_URL: model.base_url, PARLEY_DEFAULT_MODEL: 'openai/scripted' }),
)
const site = stack.use(await startSite())
const browser = await startBrowser()
stack.defer(() => browser.close())
const agent_id = await publishAgent(server.client)
const { id } = await server.client.createWebWidget({ agent_id, published: true, domains: [site.origin] })
site.snippet = `<script async src="${server.url}/public/embed/${id}"></script>`

const sizes = JSON.parse(await readFile(join(import.meta.dirname, '../widget/dist/sizes.json'), 'utf8')) as Record<
  string,
  { bytes: number; at_most: number }
>
const describeSize = (name: string) => `${sizes[name]!.bytes} bytes after gzip, of ${sizes[name]!.at_most}`

printRows([
  ['machine', `${machine}; server, model and browser on it`],
  ['loader', describeSize('loader')],
  ['frame and one language', describeSize('frame')],
  ['a language', describeSize('language')],
  ['what follows later', describeSize('rest')],
  ...(await measureLoading(browser)),
  ['click to composer', describeTimes(await measureOpening(browser))],
  ...(await measureReplies(browser)),
])
if (failed.length > 0) throw new Error(failed.join('; '))

async function waitForChat(page: Page) {
  while (!page.frames().some((frame) => frame.url().includes('/public/embed/'))) await delay(10)
  const chat = frameOf(page)
  await message(chat).waitFor()
  return chat
}

/**
 * What the first script costs the page of a site, on a processor that is four times as slow, beside scripts of the same size that do
 * nothing: what those take, too, is the browser's.
 */
async function measureLoading(using: Browser): Promise<[string, string][]> {
  const loader_url = `${server.url}/public/embed/${id}`
  await using others = await startOtherScripts(loader_url)
  const scripts = new Map([['loader', loader_url], ...others.names.map((name) => [name, `${others.url}/${name}/1`])] as [string, string][]) // prettier-ignore
  const costs = new Map<string, LoaderCost[]>([...scripts.keys()].map((name) => [name, []]))
  site.pages['/blank'] = { body: '' }
  for (const [name, url] of scripts) site.pages[`/${name}`] = { body: `<script async src="${url}"></script>` }
  for (let load = 0; load < opens; load += 1) {
    for (const [name, url] of scripts) {
      const place = { url: `${site.origin}/${name}`, before: `${site.origin}/blank`, server_url: new URL(url).origin }
      costs.get(name)!.push(await measureLoader(using, { ...place, slowdown: 4 }))
    }
  }
  const timesOf = (name: string) => costs.get(name)!.map(({ main_thread_ms }) => main_thread_ms)
  const most = (name: 'layout_shift' | 'requests') =>
    String(Math.max(...costs.get('loader')!.map((cost) => cost[name])))
  const own_ms = quantile(timesOf('loader'), 0.5) - quantile(timesOf('nothing'), 0.5)
  if (own_ms > loader_at_most_ms)
    failed.push(`the loader takes ${own_ms.toFixed(1)} ms, more than ${loader_at_most_ms}`)
  return [
    ...[...scripts.keys()].map((name): [string, string] => [`${name}, 4× slower CPU`, describeTimes(timesOf(name))]),
    ['loader without nothing', `${own_ms.toFixed(1)} ms, the difference of both medians`],
    ['loader on the page', `layout shift ${most('layout_shift')}, requests ${most('requests')}, at most`],
  ]
}

/** A visitor who was here before, on a new page each time: the files are in the browser's cache, the frame is made when the mouse comes. */
async function measureOpening(using: Browser): Promise<number[]> {
  await using opened = await openPage(using)
  const { page } = opened
  await page.addInitScript({ content: watch_composer })
  const { width, height } = page.viewportSize()!
  const times: number[] = []
  for (let open = 0; open <= opens; open += 1) {
    await page.goto(site.origin)
    await page.locator('[data-parley]').waitFor({ state: 'attached' })
    // In the middle of the launcher.
    await page.mouse.click(width - 20 - 28, height - 20 - 28)
    await waitForChat(page)
    const clicked_at = (await page.evaluate('window.clicked_at')) as number
    const shown_at = (await frameOf(page).locator('body').evaluate('window.composer_at')) as number
    // The first has filled the cache.
    if (open > 0) times.push(shown_at - clicked_at)
    await page.mouse.move(0, 0)
  }
  return times
}

/** Frames of the page while a long reply arrives: how late each was. */
async function measureReplies(using: Browser): Promise<[string, string][]> {
  await using opened = await openPage(using)
  const { page } = opened
  await page.goto(site.origin)
  await page.waitForFunction('window.Parley?.open')
  await page.evaluate('Parley.open()')
  const chat = await waitForChat(page)
  const longest: number[] = []
  const all: number[] = []
  for (let reply = 1; reply <= replies; reply += 1) {
    model.answer = () => speak(reply)
    await frameOf(page).locator('body').evaluate(`{${watch_frames}}`)
    await say(chat, `Tell me everything, part ${reply}`)
    await chat.getByRole('log').getByText(`The end of part ${reply}.`).waitFor({ timeout: 60_000 })
    const frames = (await frameOf(page).locator('body').evaluate('window.frames_ms')) as number[]
    longest.push(Math.max(...frames))
    all.push(...frames)
  }
  return [
    ['frames of a reply', `${describeTimes(all)} while ${characters} characters arrive`],
    ['longest of each reply', longest.map((ms) => `${ms.toFixed(0)} ms`).join(', ')],
  ]
}

async function* speak(reply: number): AsyncGenerator<string> {
  const text = longText(characters)
  for (let at = 0; at < text.length; at += piece_characters) {
    yield text.slice(at, at + piece_characters)
    await delay(piece_ms)
  }
  yield `\n\nThe end of part ${reply}.`
}

/** As a model writes: paragraphs, lists, a table and code. */
function longText(length: number): string {
  const part = [
    '## Tea\n\nA **strong** black tea, with [milk](https://tea.example/milk) if you like; `95 °C` for four minutes.\n',
    '- Assam, malty\n- Darjeeling, light\n  - first flush\n  - second flush\n- Ceylon\n',
    '| tea | minutes | °C |\n| --- | --- | --- |\n| black | 4 | 95 |\n| green | 2 | 75 |\n',
    '```\nbrew(tea, minutes)\n```\n',
    'Water that has boiled twice tastes flat. Warm the pot first, and pour slowly. '.repeat(4) + '\n',
  ].join('\n')
  return (part + '\n').repeat(Math.ceil(length / part.length)).slice(0, length)
}
