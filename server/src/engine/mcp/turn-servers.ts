// The MCP servers of a turn: lists their tools side by side before the model is called. If a server is down, the model
// lacks its tools, and the turn continues.
import type { ResolvedMcpServer } from '../../agents/rules/config.ts'
import { createRedactor } from '../../secrets/rules/redact.ts'
import type { CallRun } from '../running-turn.ts'
import type { TurnSource } from '../turn-source.ts'
import type { TurnTool } from '../tools/turn-tool.ts'
import type { McpServices } from './connection.ts'
import { McpFailure, describeFailure, explain } from './failure.ts'
import { type McpListings, createListings } from './listings.ts'
import { nameRemoteTool } from './names.ts'
import { type PeerContext, renderPeer } from './peer.ts'
import { outputOf } from './result.ts'
import { McpSession } from './session.ts'

/** What the requests to a turn's servers need. */
interface ServerQuery extends PeerContext, Pick<CallRun, 'signal' | 'log' | 'readDepth'> {
  services: McpServices
  listings: McpListings
}

/** The tools of the servers that an agent names. Each has the time limit that its author set. */
export function createServerTools(services: McpServices): TurnSource['prepare'] {
  const listings = createListings(services)
  return async ({ config: { mcp_servers: servers } }, run) => {
    const redactor = createRedactor(await run.readSecrets())
    const { organization_id, variables, signal, log, readDepth } = run
    const query = { organization_id, variables, redactor, services, listings, signal, log, readDepth }
    const names = servers.map(({ name }) => name)
    const answers = await Promise.all(servers.map((server) => askServer(server, names, query)))
    return {
      tools: answers.flatMap(({ tools }) => tools),
      notices: answers.flatMap(({ notices }) => notices),
      [Symbol.dispose]: () => answers.forEach(({ session }) => session?.close()),
    }
  }
}

/** Throws only the signal's reason, when it is aborted. */
async function askServer(server: ResolvedMcpServer, names: string[], query: ServerQuery) {
  const { services, listings, redactor, signal, log, readDepth } = query
  try {
    const peer = renderPeer(server, query)
    const { tools, prior } = await listings.list(peer, signal)
    const session = new McpSession(peer, services, { prior, listings, signal, readDepth })
    const offered = tools.map(({ name, description, parameters, is_checked, idempotent }): TurnTool => ({
      name: nameRemoteTool(server.name, name, names),
      description,
      parameters,
      is_checked,
      idempotent,
      needs_room: true,
      run: callRemoteTool(session, name, parameters),
    }))
    return { tools: offered, notices: [], session }
  } catch (error) {
    signal.throwIfAborted()
    log.warn(
      { mcp_server: server.name, reason: explain(describeFailure(error), redactor) },
      'could not list the tools of an MCP server',
    )
    return { tools: [], notices: [`The tools of ${server.name} are currently unavailable.`], session: null }
  }
}

function callRemoteTool(session: McpSession, tool: string, parameters: TurnTool['parameters']): TurnTool['run'] {
  return async ({ call_id, arguments: given }, { signal, redactor }) => {
    try {
      const result = await session.call({ tool, parameters, arguments: given, call_id }, signal)
      return { output: outputOf(result, redactor), is_error: result.isError === true, said: '' }
    } catch (error) {
      if (!(error instanceof McpFailure)) throw error
      return { output: explain(error, redactor), is_error: true, said: '' }
    }
  }
}
