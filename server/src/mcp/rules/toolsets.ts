// Named sets of tools, for clients that list operations directly. Pure.
import type { OperationId } from '@parley/contract'
import { type ToolOperation, toolOperations } from '../../calls/rules/mcp-tools.ts'

const conversations: ReadonlySet<string> = new Set<OperationId>([
  'createConversation',
  'listConversations',
  'getConversation',
  'sendConversationMessage',
  'endConversation',
  'listConversationTurns',
  'cancelTurn',
])

const isOperating = ({ id, path }: ToolOperation) =>
  id.endsWith('Statistics') || /^\/core\/webhooks(\/|$)|^\/admin\/(usage|audit-log)(\/|$)/.test(path)

const isOfKnowledge = ({ id, path, method }: ToolOperation) =>
  path.startsWith('/knowledge-base/') &&
  (id === 'queryDataset' || (method === 'GET' && (id.startsWith('list') || /chunk/i.test(id))))

const toolsets = {
  conversations: ({ id }) => conversations.has(id),
  agents: ({ path }) => /^\/core\/agents(\/|$)/.test(path),
  knowledge: isOfKnowledge,
  operate: isOperating,
} satisfies Record<string, (operation: ToolOperation) => boolean>

export type Toolset = keyof typeof toolsets

export const isToolset = (name: unknown): name is Toolset => typeof name === 'string' && Object.hasOwn(toolsets, name)

export function toolsOf(toolset: Toolset): string[] {
  return [...toolOperations].filter(([, operation]) => toolsets[toolset](operation)).map(([name]) => name)
}
