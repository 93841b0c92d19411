// The texts of the choice of tools that clients get over MCP.
import type { ApiService, McpMode } from '@parley/contract'
import { formatCount, formatNumber } from '../base/format.ts'

const modes: Record<McpMode, string> = {
  discovery: 'Find and call',
  direct: 'Each tool by itself',
  both: 'Both',
}

const modeHints: Record<McpMode, string> = {
  discovery: 'Clients see four tools, which find and call all others. Best for most clients.',
  direct: 'Clients see the tools themselves: the chosen ones, or the first 64 by name.',
  both: 'Clients see the four tools and the tools themselves.',
}

const services: Record<ApiService, string> = {
  core: 'Core',
  workflow: 'Workflows',
  knowledge_base: 'Knowledge bases',
  campaign: 'Campaigns',
  admin: 'Administration',
}

export const mcpToolTexts = {
  modes,
  modeHints,
  services,
  search: 'Search tools',
  tools: 'Tools',
  found: (count: number) => formatCount(count, 'tool', 'tools'),
  chosen: (count: number, most: number) => `${formatNumber(count)} of at most ${formatNumber(most)} chosen`,
  chosenTools: 'Chosen tools',
  remove: (name: string) => `Remove ${name}`,
  nothing: 'No tool matches. Try other words.',
  reads: 'Reads only',
  changes: 'Changes data',
} as const
