// Calls a tool of an MCP server: its tools are listed at most once a minute, arguments are checked as it declares them.
import { createHash } from 'node:crypto'
import type { JsonValue } from '../../../base/json.ts'
import type { Clock } from '../../../base/ports.ts'
import { type McpConnection, openConnection } from '../../../engine/mcp/connection.ts'
import { McpFailure, withinTime } from '../../../engine/mcp/failure.ts'
import { type Listing, type McpListings, createListings } from '../../../engine/mcp/listings.ts'
import type { McpPeer } from '../../../engine/mcp/peer.ts'
import type { RemoteTool } from '../../../engine/mcp/remote-tool.ts'
import { outputOf } from '../../../engine/mcp/result.ts'
import type { OutboundClient } from '../../../outbound/client.ts'
import { headersOfVisit } from '../send-request.ts'
import type { VisitRun } from '../visit-run.ts'
import { type AuthContext, type ConnectionAuths, withToken } from './auth.ts'
import { fillAddress, fillHeaders } from './fill-secrets.ts'
import { checkArguments, timeOf, unknownTool } from './http-connection.ts'
import { RefusedToken, causeOfFailure, failureOf, toldByTool, tooLarge } from './mcp-failures.ts'
import { beginnerOf } from './begin-call.ts'
import type { StoredConnection, ToolCall, ToolOfConnection } from './port.ts'

interface Services {
  outbound: OutboundClient
  clock: Clock
  auths: ConnectionAuths
  answer_bytes: number
}

/** A server as one call sees it. */
interface Peer extends McpPeer {
  /** Of OAuth; null: the connection has no token that could be renewed. */
  token: string | null
}

type Begin = (() => Promise<void>) | null

interface Calling {
  run: VisitRun
  connection: StoredConnection
  call: ToolCall
  /** Of the whole attempt: what must not be repeated is noted once. */
  begun: { begin: Begin }
}

/** A result is wrapped in a message of the protocol. */
const frame_bytes = 16_384

export class McpConnections {
  readonly #services: Services
  readonly #listings: McpListings

  constructor(services: Services) {
    this.#services = services
    this.#listings = createListings(services)
  }

  /** Throws a `StepFailure`. A token that is refused is renewed once. */
  async call(run: VisitRun, connection: StoredConnection, call: ToolCall): Promise<JsonValue> {
    const calling: Calling = { run, connection, call, begun: { begin: null } }
    try {
      return await this.#callOnce(calling)
    } catch (error) {
      if (!(error instanceof RefusedToken)) throw error
      this.#services.auths.forget(error.token)
      return await this.#callOnce(calling)
    }
  }

  /** Throws a `StepFailure`. */
  async list(connection: StoredConnection, context: AuthContext): Promise<ToolOfConnection[]> {
    const timeout_ms = timeOf(connection, { timeout_ms: Infinity })
    const peer = await this.#peerOf(connection, context, '0', timeout_ms)
    const { tools } = await beforeCall(peer, () => this.#listings.list(peer, context.signal))
    return tools.map(({ name, description, parameters, idempotent }) => ({ name, description, parameters, idempotent }))
  }

  async #callOnce({ run, connection, call, begun }: Calling): Promise<JsonValue> {
    const { attempt } = run
    const { signal } = attempt
    const context: AuthContext = {
      ...{ organization_id: attempt.execution.organization_id, connection_id: connection.id, signal },
      ...{ redactor: call.redactor, begin: () => attempt.checkOpen() },
    }
    const depth = headersOfVisit(run)['parley-depth']!
    const peer = await this.#peerOf(connection, context, depth, timeOf(connection, call))
    await attempt.checkOpen()
    const { found, listing } = await beforeCall(peer, () => this.#findTool(peer, connection, call.tool, signal))
    if (found.is_checked) checkArguments(found.parameters, call.arguments)
    const opened = await beforeCall(peer, () => this.#open(peer, listing, signal))
    try {
      begun.begin ??= beginnerOf(run, call.idempotent ?? found.idempotent)
      await begun.begin()
      return await this.#send(peer, opened, found, run, call)
    } finally {
      void opened.close()
    }
  }

  async #peerOf(connection: StoredConnection, context: AuthContext, depth: string, timeout_ms: number): Promise<Peer> {
    const { config, id, name } = connection
    const { organization_id, redactor } = context
    const { headers: proof, token } = await this.#services.auths.authorize(config.auth ?? { type: 'none' }, context)
    const url = fillAddress(config.url, redactor, 'url').href
    // Whatever token is good at the moment.
    const settings = { ...config, auth: token === null ? proof : config.auth }
    return {
      ...{ organization_id, name, url, timeout_ms, token, redactor: withToken(redactor, token) },
      headers: { ...fillHeaders(config, redactor), ...proof, 'parley-depth': depth },
      max_body_bytes: this.#services.answer_bytes + frame_bytes,
      allowed_tools: config.allowed_tools ? new Set(config.allowed_tools) : null,
      key: keyOf(id, settings, url, context),
    }
  }

  async #findTool(peer: Peer, connection: StoredConnection, tool: string, signal: AbortSignal) {
    for (const isLast of [false, true]) {
      const listing = await this.#listings.list(peer, signal)
      const found = listing.tools.find(({ name }) => name === tool)
      if (found) return { found, listing }
      // It may be newer than what is known.
      if (!isLast) this.#listings.forget(peer)
    }
    throw unknownTool(connection, tool)
  }

  #open(peer: Peer, { prior }: Listing, signal: AbortSignal): Promise<McpConnection> {
    const onToolsChanged = () => this.#listings.forget(peer)
    return withinTime({ clock: this.#services.clock, timeout_ms: peer.timeout_ms, signal }, (stop) =>
      openConnection(peer, this.#services, { prior, signal: stop, onToolsChanged }),
    )
  }

  async #send(
    peer: Peer,
    opened: McpConnection,
    { name: tool, parameters }: RemoteTool,
    { attempt: { key: call_id, signal } }: VisitRun,
    { arguments: given }: ToolCall,
  ): Promise<JsonValue> {
    const { clock, answer_bytes } = this.#services
    try {
      const result = await withinTime({ clock, timeout_ms: peer.timeout_ms, signal }, (stop) =>
        opened.call({ tool, parameters, arguments: given, call_id }, stop),
      )
      if (result.isError === true) throw toldByTool(result, peer)
      // Too much is refused, not cut off.
      const output = outputOf(result, peer.redactor, 2 * answer_bytes)
      if (Buffer.byteLength(JSON.stringify(output)) > answer_bytes) throw tooLarge(answer_bytes)
      return output
    } catch (error) {
      if (!(error instanceof McpFailure)) throw error
      // Its tools, or its protocol version, may have changed.
      if (!error.isTimeout) this.#listings.forget(peer)
      if (opened.broken?.kind === 'response_too_large') throw tooLarge(answer_bytes)
      throw failureOf(error, peer, causeOfFailure(error))
    }
  }
}

/** What fails here has had no effect. */
async function beforeCall<T>(peer: Peer, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof McpFailure)) throw error
    const cause = causeOfFailure(error)
    throw failureOf(error, peer, cause === 'unclear' ? 'transient' : cause)
  }
}

/** Equal for equal settings; reveals nothing of them. */
function keyOf(id: string, settings: object, url: string, { organization_id, redactor }: AuthContext): string {
  const identity = JSON.stringify([organization_id, id, settings, url, [...redactor.secrets]])
  return createHash('sha256').update(identity).digest('base64')
}
