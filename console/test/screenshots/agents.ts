// The agents of the company in the pictures: a shop for tea, coffee and everything to brew them with.
import type { AgentConfig } from '@parley/contract'
import type { Client } from '@parley/sdk'

export interface Staff {
  agent_id: string
  /** Of the newest published version. */
  version_id: string
}

export type StaffName = 'Support desk' | 'Wholesale' | 'Barista line'

const supportConfig: AgentConfig = {
  instructions:
    'You are the support desk of Harbour Lane, a small online shop for tea, coffee and everything to brew them with.\n\n' +
    '- Answer in a friendly and brief way, in the language of the person you talk to.\n' +
    '- Look an order up before you say anything about it. Never guess a date.\n' +
    '- Offer a return within 30 days for anything unopened, and a replacement for anything that arrived broken.\n' +
    '{% if custom_metadata.name %}\nYou are talking to {{ custom_metadata.name }}.\n{% endif %}',
  guardrails: 'Never ask for a card number. Never promise a refund above 100 euros.',
  starting_message: 'Hello{% if custom_metadata.name %} {{ custom_metadata.name }}{% endif %}! What can I do for you?',
  built_in_tools: { widgets: {}, end_conversation: { enabled: true } },
  forms: [
    {
      id: 'callback',
      title: 'When may we call you?',
      submit_label: 'Ask for a call',
      fields: [
        { id: 'phone', label: 'Phone number', type: 'phone', required: true },
        { id: 'when', label: 'Best time', type: 'select', options: ['Morning', 'Afternoon', 'Evening'] },
      ],
    },
  ],
  tools: [
    {
      name: 'find_order',
      description: 'Finds an order by its number, with its state and its parcel.',
      properties: { number: { type: 'string' } },
      required: ['number'],
      idempotent: true,
      output: '{"number":"{{ number }}","state":"shipped","carrier":"Nordpost","expected":"Friday"}',
    },
    {
      name: 'open_return',
      description: 'Opens a return and sends the label by e-mail.',
      properties: { number: { type: 'string' }, reason: { type: 'string' } },
      required: ['number'],
      output: 'The return of {{ number }} is open; the label is on its way.',
    },
  ],
}

/** What is being worked on: returns have become easier, and the agent may look further. */
const draftConfig: AgentConfig = {
  ...supportConfig,
  instructions: supportConfig.instructions!.replace(
    'within 30 days for anything unopened',
    'within 60 days for anything, opened or not',
  ),
  guardrails:
    'Never ask for a card number. Never promise a refund above 150 euros.\nNever speak about other customers.',
  max_tool_steps: 6,
}

const configs: Record<StaffName, { description: string; config: AgentConfig }> = {
  'Support desk': { description: 'Orders, deliveries and returns of the shop.', config: supportConfig },
  Wholesale: {
    description: 'Talks to cafés and offices that want to buy in larger amounts.',
    config: {
      instructions:
        'You answer cafés and offices that want to buy from Harbour Lane. Find out what, how much and by when.',
      starting_message: 'Welcome to Harbour Lane Wholesale. What are you looking for?',
    },
  },
  'Barista line': {
    description: 'Brewing advice by phone, in the evening.',
    config: {
      instructions: 'You help people brew better coffee and tea. Ask what they brew with before you give advice.',
      starting_message: 'Hi, this is the barista line. What are you brewing?',
    },
  },
}

/** Oldest last, as lists show them; the support desk has a draft beside what is published. */
export async function hireStaff(client: Client): Promise<Record<StaffName, Staff>> {
  const staff = {} as Record<StaffName, Staff>
  for (const [name, { description, config }] of Object.entries(configs).toReversed()) {
    const { agent_id } = await client.createAgent({ name, description })
    const { id, version } = await client.createAgentVersion({ agent_id, config })
    await client.publishAgentVersion({ agent_id, version: String(version) })
    staff[name as StaffName] = { agent_id, version_id: id }
  }
  const { agent_id } = staff['Support desk']
  await client.createAgentVersion({ agent_id, config: draftConfig })
  return staff
}
