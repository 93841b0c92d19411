// The manifest of inactivity: the rules by which a conversation ends because time has passed. Its timer begins and ends with
// the conversation, by triggers (022-inactivity.sql).
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import type { Conversations } from '../conversations/conversations.ts'
import { conversationTimer } from './work.ts'

export function createInactivity(core: Core, { conversations }: { conversations: Conversations }): Room<object> {
  return { name: 'inactivity', operations: {}, work: [conversationTimer({ core, conversations })] }
}
