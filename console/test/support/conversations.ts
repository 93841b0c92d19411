// Conversations to look at: brought in, in whatever state; and one that was held, with tools and widgets.
import { randomUUID } from 'node:crypto'
import { type Input, widgetData, widgetTypes } from '@parley/contract'
import type { Answer } from '../../../server/test/support/scripted-model.ts'
import { type TestServer, publishAgent } from '../../../server/test/support/server.ts'

type Row = Input<'importConversations'>['conversations'][number]

const minute_ms = 60_000
const summaries = [
  'Asked how long delivery to Norway takes; the agent gave three to five days and the price.',
  'Wants to return a cracked teapot. A label was sent, the refund follows on arrival.',
  'Order A-1001 has not arrived. The agent found it at the carrier and opened a ticket.',
  'Asked for opening hours on public holidays.',
  null,
]
const users = ['ada@example.com', 'grace.hopper', 'linus', '+47 912 34 567', 'user-4711', 'katherine.johnson']

/** The `index`th before now; what it is like follows from its number. */
export function rowOf(index: number, fields: Partial<Row> = {}): Row {
  const created_at = new Date(Date.now() - (index + 5) * 7 * minute_ms).toISOString()
  const ended = ['completed', 'completed', 'completed', 'failed', 'transferred', 'completed', 'unanswered'] as const
  return {
    id: randomUUID(),
    channel: (['text', 'text', 'email', 'telephone'] as const)[index % 4]!,
    direction: index % 5 === 0 ? 'outbound' : 'inbound',
    status: ended[index % ended.length]!,
    user_id: users[index % users.length]!,
    agent_id: null,
    created_at,
    duration: 15 + ((index * 37) % 900),
    end_reason: (['ended_by_caller', 'ended_by_agent', 'ended_by_end_user', 'error', 'inactivity'] as const)[
      index % 5
    ]!,
    summary: summaries[index % summaries.length]!,
    user_turn_count: (index * 3) % 14,
    custom_metadata: { plan: index % 2 === 0 ? 'pro' : 'free', order: `A-${1000 + index}` },
    ...fields,
  }
}

/** `fieldsOf` the `index`th row. */
export async function bringIn(
  server: TestServer,
  count: number,
  fieldsOf: (index: number) => Partial<Row> = () => ({}),
): Promise<void> {
  for (let start = 0; start < count; start += 500) {
    const length = Math.min(500, count - start)
    const conversations = Array.from({ length }, (_none, index) => rowOf(start + index, fieldsOf(start + index)))
    const { errors } = await server.client.importConversations({ conversations })
    if (errors.length > 0) throw new Error(JSON.stringify(errors[0]))
  }
}

/** A published agent with a name. */
export async function makeAgent(server: TestServer, name: string, config: object = {}): Promise<string> {
  const { agent_id } = await publishAgent(server.client, config)
  await server.client.updateAgent({ agent_id, name })
  return agent_id
}

const order = { name: 'find_order', arguments: { number: 'A-1001' } }
const form = {
  id: 'contact',
  title: 'How can we reach you?',
  submit_label: 'Send',
  fields: [
    { id: 'name', label: 'Name', type: 'text', required: true },
    { id: 'when', label: 'When', type: 'select', options: ['Morning', 'Afternoon'] },
  ],
}

/** An agent with a tool that fails and every kind of widget. */
export const richConfig = {
  starting_message: 'Good morning! What can I do for you?',
  built_in_tools: { widgets: {} },
  forms: [form],
  tools: [
    {
      name: 'find_order',
      description: 'Finds an order.',
      properties: { number: { type: 'string' } },
      output: 'Order {{ number }} is on its way; it left Hamburg on Monday.',
    },
    {
      name: 'open_ticket',
      description: 'Opens a ticket.',
      actions: [{ type: 'http', url: 'http://127.0.0.1:1/tickets' }],
    },
  ],
}

/** An active conversation of that agent, in which all of it happened. */
export async function holdRichConversation(server: TestServer, agent_id: string): Promise<string> {
  const { client, model } = server
  const { conversation } = await client.createConversation({
    channel: 'text',
    user_id: 'ada@example.com',
    agent_id,
    initial_context: 'Came from the page of teapots.',
    custom_metadata: { plan: 'pro', cart: { items: 2, total: '38.00 EUR' } },
  })
  const conversation_id = conversation.id
  const say = async (text: string, ...answers: Answer[]) => {
    const left = [...answers]
    model.answer = () => left.shift()!
    await client.sendConversationMessage({ conversation_id, text, interactivity: 'rich' }).catch(() => {})
  }
  await say(
    'Where is my order A-1001? It should have been here last week.',
    { text: 'One moment, I am looking.', tool_calls: [order] },
    'Your order A-1001 left Hamburg on Monday.\n\nThe carrier expects to deliver it tomorrow between 9:00 and 12:00.',
  )
  await say(
    'Please open a ticket as well.',
    { tool_calls: [{ name: 'open_ticket', arguments: {} }] },
    'I am sorry, our ticket system does not answer. I have noted it for a colleague.',
  )
  const widgets = widgetTypes.map((type) => ({
    name: `show_${type}_widget`,
    arguments: (widgetData[type] as unknown as { examples: [object] }).examples[0],
  }))
  await say(
    'What can you show me?',
    { tool_calls: [...widgets, { name: 'show_form_contact', arguments: {} }] },
    'Here.',
  )
  await say('And now?', 400)
  model.answer = () => 'Hello from the scripted model.'
  return conversation_id
}
