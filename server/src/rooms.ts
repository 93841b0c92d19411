// Every room of the server, created in the order of the layers: a room receives the core and rooms that come before it.
import type { OperationId } from '@parley/contract'
import type { AgentContributions } from './agents/agents.ts'
import { type AccessOptions, createAccess } from './access/room.ts'
import { createAgents } from './agents/room.ts'
import { createAnalysis } from './analysis/room.ts'
import { createAuditLog } from './audit-log/room.ts'
import { createAuthoring } from './authoring/room.ts'
import { createBilling } from './billing/room.ts'
import type { Handlers } from './calls/context.ts'
import type { Core } from './calls/core.ts'
import type { Resources, Room } from './calls/room.ts'
import type { ConversationContributions } from './conversations/conversations.ts'
import { createConversations } from './conversations/room.ts'
import { createEmbeddings } from './embeddings/room.ts'
import { createEngine } from './engine/room.ts'
import type { TurnContributions } from './engine/engine.ts'
import { createEvents } from './events/room.ts'
import { createFeed } from './feed/room.ts'
import { createHandOff } from './hand-off/room.ts'
import { createInactivity } from './inactivity/room.ts'
import { createKnowledge } from './knowledge/room.ts'
import { createMcp } from './mcp/room.ts'
import { createModels } from './models/room.ts'
import { createOrganizations } from './organizations/room.ts'
import { createSecrets } from './secrets/room.ts'
import { createStatistics } from './statistics/room.ts'
import { createSystem } from './system/room.ts'
import { type WebWidgetsOptions, createWebWidgets } from './web-widgets/room.ts'
import { createWebhooks } from './webhooks/room.ts'
import { createWorkflows } from './workflows/room.ts'

export type Rooms = ReturnType<typeof createRooms>

/** What a room can add to agents, conversations and turns, whose rooms come before it. */
type Contributing = Room & AgentContributions & ConversationContributions & TurnContributions

/** Rooms start in this order and end in reverse. */
export function createRooms(
  core: Core,
  options: AccessOptions & Pick<WebWidgetsOptions, 'widget_folder' | 'first_pages'>,
) {
  const access = createAccess(core, options)
  const models = createModels(core)
  const embeddings = createEmbeddings(core)
  const conversations = createConversations(core, access)
  const events = createEvents(core)
  const hand_off = createHandOff(core, { ...conversations, ...models, ...events })
  const rooms = {
    statistics: createStatistics(core),
    agents: createAgents(),
    access,
    organizations: createOrganizations(core, access),
    secrets: createSecrets(),
    models,
    embeddings,
    conversations,
    engine: createEngine(core, { ...conversations, ...models }),
    events,
    feed: createFeed(core, { ...conversations, ...events }),
    inactivity: createInactivity(core, conversations),
    hand_off,
    analysis: createAnalysis(core, { ...conversations, ...models }),
    authoring: createAuthoring(core, models),
    knowledge: createKnowledge(core, { ...events, ...embeddings, ...hand_off, lookup: options.lookup }),
    web_widgets: createWebWidgets(core, { ...conversations, ...access, ...options }),
    webhooks: createWebhooks(core),
    workflows: createWorkflows(core, { ...events, ...models, ...conversations }),
    audit_log: createAuditLog(core),
    billing: createBilling(core),
    system: createSystem(),
    mcp: createMcp(),
  }
  for (const room of Object.values<Contributing>(rooms)) {
    rooms.agents.contribute(room)
    rooms.organizations.contribute(room)
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

/** What addresses with a token of their own give access to. */
export function resourcesOf(rooms: Rooms): Resources {
  return Object.assign({}, ...Object.values<Room>(rooms).map(({ resources }) => resources))
}
