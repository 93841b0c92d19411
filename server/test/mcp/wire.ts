// What an organization and a key offer over MCP, as it is on the wire.
import type { Walk } from '../wire/world.ts'

export const walks = { mcp: walkMcp }

async function walkMcp({ call }: Walk): Promise<void> {
  await call('getMcpSettings', 'before anything is set')
  const body = { enabled: true, mode: 'both', tools: ['core_list_agents', 'core_get_agent'], read_only: true }
  await call('updateMcpSettings', 'everything', { body })
  await call('updateMcpSettings', 'one field', { body: { tools: [] } })
  await call('updateMcpSettings', 'unknown tools', { body: { tools: ['core_list_agents', 'core_nothing'] } })
  await call('updateMcpSettings', 'faults', { body: { enabled: 1, mode: 'all', tools: [''], read_only: null } })
  await call('getMcpSettings', 'changed')
  const mcp = { tools: ['core_list_agents'], read_only: true }
  const key = await call('createOrganizationKey', 'with its own', { body: { name: 'MCP', role: 'viewer', mcp } })
  await call('getMcpSettings', 'as a viewer', { as: key.json.pat_key })
  await call('updateMcpSettings', 'as a viewer', { as: key.json.pat_key, body: {} })
  await call('listMcpTools', 'found', { query: 'query=snooze' })
  await call('listMcpTools', 'an empty search', { query: 'query=' })
  await call('createOrganizationKey', 'an unknown tool', { body: { name: 'MCP', mcp: { tools: ['x'] } } })
}
