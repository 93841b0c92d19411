// The pictures of the ways in, of one's own account, of a webhook's page and of the overview; and what has to be there for them.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@parley/sdk'
import type { Page } from 'playwright-core'
import { type Database, acrossOrganizations } from '../../../server/src/database/database.ts'
import { type ToolPeer, answerJson, startToolPeer } from '../../../server/test/support/tool-peer.ts'
import { signInAs } from '../support/chromium.ts'
import type { Staff } from './agents.ts'
import { shown_at } from './history.ts'
import type { Scene, Screen } from './main.ts'
import { signInTexts } from '../../src/sign-in/texts.ts'
import { webhookTexts } from '../../src/webhooks/texts.ts'

export interface Furniture {
  /** Where the webhook leads. */
  ledger: ToolPeer
  webhook_id: string
  invitation_token: string
  member: { email: string; password: string }
}

const heading = (page: Page) => page.getByRole('heading', { level: 1 }).waitFor()

export const roomScreens: readonly Screen[] = [
  { name: 'sign-in', path: () => '/sign-in', prepare: openPassword, enter: null },
  {
    name: 'invitation',
    path: ({ invitation_token }) => `/accept-invitation#${invitation_token}`,
    prepare: (page) => page.getByLabel('Choose a password').waitFor(),
    enter: null,
  },
  {
    name: 'account',
    path: () => '/settings/account',
    prepare: heading,
    enter: (page, { url, member }) => signInAs(page, { url }, member.email, member.password),
  },
  {
    name: 'webhook',
    path: ({ webhook_id }) => `/settings/webhooks/${webhook_id}`,
    prepare: openDelivery,
    isLive: true,
  },
  {
    name: 'overview',
    path: () => '/overview?range=30d',
    prepare: (page) => page.getByRole('slider').nth(2).waitFor(),
  },
  {
    name: 'overview-narrow',
    path: () => '/overview?range=30d',
    prepare: (page) => page.getByRole('slider').nth(2).waitFor(),
    isNarrow: true,
  },
]

async function openPassword(page: Page): Promise<void> {
  await page.getByRole('button', { name: signInTexts.ways.password }).click()
  await page.getByLabel('Password').waitFor()
}

async function openDelivery(page: Page): Promise<void> {
  const deliveries = page.getByRole('list', { name: 'Deliveries' })
  await deliveries.getByText(webhookTexts.deliveries.tries(2)).click()
  await deliveries.getByText('Our ledger is closed for the night.').waitFor()
}

const settle = [
  `update members set created_at = $1`,
  `update credentials set created_at = $1, last_used_at = null`,
  `update secrets set updated_at = $1`,
  `update organizations set created_at = $1`,
].map((text, index) => acrossOrganizations('the server of the pictures has one', `furnish_${index}`, text))

/** People, keys, secrets, and an endpoint that was closed for a while. */
export async function furnish(client: Client, database: Database, stack: AsyncDisposableStack): Promise<Furniture> {
  const member = { email: 'ida.nilsen@harbourlane.example', password: 'tea before coffee, always' }
  const people = [
    ['ida.nilsen@harbourlane.example', 'Ida Nilsen', 'admin'],
    ['jonas.berg@harbourlane.example', 'Jonas Berg', 'admin'],
    ['support@harbourlane.example', null, 'viewer'],
  ] as const
  for (const [email, name, role] of people) {
    const { token } = await client.createInvitation({ email, name, role })
    await client.acceptInvitation({ token, password: member.password })
  }
  const invited = await client.createInvitation({
    ...{ email: 'mei.tan@harbourlane.example', name: 'Mei Tan', role: 'viewer' },
  })
  await client.createOrganizationKey({
    name: 'Shop',
    role: null,
    scopes: ['conversations:read', 'conversations:manage'],
  })
  await client.createOrganizationKey({ name: 'Reports', role: 'viewer' })
  for (const name of ['NORDPOST_TOKEN', 'SHOP_API_KEY']) await client.setSecret({ name, value: 'not a real one' })
  const ledger = stack.use(await startToolPeer())
  ledger.answer = (_request, response) => answerJson(response, 'noted')
  const webhook_id = await makeEndpoint(client, ledger)
  for (const one of settle) await database.query(one, [new Date(shown_at - 40 * 86_400_000).toISOString()])
  return { ledger, webhook_id, invitation_token: invited.token, member }
}

async function makeEndpoint(client: Client, { url }: ToolPeer): Promise<string> {
  const { id } = await client.createWebhookEndpoint({
    url: `${url}/parley`,
    events: ['conversation.*', 'turn.failed'],
    description: 'Writes what was agreed into the ledger',
  })
  return id
}

/** What the endpoint is told of: three short conversations, the first of which it takes at its second try. */
export async function holdForEndpoint({ client, ledger, webhook_id, staff }: Scene): Promise<void> {
  await untilDelivered(client, webhook_id)
  let isClosed = true
  ledger.answer = (_request, response) => {
    if (isClosed) answerJson(response, 'Our ledger is closed for the night.', 503)
    else answerJson(response, 'noted')
    isClosed = false
  }
  const { agent_id }: Staff = staff['Support desk']
  for (const user_id of ['ada', 'n.haddad@example.com', 'pavel']) {
    const { conversation } = await client.createConversation({ channel: 'text', user_id, agent_id })
    await client.endConversation({ conversation_id: conversation.id, prefer: 'wait=0' })
  }
  await untilDelivered(client, webhook_id)
}

async function untilDelivered(client: Client, webhook_id: string): Promise<void> {
  for (;;) {
    const { data } = await client.listWebhookDeliveries({ webhook_id })
    if (data.every(({ status }) => status === 'delivered')) return
    await sleep(200)
  }
}
