// The operations on what an organization offers over MCP, and on the tools that there are.
import type { Handler } from '../calls/context.ts'
import { requireTools, toolOperations } from '../calls/rules/mcp-tools.ts'
import { loadSearch } from './load-search.ts'
import { readStoredSettings, writeSettings } from './queries.ts'
import { completeSettings } from './rules/reach.ts'
import { most_hits, toolOf } from './tools.ts'

export const getMcpSettings: Handler<'getMcpSettings'> = async ({ store }) => {
  const { organization } = await readStoredSettings(store, null)
  return completeSettings(organization)
}

export const updateMcpSettings: Handler<'updateMcpSettings'> = async ({ store }, input) => {
  requireTools(input.tools, 'tools')
  return completeSettings(await store.transaction((tx) => writeSettings(tx, input)))
}

export const listMcpTools: Handler<'listMcpTools'> = async (_ctx, { query }) => {
  const names = query === undefined ? toolOperations.keys() : (await loadSearch())(query).slice(0, most_hits)
  return { data: [...names].map(toolOf) }
}
