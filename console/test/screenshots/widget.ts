// The web widget of the shop in the pictures: its builder with the live preview, and what became of it.
import type { Client } from '@parley/sdk'
import type { Page } from 'playwright-core'
import type { ScriptedModel } from '../../../server/test/support/scripted-model.ts'
import { endUser, enter } from '../../../server/test/web-widgets/browser.ts'
import { openPreview } from '../support/widget.ts'
import type { Screen } from './main.ts'

export interface Counter {
  web_widget_id: string
  visited_conversation_id: string
}

const config = {
  chat: {
    title: 'Harbour Lane',
    subtitle: 'Tea, coffee, and answers',
    light_mode: {
      header: { background_color: '#1f4d3a', text_color: '#ffffff' },
      user_message: { background_color: '#1f4d3a', text_color: '#ffffff' },
      launcher: { background_color: '#1f4d3a', text_color: '#ffffff' },
    },
  },
  suggested_questions: ['Where is my order?', 'Which tea for the evening?'],
  pre_conversation_form: {
    id: 'pre_chat',
    title: 'Before we start',
    fields: [
      { id: 'name', label: 'Your name', type: 'text', required: true },
      { id: 'topic', label: 'What is it about?', type: 'select', options: ['An order', 'A return', 'Something else'] },
    ],
  },
} as const

interface Shop {
  url: string
  client: Client
  model: ScriptedModel
}

const instructions = 'You help visitors of the shop. Look an order up before you say anything about it.'

/** With a newer version than the one on the site. */
async function hireAssistant(client: Client): Promise<{ agent_id: string; agent_version_id: string }> {
  const { agent_id } = await client.createAgent({ name: 'Shop assistant' })
  const greeting = 'Hello{% if custom_metadata.name %} {{ custom_metadata.name }}{% endif %}! What can I do for you?'
  const settings = { starting_message: greeting, analysis: { summary: { enabled: false } } }
  const first = await client.createAgentVersion({ agent_id, config: { instructions, ...settings } })
  await client.publishAgentVersion({ agent_id, version: '1' })
  const config = { instructions: `${instructions}\nOffer a return within 60 days.`, max_tool_steps: 6, ...settings }
  await client.createAgentVersion({ agent_id, config })
  await client.publishAgentVersion({ agent_id, version: '2' })
  return { agent_id, agent_version_id: first.id }
}

/** The widget, and a visitor who has talked through it. */
export async function openCounter({ url, client, model }: Shop): Promise<Counter> {
  const { agent_id, agent_version_id } = await hireAssistant(client)
  const made = await client.createWebWidget({
    ...{ agent_id, agent_version_id, name: 'Shop', published: true, config: structuredClone(config) as object },
    domains: ['https://harbour-lane.example', 'https://www.harbour-lane.example'],
  })
  const web_widget_id = made.id
  const server = { url, app: { core: { config: { sign_in: {} } } } } as never
  const visitor = await enter(server, web_widget_id, { parent: 'https://harbour-lane.example' })
  const started = await visitor.start({
    form: { name: 'Ingrid', topic: 'A return' },
    client: { basket: '2 items' },
    page: { url: 'https://harbour-lane.example/teapots/tp-204', title: 'Teapot TP-204' },
    locale: 'en',
  })
  const conversation_id = started.conversation.id
  model.answer = () => 'Of course: it can come back within 30 days. I have sent you a label.'
  const guest = endUser(server, started.token)
  await guest.sendConversationMessage({ conversation_id, text: 'May I send the teapot back?' })
  await guest.endConversation({ conversation_id })
  await visitor.client.giveConversationFeedback({ web_widget_id, conversation_id, rating: 5 })
  return { web_widget_id, visited_conversation_id: conversation_id }
}

const preview = async (page: Page) => {
  const { chat } = await openPreview(page)
  await chat.getByText('Before we start').waitFor()
}

const open = (section: string) => (scene: Counter) => `/web-widgets/${scene.web_widget_id}?section=${section}`

export const widgetScreens: readonly Screen[] = [
  { name: 'builder', path: open('appearance'), prepare: preview, isLive: true },
  { name: 'builder-forms', path: open('forms'), prepare: preview, isLive: true },
  {
    name: 'builder-version',
    path: open('version'),
    prepare: (page) => page.getByText('max_tool_steps').waitFor(),
    isLive: true,
  },
  {
    name: 'builder-visitor',
    path: ({ visited_conversation_id }) => `/conversations/${visited_conversation_id}`,
    prepare: (page) => page.getByText('★★★★★').waitFor(),
    isLive: true,
  },
]
