// Where a request may go: reads an address, resolves its host once and judges every address it resolves to.
import type { LookupAddress } from 'node:dns'
import { isIP, isIPv6 } from 'node:net'
import { isPublicAddress } from './addresses.ts'
import { OutboundError } from './errors.ts'
import type { Asked, Lookup } from './names.ts'

/** Of a name, in DNS. */
const max_host_characters = 253

/** Of a name that has more, those after them are not called. */
const max_addresses = 16

/** Reads a URL, of a redirect relative to `base`. Odd forms of a host are what WHATWG makes of them: `0x7f.1` is 127.0.0.1. */
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

/** The entries are as in PARLEY_ALLOW_PRIVATE_HOSTS: a host, or a host with the only port that is opened. */
export function parseAllowedHosts(entries: readonly string[]): ReadonlySet<string> {
  return new Set(
    entries.map((entry) => {
      const authority = isIPv6(entry) ? `[${entry}]` : entry
      const url = /[/?#@\\]/.test(authority) ? null : URL.parse(`http://${authority}`)
      if (!url) throw new Error(`PARLEY_ALLOW_PRIVATE_HOSTS: "${entry}" is not a host name`)
      // Not `url.port`, which leaves out the port 80.
      return withoutRootDot(url.hostname) + (/:\d+$/.exec(authority)?.[0] ?? '')
    }),
  )
}

/** The dot of the root names the same host, but no certificate and no list of hosts has it. */
function withoutRootDot(hostname: string): string {
  return hostname.replace(/\.$/, '')
}

export interface Resolving extends Omit<Asked, 'is_opened'> {
  allowed: ReadonlySet<string>
  lookup: Lookup
}

/** The addresses to connect to; refuses unless all of the host's are public or it is opened. */
export async function resolveTarget(url: URL, { allowed, lookup, owner, signal }: Resolving): Promise<LookupAddress[]> {
  const { hostname } = url
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  const opened = allowed.has(hostname) || allowed.has(`${hostname}:${port}`)
  // By RFC 6761 these are loopback whatever a resolver says.
  if (!opened && /(^|\.)localhost$/.test(hostname)) throw createRefusal(hostname)

  const literal = hostname.replace(/^\[(.*)\]$/, '$1')
  const family = isIP(literal)
  const asked = { owner, signal, is_opened: opened }
  const addresses = family ? [{ address: literal, family }] : await lookUp(hostname, lookup, asked)
  // One forbidden address refuses the name: which of them would be called is for the network to decide.
  if (!opened && !addresses.every(({ address }) => isPublicAddress(address))) throw createRefusal(hostname)
  return addresses.slice(0, max_addresses)
}

async function lookUp(hostname: string, lookup: Lookup, asked: Asked): Promise<LookupAddress[]> {
  let addresses: LookupAddress[] = []
  try {
    addresses = await lookup(hostname, asked)
  } catch (error) {
    // The operating system's own words tell nothing that the sentence below does not.
    if (error instanceof OutboundError) throw error
  }
  if (addresses.length === 0) throw new OutboundError('dns', `${hostname} cannot be resolved`)
  return addresses
}

function createRefusal(hostname: string): OutboundError {
  return new OutboundError('refused_address', `${hostname} is not a public address`)
}
