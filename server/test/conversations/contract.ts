// What contract.test.ts knows of the operations of conversations.
import type { conversationOperations } from '@parley/contract'
import type { EntriesOf, World } from '../contract/entries.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { refusal } from '../support/server.ts'

export async function newConversation({ client, agent }: World): Promise<string> {
  return (await client.createConversation({ channel: 'text', user_id: 'u', ...agent })).conversation.id
}

const conversationInput = async (world: World) => ({ conversation_id: await newConversation(world) })

export async function endedConversation(world: World) {
  return world.client.endConversation(await conversationInput(world))
}

async function heldConversation(world: World) {
  const input = { ...(await conversationInput(world)), external: { id: 'a', name: 'A' } }
  await world.client.takeConversation(input)
  return input
}

/** A turn that waits for its model, so that it can be cancelled. */
async function runningTurn(world: World) {
  const { client, server, stack } = world
  const conversation_id = await newConversation(world)
  const held = holdAnswer()
  stack.defer(() => held.finish())
  // Turns of other operations may be asking it as well.
  const text = `Hello in ${conversation_id}`
  server.model.answer = ({ messages }) => (JSON.stringify(messages.at(-1)).includes(text) ? held : 'A reply.')
  refusal(client.sendConversationMessage({ conversation_id, text })).catch(() => undefined)
  await held.asked
  server.model.answer = () => 'A reply.'
  const { data } = await client.listConversationTurns({ conversation_id })
  return { conversation_id, turn_id: data[0]!.turn_id }
}

let imported = 0
function importedRow({ agent }: World) {
  imported += 1
  const id = `0190c000-0000-7000-8000-${String(imported).padStart(12, '0')}`
  const items = [{ type: 'message' as const, role: 'user' as const, content: ['Hello'] }]
  const fixed = { channel: 'text' as const, status: 'completed' as const, user_id: 'u', conversation: { items } }
  return { id, agent_id: agent.agent_id, created_at: '2026-01-01T00:00:00Z', ...fixed }
}

/** The stream of a conversation's events is in events/. */
export const entries: EntriesOf<Omit<typeof conversationOperations, 'streamConversationEvents'>> = {
  createConversation: {
    input: ({ agent }) => ({ channel: 'text', user_id: 'u', ...agent }),
    outsider: 'not found',
    narrowed: 'not found',
  },
  sendConversationMessage: {
    input: async (world) => ({ conversation_id: await newConversation(world), text: 'Hello' }),
    outsider: 'not found',
    narrowed: 'not found',
  },
  // Held by a person of another desk, so that the scope to answer is enough.
  endConversation: { input: heldConversation, outsider: 'not found', narrowed: 'not found' },
  // Of a narrowed key the row is refused, not the request.
  importConversations: {
    input: (world) => ({ conversations: [importedRow(world)] }),
    outsider: 'own',
    narrowed: 'own',
  },
  updateConversation: {
    input: async (world) => ({ conversation_id: await newConversation(world), custom_metadata: { a: 1 } }),
    outsider: 'not found',
    narrowed: 'not found',
  },
  deleteConversation: { input: conversationInput, outsider: 'not found', narrowed: 'not found' },
  createConversationToken: {
    input: async (world) => ({ conversation_id: await newConversation(world), permissions: ['message'] }),
    outsider: 'not found',
    narrowed: 'not found',
  },
  listConversations: { input: () => ({}), outsider: 'own', narrowed: 'own' },
  exportConversations: { input: () => ({}), outsider: 'own', narrowed: 'own' },
  countConversations: { input: () => ({}), outsider: 'own', narrowed: 'own' },
  getConversation: { input: conversationInput, outsider: 'not found', narrowed: 'not found' },
  listConversationTurns: { input: conversationInput, outsider: 'not found', narrowed: 'not found' },
  cancelTurn: { input: runningTurn, outsider: 'not found', narrowed: 'not found' },
}
