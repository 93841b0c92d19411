// Named sets of tools, for clients that list operations directly. Pure.
import { type McpToolset, type OperationId, mcpToolsets } from '@parley/contract'
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
} satisfies Record<McpToolset, (operation: ToolOperation) => boolean>

export const isToolset = (name: unknown): name is McpToolset =>
  typeof name === 'string' && Object.hasOwn(toolsets, name)

export function toolsOf(toolset: McpToolset): string[] {
  return [...toolOperations].filter(([, operation]) => toolsets[toolset](operation)).map(([name]) => name)
}

export function toolsetsOf(operation: ToolOperation): McpToolset[] {
  return mcpToolsets.filter((name) => toolsets[name](operation))
}
