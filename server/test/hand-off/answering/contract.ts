// What contract.test.ts knows of what people have beside the conversation.
import type {
  briefOperations,
  cannedReplyOperations,
  handlingStatisticsOperations,
  inboxOperations,
  noteOperations,
  satisfactionOperations,
  suggestionOperations,
} from '@parley/contract'
import { newConversation } from '../../conversations/contract.ts'
import type { EntriesOf, World } from '../../contract/entries.ts'
import { publishAgent } from '../../support/server.ts'
import { desk } from '../fixture.ts'

type Group = typeof noteOperations &
  typeof cannedReplyOperations &
  typeof inboxOperations &
  typeof satisfactionOperations &
  typeof handlingStatisticsOperations &
  typeof suggestionOperations &
  typeof briefOperations

async function newNote(world: World) {
  const conversation_id = await newConversation(world)
  const { id } = await world.client.createConversationNote({ conversation_id, text: 'Calm.', external: desk })
  return { conversation_id, note_id: id }
}

const newReply = (more: object = {}) => ({
  ...{ shortcut: `s-${crypto.randomUUID()}`.slice(0, 40), title: 'Hours', text: 'We open at nine, {{ user_id }}.' },
  ...more,
})

async function cannedReply({ client }: World) {
  return { canned_reply_id: (await client.createCannedReply(newReply())).id }
}

async function ended({ client }: World): Promise<string> {
  const { agent_id } = await publishAgent(client, { satisfaction: { enabled: true } })
  const { conversation } = await client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
  await client.endConversation({ conversation_id: conversation.id })
  return conversation.id
}

/** A number that only this conversation has. */
async function calling({ client, agent }: World): Promise<string> {
  const user_id = `+1555${Math.floor(Math.random() * 1e10)
    .toString()
    .padStart(10, '0')}`
  await client.createConversation({ channel: 'text', user_id, ...agent })
  return user_id
}

const stranger = { outsider: 'not found', narrowed: 'not found' } as const

export const entries: EntriesOf<Group> = {
  createConversationNote: {
    input: async (world) => ({ conversation_id: await newConversation(world), text: 'Calm.', external: desk }),
    ...stranger,
  },
  listConversationNotes: { input: async (world) => ({ conversation_id: await newConversation(world) }), ...stranger },
  updateConversationNote: {
    input: async (world) => ({ ...(await newNote(world)), text: 'Angry.', external: desk }),
    ...stranger,
  },
  deleteConversationNote: { input: newNote, ...stranger },
  listCannedReplies: { input: () => ({}), outsider: 'own' },
  createCannedReply: { input: () => newReply(), outsider: 'own' },
  getCannedReply: { input: cannedReply, outsider: 'not found' },
  updateCannedReply: { input: async (world) => ({ ...(await cannedReply(world)), title: 'x' }), outsider: 'not found' },
  deleteCannedReply: { input: cannedReply, outsider: 'not found' },
  renderCannedReply: {
    input: async (world) => ({ ...(await cannedReply(world)), conversation_id: await newConversation(world) }),
    outsider: 'not found',
  },
  listInbox: { input: () => ({}), outsider: 'own', narrowed: 'own' },
  countInbox: { input: () => ({}), outsider: 'own', narrowed: 'own' },
  listTags: { input: () => ({}), outsider: 'own' },
  rateConversation: {
    input: async (world) => ({ conversation_id: await ended(world), rating: 4 }),
    ...stranger,
  },
  getHandlingStatistics: { input: () => ({}), outsider: 'own', narrowed: 'own' },
  suggestReply: { input: async (world) => ({ conversation_id: await newConversation(world) }), ...stranger },
  getConversationBrief: { input: async (world) => ({ conversation_id: await newConversation(world) }), ...stranger },
  getAgentAssistBrief: { input: async (world) => ({ phone_number: await calling(world) }), ...stranger },
}
