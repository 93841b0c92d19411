// The remote servers of a turn: asked for their tools side by side, before the model is. One that is down costs the model its
// tools, and the turn nothing.
import type { Logger } from 'pino'
import type { ResolvedMcpServer } from '../../../agents/rules/config.ts'
import type { EngineServices } from '../../services.ts'
import type { ToolCall, ToolOutcome, ToolRun } from '../run-tool.ts'
import type { ToolWork, TurnTool } from '../../rules/turn-tools.ts'
import { McpFailure, describeFailure, explain } from './failure.ts'
import { nameRemoteTool } from './names.ts'
import { type PeerContext, renderPeer } from './peer.ts'
import { outputOf } from './result.ts'
import { McpSession } from './session.ts'

export interface TurnServers extends Disposable {
  tools: TurnTool[]
  /** What the model is told of those that did not answer. */
  notices: string[]
}

interface ServerQuery extends PeerContext {
  services: Pick<EngineServices, 'outbound' | 'ports' | 'mcp_listings'>
  signal: AbortSignal
  log: Logger
}

/** Throws the signal's reason when it is told to stop, and nothing else. */
export async function askServers(servers: ResolvedMcpServer[], around: ServerQuery): Promise<TurnServers> {
  const names = servers.map(({ name }) => name)
  const answers = await Promise.all(servers.map((server) => askServer(server, names, around)))
  return {
    tools: answers.flatMap(({ tools }) => tools),
    notices: answers.flatMap(({ notices }) => notices),
    [Symbol.dispose]: () => answers.forEach(({ session }) => session?.close()),
  }
}

async function askServer(server: ResolvedMcpServer, names: string[], around: ServerQuery) {
  const { services, redactor, signal, log } = around
  const { mcp_listings: listings, outbound, ports } = services
  try {
    const peer = renderPeer(server, around)
    const { tools, prior } = await listings.list(peer, signal)
    const session = new McpSession(peer, { outbound, clock: ports.clock }, { prior, listings, signal })
    const offered = tools.map(({ name, description, parameters, is_checked, idempotent }): TurnTool => ({
      name: nameRemoteTool(server.name, name, names),
      description,
      parameters,
      idempotent,
      timeout_ms: server.timeout_ms,
      work: { type: 'mcp', tool: name, is_checked, session },
    }))
    return { tools: offered, notices: [], session }
  } catch (error) {
    signal.throwIfAborted()
    log.warn(
      { mcp_server: server.name, reason: explain(describeFailure(error), redactor) },
      'the tools of an MCP server are not available',
    )
    return { tools: [], notices: [`The tools of ${server.name} are not available at the moment.`], session: null }
  }
}

/** Throws the signal's reason when it is told to stop, and nothing else. */
export async function callRemoteTool(
  { tool, session }: Extract<ToolWork, { type: 'mcp' }>,
  parameters: TurnTool['parameters'],
  { call_id, arguments: given }: ToolCall,
  { signal, redactor }: ToolRun,
): Promise<ToolOutcome> {
  try {
    const result = await session.call({ tool, parameters, arguments: given, call_id }, signal)
    return { output: outputOf(result, redactor), is_error: result.isError === true, said: '' }
  } catch (error) {
    if (!(error instanceof McpFailure)) throw error
    return { output: explain(error, redactor), is_error: true, said: '' }
  }
}
