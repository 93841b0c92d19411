// The turn source of MCP servers. The client is loaded when the first agent needs it: it takes a tenth of a start.
import type { TurnSource } from '../../turn-source.ts'
import type { McpServices } from './connection.ts'

export function createMcpSource(services: McpServices): TurnSource {
  let loaded: Promise<TurnSource['prepare']> | undefined
  const load = async () => (await import('./turn-servers.ts')).createServerTools(services)
  return {
    name: 'MCP servers',
    async prepare(turn, run) {
      if (turn.config.mcp_servers.length === 0) return { tools: [], notices: [], [Symbol.dispose]() {} }
      loaded ??= load()
      const prepare = await loaded
      return prepare(turn, run)
    },
  }
}
