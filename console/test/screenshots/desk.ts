// The desk of the shop in the pictures: two people who answer, their teams, and conversations in every state.
import { type Client, createClient } from '@parley/sdk'
import type { Page } from 'playwright-core'
import { createTokenForUser } from '../../../server/src/access/administration.ts'
import { systemPorts } from '../../../server/src/base/ports.ts'
import { type Database, acrossOrganizations } from '../../../server/src/database/database.ts'
import { deskTexts } from '../../src/desk/texts.ts'
import { handlingTexts } from '../../src/handling/texts.ts'
import { teamTexts } from '../../src/teams/texts.ts'
import { signInAs } from '../support/chromium.ts'
import type { Scene, Screen } from './main.ts'

export interface Desk {
  held_conversation_id: string
}

const asIda = (page: Page, { url, member }: Scene) => signInAs(page, { url }, member.email, member.password)
const open = ({ held_conversation_id }: Desk) => `/desk?view=all&open=${held_conversation_id}`
const talk = (page: Page) => page.getByText('Then the blue one, please.').first().waitFor()
const list = (page: Page) =>
  page.getByRole('grid', { name: deskTexts.list }).getByRole('row').filter({ hasText: 'tom.keller' }).waitFor()

async function writeReply(page: Page): Promise<void> {
  await talk(page)
  await page
    .getByLabel(handlingTexts.composer.replyLabel)
    .fill('The blue one it is. It leaves today, so it is there on')
}

async function writeNote(page: Page): Promise<void> {
  await talk(page)
  const { composer } = handlingTexts
  await page
    .getByRole('region', { name: composer.label })
    .getByRole('button', { name: composer.note, exact: true })
    .click()
  await page.getByLabel(composer.noteLabel).fill('The second one that broke on the way: ask the packers.')
}

const narrow = { isLive: true, width: 360, enter: asIda } as const

export const deskScreens: readonly Screen[] = [
  { name: 'desk', path: open, prepare: writeReply, isLive: true, enter: asIda },
  { name: 'desk-note', path: open, prepare: writeNote, isLive: true, enter: asIda },
  { name: 'desk-narrow-list', path: () => '/desk?view=all', prepare: list, ...narrow },
  { name: 'desk-narrow', path: open, prepare: writeReply, ...narrow },
  {
    name: 'team',
    path: () => '/settings/teams/wholesale',
    prepare: (page) =>
      page
        .getByText(teamTexts.sections.hours, { exact: true })
        .evaluate((title) => title.closest('section')!.scrollIntoView()),
    isLive: true,
    enter: asIda,
  },
  {
    name: 'teams',
    path: () => '/settings/teams',
    prepare: (page) =>
      page.getByRole('table', { name: teamTexts.list }).getByRole('link', { name: 'Wholesale' }).waitFor(),
    isLive: true,
    enter: asIda,
  },
]

const sinceTimes = acrossOrganizations(
  'the server of the pictures has one',
  'screenshots_desk_times',
  `update handlings set unanswered_since = unanswered_since - $2 * interval '1 second',
     waiting_since = waiting_since - $2 * interval '1 second', taken_at = taken_at - $2 * interval '1 second'
   where conversation_id = $1`,
)

async function clientOf({ url, client, database }: Scene, email: string): Promise<Client> {
  const { secret } = await createTokenForUser({ database: database as never, ports: systemPorts }, { email })
  const { id: organization_id } = await client.getOrganization({})
  return createClient({ base_url: url, token: secret, organization_id })
}

/** People, teams, and what waits or is held; last, since it is in lists and counts. */
export async function openDeskOfShop(scene: Scene): Promise<Desk> {
  const { client, model, database, staff } = scene
  const [ida, jonas] = await Promise.all([
    clientOf(scene, scene.member.email),
    clientOf(scene, 'jonas.berg@harbourlane.example'),
  ])
  const { data: people } = await client.listPresence({})
  const idOf = (name: string) => people.find((person) => person.name === name)!.user_id
  const members = [idOf('Ida Nilsen'), idOf('Jonas Berg')]
  const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] as const
  await client.createTeam({
    ...{ key: 'support', name: 'Support', is_default: true, members, shown_name: 'first_name' },
    wait: { message: 'One of us will be with you in a moment.' },
    sla: { first_response_seconds: 600 },
  })
  await client.createTeam({
    ...{ key: 'wholesale', name: 'Wholesale', members: [idOf('Jonas Berg')] },
    business_hours: {
      time_zone: 'Europe/Copenhagen',
      weekly: days.map((day) => ({ day, from: '09:00', to: '18:00' })),
      holidays: [{ date: '2026-12-24', name: 'Christmas Eve', from: null, to: null }],
    },
  })
  await ida.updateMyPresence({ availability: 'available' })
  await jonas.updateMyPresence({ availability: 'available' })

  const { agent_id } = staff['Support desk']
  const begin = async (user_id: string, text: string, reply: string): Promise<string> => {
    const { conversation } = await client.createConversation({ channel: 'text', user_id, agent_id })
    model.answer = () => reply
    await client.sendConversationMessage({ conversation_id: conversation.id, text })
    return conversation.id
  }
  const wait = async (seconds: number, conversation_id: string, more: object = {}) => {
    await client.handOffConversation({ conversation_id, ...more })
    await age(database, conversation_id, seconds)
  }
  const cafe = await begin('café-am-hafen', 'Our invoice is wrong again.', 'I am sorry. Which of its lines is it?')
  await wait(734, cafe, {
    team: 'wholesale',
    priority: 'urgent',
    reason: 'complaint',
    text: 'The third wrong invoice.',
  })
  await client.updateConversationHandling({ conversation_id: cafe, tags: ['invoice'] })
  const lars = await begin('lars.m', 'Can I change the address of my order?', 'It has left already, I am afraid.')
  await wait(48, lars, { priority: 'high' })
  await client.assignConversation({ conversation_id: lars, user_id: idOf('Ida Nilsen') })
  const tom = await begin('tom.keller', 'Do you roast decaf in small bags?', 'We do, but not every week.')
  await wait(131, tom)
  const yuki = await begin('yuki.sato@example.com', 'The grinder is loud.', 'Since when?')
  await jonas.takeConversation({ conversation_id: yuki })
  await jonas.replyToConversation({ conversation_id: yuki, text: 'I have sent you a label for the workshop.' })

  const id = await begin(
    'marie.dubois@example.com',
    'The teapot that you sent again is broken as well.',
    'I am sorry to hear that. Shall a person look into it?',
  )
  await client.handOffConversation({ conversation_id: id, reason: 'asked_for_person', text: 'A second broken teapot.' })
  await ida.takeConversation({ conversation_id: id })
  await client.updateConversationHandling({ conversation_id: id, priority: 'high', tags: ['replacement'] })
  await ida.replyToConversation({
    ...{ conversation_id: id, text: 'Good morning, Marie. I am sorry: we have two left, a green one and a blue one.' },
  })
  await jonas.createConversationNote({ conversation_id: id, text: 'The green one has a scratch. Offer the blue one.' })
  await client.sendConversationMessage({ conversation_id: id, text: 'Then the blue one, please.' })
  await age(database, id, 75)
  return { held_conversation_id: id }
}

async function age(database: Database, conversation_id: string, seconds: number): Promise<void> {
  await database.query(sinceTimes, [conversation_id, seconds])
}
