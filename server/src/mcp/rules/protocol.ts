// What is refused before the protocol's library looks at a message. Pure.

/** The version without a handshake. */
const modern = '2026-07-28'

/** The newest first. A client may negotiate an older one, and names it in the header from then on. */
export const protocol_versions = [modern, '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '2024-10-07'] as const

export interface ProtocolFault {
  status: number
  code: number
  message: string
  data?: unknown
}

const version_key = 'io.modelcontextprotocol/protocolVersion'

/** Null: the message may be looked at. */
export function findProtocolFault(message: unknown, header: string | undefined): ProtocolFault | null {
  if (Array.isArray(message))
    return { status: 400, code: -32_600, message: 'Batches are not supported. Send one message.' }
  if (typeof message !== 'object' || message === null)
    return { status: 400, code: -32_600, message: 'The body must be one JSON-RPC message.' }
  const { method, params } = message as { method?: unknown; params?: { _meta?: Record<string, unknown> } }
  const claimed = params?._meta?.[version_key]
  if (header !== undefined && claimed !== undefined && header !== claimed)
    return { status: 400, code: -32_020, message: 'The MCP-Protocol-Version header and the body name two versions.' }
  // Who names a version in the body may name no other there than the one without a handshake.
  if (claimed !== undefined && claimed !== modern) return unsupported([modern], claimed)
  if (header !== undefined && !isSupported(header)) return unsupported(protocol_versions, header)
  // Their channel is shared, and tenants would learn of each other's changes.
  if (method === 'subscriptions/listen')
    return { status: 404, code: -32_601, message: 'Method not found: there are no subscriptions.' }
  return null
}

function unsupported(supported: readonly string[], requested: unknown): ProtocolFault {
  const data = { supported, requested: String(requested).slice(0, 64) }
  return { status: 400, code: -32_022, message: 'Unsupported protocol version', data }
}

const isSupported = (version: unknown) => (protocol_versions as readonly unknown[]).includes(version)

/** To name it in an error. */
export function idOf(message: unknown): string | number | null {
  const { id } = (message ?? {}) as { id?: unknown }
  return typeof id === 'string' || typeof id === 'number' ? id : null
}

/** Undefined: the client wants no reports. */
export function progressTokenOf(message: unknown): string | number | undefined {
  const { params } = (message ?? {}) as { params?: { _meta?: { progressToken?: unknown } } }
  const token = params?._meta?.progressToken
  return typeof token === 'string' || typeof token === 'number' ? token : undefined
}
