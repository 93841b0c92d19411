// The operations on what an organization offers over MCP.
import type { Handler } from '../calls/context.ts'
import { requireTools } from '../calls/rules/mcp-tools.ts'
import { readStoredSettings, writeSettings } from './queries.ts'
import { completeSettings } from './rules/reach.ts'

export const getMcpSettings: Handler<'getMcpSettings'> = async ({ store }) => {
  const { organization } = await readStoredSettings(store, null)
  return completeSettings(organization)
}

export const updateMcpSettings: Handler<'updateMcpSettings'> = async ({ store }, input) => {
  requireTools(input.tools, 'tools')
  return completeSettings(await store.transaction((tx) => writeSettings(tx, input)))
}
