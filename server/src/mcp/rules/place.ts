// Where a request to the MCP server comes from: pages of other origins, and names that lead a browser to this machine, are refused. Pure.

export interface Place {
  /** By the settings. */
  public_url: string | undefined
  /** The origin that the request was sent to. */
  own_origin: string
  /** The address of this server that it arrived at. */
  local_address: string
  /** The header as it came. */
  host: string
  origin: string | undefined
}

export const publicUrlOf = ({ public_url, own_origin }: Place) => public_url ?? own_origin

const loopback = /^(127\.|::1$|::ffff:127\.)/
const localNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** What is wrong with it; null: nothing. */
export function findForeign(place: Place): string | null {
  const { public_url, own_origin, local_address, host, origin } = place
  if (origin !== undefined && origin !== public_url && origin !== own_origin)
    return 'This server takes MCP requests of no other site: the Origin header names one.'
  if (!loopback.test(local_address)) return null
  const isOurs = public_url !== undefined && new URL(public_url).host === host.toLowerCase()
  const name = URL.parse(`http://${host}`)?.hostname
  if (isOurs || (name !== undefined && localNames.has(name))) return null
  return 'The Host header names another server. If a proxy on this machine sends it, set PARLEY_PUBLIC_URL.'
}
