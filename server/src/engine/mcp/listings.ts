// The tools of MCP servers: requested at most once a minute for each organization and configuration, by any number of turns.
import type { PriorDiscovery } from '@modelcontextprotocol/client'
import { LRUCache } from 'lru-cache'
import type { JsonValue } from '../../base/json.ts'
import { type McpConnection, type McpServices, openConnection } from './connection.ts'
import { McpFailure, withinTime } from './failure.ts'
import type { McpPeer } from './peer.ts'
import { type RemoteTool, isToolName, readRemoteTool } from './remote-tool.ts'

export interface Listing {
  tools: readonly RemoteTool[]
  prior: PriorDiscovery
}

export interface McpListings {
  /** Throws an `McpFailure`, or the signal's reason. */
  list(peer: McpPeer, signal: AbortSignal): Promise<Listing>
  /** The next turn requests it again. */
  forget(peer: McpPeer): void
}

const kept_ms = 60_000
/** A server that times out is not called for a while; one that refuses costs next to nothing. */
const kept_timeout_ms = 30_000
const max_kept = 200

const max_pages = 64
export const max_remote_tools = 128
const max_listing_bytes = 262_144
/** Limits on what is read, whatever becomes of it: as received, and as searched for secrets. */
const max_read_characters = 4 * 1024 * 1024
const max_searched_characters = 1024 * 1024

export function createListings(services: McpServices): McpListings {
  // Without an expiry while they are in progress.
  const kept = new LRUCache<string, Promise<Listing>>({
    max: max_kept,
    ttlResolution: 0,
    perf: { now: () => services.clock.monotonic() },
  })

  function ask(peer: McpPeer): Promise<Listing> {
    const listing = listTools(peer, services)
    kept.set(peer.key, listing)
    const keepFor = (ttl: number) => {
      if (kept.peek(peer.key) === listing) kept.set(peer.key, listing, { ttl })
    }
    listing.then(
      () => keepFor(kept_ms),
      (error: unknown) => {
        if (error instanceof McpFailure && error.isTimeout) keepFor(kept_timeout_ms)
        else if (kept.peek(peer.key) === listing) kept.delete(peer.key)
      },
    )
    return listing
  }

  return {
    list: (peer, signal) => raceWith(signal, kept.get(peer.key) ?? ask(peer)),
    forget: (peer) => void kept.delete(peer.key),
  }
}

/** Others may wait for the same listing, so the signal ends only this wait. */
async function raceWith<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const stopped = Promise.withResolvers<never>()
  const onAbort = () => stopped.reject(signal.reason)
  signal.addEventListener('abort', onAbort)
  try {
    signal.throwIfAborted()
    return await Promise.race([stopped.promise, work])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function listTools(peer: McpPeer, services: McpServices): Promise<Listing> {
  const { clock } = services
  const bounds = { clock, timeout_ms: peer.timeout_ms, signal: new AbortController().signal }
  return withinTime(bounds, async (signal) => {
    const connection = await openConnection(peer, services, { signal, onToolsChanged: () => {} })
    try {
      return { tools: await readPages(peer, connection, signal), prior: connection.prior }
    } finally {
      void connection.close()
    }
  })
}

async function readPages(peer: McpPeer, connection: McpConnection, signal: AbortSignal): Promise<RemoteTool[]> {
  const tools = new Map<string, RemoteTool>()
  let bytes = 0
  let cursor: string | undefined
  const left = { read: max_read_characters, searched: max_searched_characters }
  for (let page = 0; page < max_pages; page += 1) {
    const { tools: given, next } = await connection.listTools(cursor, signal)
    for (const one of given) {
      const tool = readIfAllowed(one, peer, left)
      if (left.read < 0 || left.searched < 0) return [...tools.values()]
      if (!tool || tools.has(tool.name)) continue
      bytes += Buffer.byteLength(JSON.stringify(tool))
      if (tools.size >= max_remote_tools || bytes > max_listing_bytes) return [...tools.values()]
      tools.set(tool.name, tool)
    }
    if (next === undefined || tools.size === peer.allowed_tools?.size) break
    cursor = next
  }
  return [...tools.values()]
}

/** An entry that is not a tool, or not allowed, is not examined. */
function readIfAllowed(
  given: unknown,
  { allowed_tools, redactor }: McpPeer,
  left: { read: number; searched: number },
): RemoteTool | null {
  const size = JSON.stringify(given).length
  left.read -= size
  const name = (given as { name?: unknown } | null)?.name
  if (typeof name !== 'string' || !isToolName(name) || (allowed_tools && !allowed_tools.has(name))) return null
  if (size > max_listing_bytes) return null
  left.searched -= size
  if (left.read < 0 || left.searched < 0) return null
  // Whole: half a secret would not be recognized.
  return readRemoteTool(redactor.redactValue(given as JsonValue))
}
