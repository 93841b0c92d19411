// Takes the pictures of the console: `npm run screenshots`. A real server and a scripted model, every screen in both themes. But for what
// happens by the true time (the tester, deliveries, the month of the overview, where an invitation ends) they are the same each time,
// so that a difference is one of the console.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient } from '@parley/sdk'
import type { Browser, Page } from 'playwright-core'
import { startApp } from '../../../server/src/app.ts'
import { readConfig } from '../../../server/src/settings.ts'
import { type Database, acrossOrganizations } from '../../../server/src/database/database.ts'
import { createLog } from '../../../server/src/telemetry/log.ts'
import { type ScriptedModel, startScriptedModel } from '../../../server/test/support/scripted-model.ts'
import { opened_hosts } from '../../../server/test/support/tool-peer.ts'
import { openPage, signIn, startBrowser, themes } from '../support/chromium.ts'
import { type Staff, type StaffName, hireStaff } from './agents.ts'
import { type Books, booksScreens, keepBooks } from './books.ts'
import { holdMonth } from './days.ts'
import { type Desk, deskScreens, openDeskOfShop } from './desk.ts'
import { bringInHistory, shown_at } from './history.ts'
import { type Shelf, knowledgeScreens, stockShelf } from './knowledge.ts'
import { type Furniture, furnish, holdForEndpoint, roomScreens } from './rooms.ts'
import { shrinkPicture } from './shrink.ts'
import { tryBeside, tryDraft } from './trial.ts'
import { askToPublish, compareVersions } from './versions.ts'
import { type Counter, openCounter, widgetScreens } from './widget.ts'
import { type Shed, buildShed, workflowScreens } from './workflows.ts'

const folder = join(import.meta.dirname, '../../../docs/images')

export interface Scene extends Furniture, Shelf, Counter, Desk, Shed, Books {
  url: string
  admin_key: string
  client: Client
  model: ScriptedModel
  database: Database
  organization_id: string
  staff: Record<StaffName, Staff>
  conversation_id: string
}

export interface Screen {
  name: string
  path: (scene: Scene) => string
  /** Until there is something to see. */
  prepare: (page: Page, scene: Scene) => Promise<unknown>
  /** By the true time: what happens on it happens now. */
  isLive?: boolean
  isNarrow?: boolean
  /** Of a phone, instead of that of `isNarrow`. */
  width?: number
  /** Otherwise than with the admin key; null: not at all. */
  enter?: ((page: Page, scene: Scene) => Promise<void>) | null
}

const desk = ({ staff }: Scene) => staff['Support desk'].agent_id
const rows = (page: Page) => page.getByRole('row').nth(20).waitFor()
const heading = (page: Page) => page.getByRole('heading', { level: 1 }).waitFor()

const screens: readonly Screen[] = [
  { name: 'inbox', path: () => '/inbox', prepare: rows },
  { name: 'inbox-filtered', path: () => '/inbox?channel=text&status=completed', prepare: openFilter },
  { name: 'conversation', path: (scene) => `/conversations/${scene.conversation_id}`, prepare: openCall },
  { name: 'tester', path: (scene) => `/agents/${desk(scene)}/try`, prepare: tryDraft, isLive: true },
  {
    name: 'tester-narrow',
    path: (scene) => `/agents/${desk(scene)}/try`,
    prepare: tryDraft,
    isLive: true,
    isNarrow: true,
  },
  { name: 'agents', path: () => '/agents', prepare: (page) => page.getByRole('row').nth(2).waitFor() },
  { name: 'versions', path: (scene) => `/agents/${desk(scene)}?section=versions`, prepare: compareVersions },
  { name: 'publish', path: (scene) => `/agents/${desk(scene)}?section=instructions`, prepare: askToPublish },
  {
    name: 'tester-beside',
    path: (scene) => `/agents/${desk(scene)}?section=abilities`,
    prepare: tryBeside,
    isLive: true,
  },
  { name: 'editor', path: (scene) => `/agents/${desk(scene)}?section=instructions`, prepare: heading },
  { name: 'organization', path: () => '/settings/organization', prepare: heading },
  { name: 'members', path: () => '/settings/members', prepare: heading },
  { name: 'keys', path: () => '/settings/keys', prepare: heading },
  { name: 'webhooks', path: () => '/settings/webhooks', prepare: heading },
  { name: 'secrets', path: () => '/settings/secrets', prepare: heading },
  { name: 'models', path: () => '/settings/models', prepare: heading },
]

async function openFilter(page: Page): Promise<void> {
  await page.getByRole('row').nth(5).waitFor()
  await page.getByRole('button', { name: 'Filter', exact: true }).click()
  await page.getByRole('menuitem').first().waitFor()
}

async function openCall(page: Page): Promise<void> {
  await page.getByText('Enjoy your tea!').waitFor()
  await page.getByText('open_replacement').click()
  await page.getByText('"replacement": "R-1187"').waitFor()
  await page.getByRole('region', { name: 'Transcript' }).evaluate((transcript) => transcript.scrollTo(0, 100_000))
}

const nameOrganization = acrossOrganizations(
  'the server of the pictures has one',
  'screenshots_organization',
  'update organizations set name = $1',
)

async function setUp(stack: AsyncDisposableStack): Promise<Scene> {
  const model = stack.use(await startScriptedModel())
  const data_dir = await mkdtemp(join(tmpdir(), 'parley-screenshots-'))
  stack.defer(() => rm(data_dir, { recursive: true, force: true }))
  const settings = {
    PORT: '0',
    PARLEY_DATA_DIR: data_dir,
    PARLEY_DEFAULT_MODEL: 'openai/gpt-5-mini',
    OPENAI_BASE_URL: model.base_url,
    PARLEY_RATE_LIMIT_PER_MINUTE: '0',
    PARLEY_CURRENCY: 'EUR',
    ...opened_hosts,
  }
  const app = stack.use(await startApp(readConfig(settings), createLog('fatal')))
  const admin_key = app.bootstrapped.admin_key!
  const client = createClient({ base_url: app.url, token: admin_key })
  if (app.sample_agent_id) await client.deleteAgent({ agent_id: app.sample_agent_id })
  await app.core.database.query(nameOrganization, ['Harbour Lane'])
  const staff = await hireStaff(client)
  const conversation_id = await bringInHistory(client, staff)
  const { database } = app.core
  const furniture = await furnish(client, database, stack)
  const { id: organization_id } = await client.getOrganization()
  const scene = {
    url: app.url,
    admin_key,
    client,
    model,
    database,
    organization_id,
    staff,
    conversation_id,
    ...furniture,
  }
  const later = {
    ...{ dataset_id: '', cited_conversation_id: '', web_widget_id: '', visited_conversation_id: '' },
    held_conversation_id: '',
    ...{ workflow_id: '', execution_id: '' },
    child_organization_id: '',
  }
  return { ...scene, ...later }
}

async function takePicture(browser: Browser, scene: Scene, screen: Screen, theme: 'light' | 'dark'): Promise<void> {
  const { width = screen.isNarrow ? 390 : 1440 } = screen
  const viewport = { width, height: width < 1000 ? 844 : 900 }
  await using opened = await openPage(browser, { colorScheme: theme, viewport })
  const { page } = opened
  if (!screen.isLive) await page.clock.setFixedTime(shown_at)
  const enter = screen.enter === undefined ? signIn : screen.enter
  await enter?.(page, scene)
  const name = `${screen.name}-${theme}`
  await page.goto(scene.url + screen.path(scene))
  // The last of the frame to come.
  if (enter) await page.getByRole('button', { name: 'Account' }).waitFor()
  await screen.prepare(page, scene)
  await page.evaluate('document.fonts.ready')
  await page.mouse.move(0, 0)
  const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' })
  await writeFile(join(folder, `${name}.png`), shrinkPicture(picture))
  console.log(name)
}

await using stack = new AsyncDisposableStack()
await mkdir(folder, { recursive: true })
const scene = await setUp(stack)
const browser = await startBrowser()
stack.defer(() => browser.close())
/** `npm run screenshots -- inbox overview`: those alone. */
const named = process.argv.slice(2)
const isWanted = ({ name }: Screen) => named.length === 0 || named.includes(name)
const takePictures = async (all: readonly Screen[]) => {
  for (const screen of all.filter(isWanted)) {
    for (const theme of themes) await takePicture(browser, scene, screen, theme)
  }
}
if ([...screens, ...widgetScreens, ...roomScreens, ...knowledgeScreens].some(isWanted)) {
  await takePictures(screens)
  // What is said from here on is in lists and counts.
  Object.assign(scene, await openCounter(scene))
  await takePictures(widgetScreens)
  await holdMonth({ ...scene, staff: Object.values(scene.staff) })
  await holdForEndpoint(scene)
  await takePictures(roomScreens)
  Object.assign(scene, await stockShelf(scene))
  await takePictures(knowledgeScreens)
}
if (deskScreens.some(isWanted)) {
  Object.assign(scene, await openDeskOfShop(scene))
  await takePictures(deskScreens)
}
if (workflowScreens.some(isWanted)) {
  Object.assign(scene, await buildShed(scene))
  await takePictures(workflowScreens)
}
// Last, since a budget warns.
if (booksScreens.some(isWanted)) {
  Object.assign(scene, await keepBooks(scene))
  await takePictures(booksScreens)
}
