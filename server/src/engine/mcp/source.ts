// The turn source of MCP servers. The client is loaded when the first agent needs it: it takes a tenth of a start.
import { later } from '../../base/later.ts'
import type { TurnSource } from '../turn-source.ts'
import type { McpServices } from './connection.ts'

export function createMcpSource(services: McpServices): TurnSource {
  const load = later(async () => (await import('./turn-servers.ts')).createServerTools(services))
  return {
    name: 'MCP servers',
    async prepare(turn, run) {
      if (turn.config.mcp_servers.length === 0) return { tools: [], notices: [], [Symbol.dispose]() {} }
      const prepare = await load()
      return prepare(turn, run)
    },
  }
}
