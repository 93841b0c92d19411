// Decides where a request can go: parses an address, resolves its host once and checks every address it resolves to.
import type { LookupAddress } from 'node:dns'
import { isIP, isIPv6 } from 'node:net'
import { isPublicAddress } from './addresses.ts'
import { OutboundError } from './errors.ts'
import type { Asked, Lookup } from './names.ts'

/** The longest DNS name. */
const max_host_characters = 253

/** If a name has more addresses, the rest are not tried. */
const max_addresses = 16

/** Parses a URL; for a redirect, relative to `base`. Unusual hosts are normalized as in WHATWG: `0x7f.1` is 127.0.0.1. */
export function parseTarget(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href)
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new OutboundError('invalid_url', 'The address is not a valid http or https URL')
  }
  if (url.username || url.password) {
    throw new OutboundError('invalid_url', 'The address must not contain a user name or password')
  }
  url.hostname = withoutRootDot(url.hostname)
  if (url.hostname.length > max_host_characters) {
    throw new OutboundError('invalid_url', `The host name is longer than ${max_host_characters} characters`)
  }
  return url
}

const settings = 'PARLEY_ALLOW_PRIVATE_HOSTS or PARLEY_CRAWL_ALLOW_PRIVATE_HOSTS'

/** Entries as in these settings: a host, or a host with the only allowed port. */
export function parseAllowedHosts(entries: readonly string[]): ReadonlySet<string> {
  return new Set(
    entries.map((entry) => {
      const authority = isIPv6(entry) ? `[${entry}]` : entry
      const url = /[/?#@\\]/.test(authority) ? null : URL.parse(`http://${authority}`)
      if (!url) throw new Error(`"${entry}" in ${settings} is not a host name`)
      // Not `url.port`, which is empty for port 80.
      return withoutRootDot(url.hostname) + (/:\d+$/.exec(authority)?.[0] ?? '')
    }),
  )
}

/** Removes the trailing dot: it names the same host, but certificates and lists of hosts omit it. */
function withoutRootDot(hostname: string): string {
  return hostname.replace(/\.$/, '')
}

export interface Resolving extends Omit<Asked, 'is_opened'> {
  allowed: ReadonlySet<string>
  lookup: Lookup
}

/** The addresses to connect to. Throws unless all of them are public or the host is allowed. */
export async function resolveTarget(url: URL, { allowed, lookup, owner, signal }: Resolving): Promise<LookupAddress[]> {
  const { hostname } = url
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  const opened = allowed.has(hostname) || allowed.has(`${hostname}:${port}`)
  // RFC 6761: these are loopback, whatever a resolver returns.
  if (!opened && /(^|\.)localhost$/.test(hostname)) throw createRefusal(hostname)

  const literal = hostname.replace(/^\[(.*)\]$/, '$1')
  const family = isIP(literal)
  const asked = { owner, signal, is_opened: opened }
  const addresses = family ? [{ address: literal, family }] : await lookUp(hostname, lookup, asked)
  // One forbidden address is enough to refuse the name, because the network decides which one is called.
  if (!opened && !addresses.every(({ address }) => isPublicAddress(address))) throw createRefusal(hostname)
  return addresses.slice(0, max_addresses)
}

async function lookUp(hostname: string, lookup: Lookup, asked: Asked): Promise<LookupAddress[]> {
  let addresses: LookupAddress[] = []
  try {
    addresses = await lookup(hostname, asked)
  } catch (error) {
    // The operating system's message adds nothing to the one below.
    if (error instanceof OutboundError) throw error
  }
  if (addresses.length === 0) throw new OutboundError('dns', `${hostname} could not be resolved`)
  return addresses
}

function createRefusal(hostname: string): OutboundError {
  return new OutboundError('refused_address', `${hostname} is not a public address`)
}
