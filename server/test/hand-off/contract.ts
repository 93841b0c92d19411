// What contract.test.ts knows of the operations that change who handles a conversation.
import type { handOffOperations } from '@parley/contract'
import type { EntriesOf, World } from '../contract/entries.ts'
import { newConversation } from '../conversations/contract.ts'
import { desk } from './fixture.ts'

async function waiting(world: World): Promise<string> {
  const conversation_id = await newConversation(world)
  await world.client.handOffConversation({ conversation_id })
  return conversation_id
}

export async function held(world: World): Promise<string> {
  const conversation_id = await newConversation(world)
  await world.client.takeConversation({ conversation_id, external: desk })
  return conversation_id
}

const stranger = { outsider: 'not found', narrowed: 'not found' } as const

export const entries: EntriesOf<typeof handOffOperations> = {
  handOffConversation: {
    input: async (world) => ({ conversation_id: await newConversation(world) }),
    ...stranger,
  },
  takeConversation: {
    input: async (world) => ({ conversation_id: await waiting(world), external: desk }),
    ...stranger,
  },
  replyToConversation: {
    input: async (world) => ({ conversation_id: await held(world), external: desk, text: 'I can help.' }),
    ...stranger,
  },
  returnConversation: { input: async (world) => ({ conversation_id: await waiting(world) }), ...stranger },
  assignConversation: {
    input: async (world) => ({ conversation_id: await waiting(world), nobody: true as const }),
    ...stranger,
  },
  snoozeConversation: {
    input: async (world) => ({
      ...{ conversation_id: await held(world), external: desk },
      until: new Date(Date.now() + 3_600_000).toISOString(),
    }),
    ...stranger,
  },
  updateConversationHandling: {
    input: async (world) => ({ conversation_id: await newConversation(world), priority: 'high' as const, tags: ['a'] }),
    ...stranger,
  },
}
