// `npm run bench:desk`: the desk with ten thousand open conversations, in a real Chromium against a real server: from a click on a view to
// its rows on the screen, from a key to what it does, and from Enter to the transcript.
import { openPage, signIn, startBrowser } from '../console/test/support/chromium.ts'
import { copyWaiting, pressKeys, showView } from '../console/test/support/desk-scale.ts'
import { deskTexts } from '../console/src/desk/texts.ts'
import { handlingTexts } from '../console/src/handling/texts.ts'
import { startScriptedModel } from '../server/test/support/scripted-model.ts'
import pg from 'pg'
import { quantile } from './load.ts'
import { readOptions } from './options.ts'
import { describeTimes, machine, printRows, publishAgent, startBenchServer } from './server.ts'

const { open, rounds, keys } = readOptions({ open: 10_000, rounds: 20, keys: 200 })
const view_at_most_ms = 300
const key_at_most_ms = 100

await using stack = new AsyncDisposableStack()
const model = stack.use(await startScriptedModel())
const server = stack.use(
  await startBenchServer({ OPENAI_BASE_URL: model.base_url, PARLEY_DEFAULT_MODEL: 'openai/scripted' }),
)
const { client } = server
const agent_id = await publishAgent(client)
const { conversation } = await client.createConversation({ channel: 'text', user_id: 'first', agent_id })
await client.sendConversationMessage({ conversation_id: conversation.id, text: 'Where is my order?' })
await client.handOffConversation({ conversation_id: conversation.id })
const database = new pg.Client({ connectionString: server.database_url })
await database.connect()
await copyWaiting(database, conversation.id, open - 1)
await database.end()

const browser = await startBrowser()
stack.defer(() => browser.close())
await using opened = await openPage(browser)
const { page } = opened
await signIn(page, server, '/desk?view=all')
const grid = page.getByRole('grid', { name: deskTexts.list })
await grid.getByRole('row').first().waitFor()

const { all, unassigned } = handlingTexts.views
const shown = new Map<string, number[]>([unassigned, all].map((name) => [name, []]))
for (let round = 0; round < rounds; round += 1) {
  for (const [name, times] of shown) times.push((await page.evaluate(showView(name))) as number)
}
await page.keyboard.press('j')
const down = (await page.evaluate(pressKeys('j', keys))) as number[]
const up = (await page.evaluate(pressKeys('k', keys))) as number[]
const entered: number[] = []
for (let round = 0; round < rounds; round += 1) {
  await page.keyboard.press('j')
  const start = performance.now()
  await page.keyboard.press('Enter')
  await page.getByRole('region', { name: handlingTexts.label }).waitFor()
  entered.push(performance.now() - start)
  await page.keyboard.press('Escape')
  await page.getByText(deskTexts.chooseTitle).waitFor()
}

const p95 = (times: number[]) => `p95 ${quantile(times, 0.95).toFixed(1)} ms, ${describeTimes(times)}`
printRows([
  ['machine', `${machine}; server and browser on it`],
  ['open conversations', String(open)],
  ...[...shown].map(([name, times]): [string, string] => [`view ${name}`, p95(times)]),
  ['key j', p95(down)],
  ['key k', p95(up)],
  ['Enter', p95(entered)],
])
const slow = [
  ...[...shown].filter(([, times]) => quantile(times, 0.95) > view_at_most_ms).map(([name]) => `view ${name}`),
  ...(quantile(down, 0.95) > key_at_most_ms ? ['key j'] : []),
  ...(quantile(up, 0.95) > key_at_most_ms ? ['key k'] : []),
]
if (slow.length > 0) throw new Error(`Above the goal: ${slow.join(', ')}`)
