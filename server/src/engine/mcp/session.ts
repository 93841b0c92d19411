// A turn's session with one MCP server: connects at the first tool call, and again if the server has forgotten the session.
import type { CallToolResult, PriorDiscovery } from '@modelcontextprotocol/client'
import { depthHeader } from '../../calls/rules/depth.ts'
import { type McpConnection, type McpServices, type RemoteCall, openConnection } from './connection.ts'
import { McpFailure, withinTime } from './failure.ts'
import type { McpListings } from './listings.ts'
import type { McpPeer } from './peer.ts'

interface SessionOptions {
  prior: PriorDiscovery
  listings: McpListings
  /** Of the attempt. */
  signal: AbortSignal
  /** Of the chain of calls that the turn is part of. */
  readDepth(): Promise<number>
}

export class McpSession {
  readonly #peer: McpPeer
  readonly #services: McpServices
  readonly #options: SessionOptions
  #connection: Promise<McpConnection> | null = null

  constructor(peer: McpPeer, services: McpServices, options: SessionOptions) {
    this.#peer = peer
    this.#services = services
    this.#options = options
  }

  /** Throws an `McpFailure`, or the signal's reason. */
  async call(call: RemoteCall, signal: AbortSignal): Promise<CallToolResult> {
    const { timeout_ms } = this.#peer
    try {
      return await withinTime({ clock: this.#services.clock, timeout_ms, signal }, (stop) => this.#call(call, stop))
    } catch (error) {
      // Its tools, or its protocol version, may have changed.
      if (error instanceof McpFailure && !error.isTimeout) this.#options.listings.forget(this.#peer)
      throw error
    }
  }

  async #call(call: RemoteCall, stop: AbortSignal): Promise<CallToolResult> {
    const opening = this.#connect()
    const connection = await opening
    try {
      return await connection.call(call, stop)
    } catch (error) {
      if (!connection.isForgotten(error)) throw error
      // Of several calls, the first to notice drops it.
      if (this.#connection === opening) this.#connection = null
      void connection.close()
      return (await this.#connect()).call(call, stop)
    }
  }

  /** Shared by the calls of a step; a failed one is not kept. */
  #connect(): Promise<McpConnection> {
    if (this.#connection) return this.#connection
    const { prior, signal, listings, readDepth } = this.#options
    const bounds = { clock: this.#services.clock, timeout_ms: this.#peer.timeout_ms, signal }
    const onToolsChanged = () => listings.forget(this.#peer)
    const opening = withinTime(bounds, async (stop) => {
      const headers = { ...this.#peer.headers, ...depthHeader(await readDepth()) }
      return openConnection({ ...this.#peer, headers }, this.#services, { prior, signal: stop, onToolsChanged })
    })
    this.#connection = opening
    opening.catch(() => {
      if (this.#connection === opening) this.#connection = null
    })
    return opening
  }

  /** The caller does not wait for it. */
  close(): void {
    void this.#connection?.then(
      (connection) => connection.close(),
      () => {},
    )
  }
}
