// One connection to an MCP server: opens it in the protocol version that the server speaks, sends requests, and closes it.
import { type CallToolResult, Client, type PriorDiscovery, SdkHttpError } from '@modelcontextprotocol/client'
import type { JsonObject } from '../../base/json.ts'
import type { OutboundClient, OutboundError } from '../../outbound/client.ts'
import type { Clock } from '../../base/ports.ts'
import { version } from '../../base/version.ts'
import { readRefusal } from './failure.ts'
import type { McpPeer } from './peer.ts'
import { GuardedTransport } from './transport.ts'

export interface McpServices {
  outbound: OutboundClient
  clock: Clock
}

export interface ToolPage {
  /** As received. */
  tools: unknown[]
  next: string | undefined
}

export interface RemoteCall {
  tool: string
  /** As listed: in the newest protocol version it may ask for arguments in headers. */
  parameters: JsonObject
  arguments: JsonObject
  call_id: string
}

export interface McpConnection {
  /** Saves the next connection from asking which protocol version the server speaks. */
  prior: PriorDiscovery
  listTools(cursor: string | undefined, signal: AbortSignal): Promise<ToolPage>
  call(call: RemoteCall, signal: AbortSignal): Promise<CallToolResult>
  /** Whether a call that ended with this error never started, because the server no longer knows the session. */
  isForgotten(error: unknown): boolean
  /** Why the body of a response broke off; null: none did. */
  readonly broken: OutboundError | null
  /** Resolves within a bound, whatever the server does. */
  close(): Promise<void>
}

interface OpenOptions {
  prior?: PriorDiscovery
  signal: AbortSignal
  onToolsChanged: () => void
}

/** The SDK's own timers fire after those of the clock. */
const margin_ms = 1000
const close_ms = 2000

/** A Standard Schema that accepts everything: what a server sends is checked piece by piece. */
const anything = {
  '~standard': { version: 1 as const, vendor: 'parley', validate: (value: unknown) => ({ value }) },
}

export async function openConnection(
  peer: McpPeer,
  { outbound, clock }: McpServices,
  { prior, signal, onToolsChanged }: OpenOptions,
): Promise<McpConnection> {
  const transport = new GuardedTransport(peer, outbound, clock)
  const timeout = peer.timeout_ms + margin_ms
  const client = new Client(
    { name: 'Parley', version },
    { versionNegotiation: { mode: 'auto', probe: { timeoutMs: timeout } }, inputRequired: { autoFulfill: false } },
  )
  client.setNotificationHandler('notifications/tools/list_changed', onToolsChanged)
  const onAbort = () => void transport.close()
  try {
    signal.addEventListener('abort', onAbort)
    signal.throwIfAborted()
    await client.connect(transport, { timeout, signal, ...(prior ? { prior } : {}) })
  } catch (error) {
    void transport.close()
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
  const discover = client.getDiscoverResult()
  return {
    prior: discover ? { kind: 'modern', discover } : { kind: 'legacy' },
    async listTools(cursor, stop) {
      const params = cursor === undefined ? {} : { cursor }
      const page: unknown = await client.request({ method: 'tools/list', params }, anything, { timeout, signal: stop })
      return readPage(page)
    },
    call({ tool, parameters, arguments: given, call_id }, stop) {
      const toolDefinition = { name: tool, inputSchema: { ...parameters, type: 'object' as const } }
      return client.callTool(
        { name: tool, arguments: given, _meta: { 'parley/call_id': call_id } },
        { timeout, signal: stop, headers: { 'idempotency-key': call_id }, toolDefinition },
      )
    },
    get broken() {
      return transport.broken
    },
    isForgotten: (error) => transport.sessionId !== undefined && isSessionGone(error),
    close: () => closeWithin(transport, clock),
  }
}

/**
 * The protocol requires 404; many servers answer 400 with a message about the session. An error that answers
 * the request itself may follow after the work was done (T8).
 */
function isSessionGone(error: unknown): boolean {
  if (!(error instanceof SdkHttpError)) return false
  const refusal = readRefusal(error)
  if (refusal?.answers_request) return false
  return error.status === 404 || (error.status === 400 && /session/i.test(refusal?.message ?? ''))
}

function readPage(page: unknown): ToolPage {
  const { tools, nextCursor: next } = (page ?? {}) as { tools?: unknown; nextCursor?: unknown }
  if (!Array.isArray(tools)) throw new TypeError('the response has no list of tools')
  return { tools, next: typeof next === 'string' && next !== '' ? next : undefined }
}

/** Ends the session first, if there is one, so that earlier messages, such as a cancelled call, are still sent. */
async function closeWithin(transport: GuardedTransport, clock: Pick<Clock, 'after'>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const clear = clock.after(close_ms, resolve)
  try {
    await Promise.race([late, transport.terminateSession()])
  } catch {
    // The server is gone or has no sessions to end.
  } finally {
    clear()
    await transport.close()
  }
}
