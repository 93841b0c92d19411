// The walks, by the names of their recordings. A room may keep its own in its folder, in a wire.ts.
import { globSync } from 'node:fs'
import { join } from 'node:path'
import type { Walk } from '../world.ts'
import { walkKeys, walkMembers, walkSecrets } from './access.ts'
import { walkAgentVersions, walkAuthoring } from './agent-versions.ts'
import { walkAgents } from './agents.ts'
import { walkConversations, walkImport } from './conversations.ts'
import { walkAnswers, walkChanges, walkEndings, walkEvents } from './endings.ts'
import { walkMessages } from './messages.ts'
import { walkNodes } from './nodes.ts'
import { walkPages, walkRequests } from './requests.ts'
import { walkInvitations, walkOpenId, walkSessions } from './sign-in.ts'
import { walkDeliveries, walkWebhooks } from './webhooks.ts'

type Walks = Record<string, (walk: Walk) => Promise<void>>

async function collectWalks(): Promise<Walks> {
  const root = join(import.meta.dirname, '..', '..')
  const files = globSync('**/wire.ts', { cwd: root }).toSorted()
  const rooms = await Promise.all(files.map((file) => import(join(root, file)) as Promise<{ walks: Walks }>))
  return Object.assign({}, ...rooms.map((room) => room.walks)) as Walks
}

export const walks: Walks = {
  requests: walkRequests,
  pages: walkPages,
  nodes: walkNodes,
  agents: walkAgents,
  'agent-versions': walkAgentVersions,
  authoring: walkAuthoring,
  conversations: walkConversations,
  import: walkImport,
  messages: walkMessages,
  endings: walkEndings,
  'analysis-answers': walkAnswers,
  events: walkEvents,
  changes: walkChanges,
  keys: walkKeys,
  members: walkMembers,
  secrets: walkSecrets,
  sessions: walkSessions,
  invitations: walkInvitations,
  openid: walkOpenId,
  webhooks: walkWebhooks,
  deliveries: walkDeliveries,
  ...(await collectWalks()),
}
