// Every room of the server, created in the order of the layers: a room receives the core and rooms that come before it.
import type { OperationId } from '@parley/contract'
import { type AccessOptions, createAccess } from './access/room.ts'
import { createAgents } from './agents/room.ts'
import { createAnalysis } from './analysis/room.ts'
import { createAuthoring } from './authoring/room.ts'
import type { Handlers } from './calls/context.ts'
import type { Core } from './calls/core.ts'
import type { Room } from './calls/room.ts'
import type { ConversationContributions } from './conversations/conversations.ts'
import { createConversations } from './conversations/room.ts'
import { createEngine } from './engine/room.ts'
import type { TurnContributions } from './engine/turn-source.ts'
import { createEvents } from './events/room.ts'
import { createFeed } from './feed/room.ts'
import { createInactivity } from './inactivity/room.ts'
import { createModels } from './models/room.ts'
import { createSecrets } from './secrets/room.ts'
import { createStatistics } from './statistics/room.ts'
import { createSystem } from './system/room.ts'
import { createWebhooks } from './webhooks/room.ts'

export type Rooms = ReturnType<typeof createRooms>

/** What a room can add to the conversations and turns, whose rooms come before it. */
type Contributing = Room & ConversationContributions & TurnContributions

/** Rooms start in this order and end in reverse. */
export function createRooms(core: Core, options: AccessOptions) {
  const access = createAccess(core, options)
  const models = createModels(core)
  const conversations = createConversations(core, access)
  const events = createEvents(core)
  const rooms = {
    statistics: createStatistics(core),
    agents: createAgents(),
    access,
    secrets: createSecrets(),
    models,
    conversations,
    engine: createEngine(core, { ...conversations, ...models }),
    events,
    feed: createFeed(core, { ...conversations, ...events }),
    inactivity: createInactivity(core, conversations),
    analysis: createAnalysis(core, { ...conversations, ...models }),
    authoring: createAuthoring(core, models),
    webhooks: createWebhooks(core),
    system: createSystem(),
  }
  for (const room of Object.values<Contributing>(rooms)) {
    conversations.conversations.commits.contribute(room)
    rooms.engine.contribute(room)
  }
  return rooms
}

type Merged<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never

/** The handlers of all operations of the contract: an operation without a room does not compile. */
export function operationsOf(rooms: Rooms): Handlers<OperationId> {
  const each = Object.values<Room>(rooms).map(({ operations }) => operations)
  return Object.assign({}, ...each) as Merged<Rooms[keyof Rooms]['operations']>
}
