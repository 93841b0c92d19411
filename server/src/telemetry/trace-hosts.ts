// To which hosts requests carry the trace: those of a list, and no other.

/** `host`: any port; `host:port`: that one. In lower case. */
export function createTraceHosts(hosts: readonly string[]): (url: URL) => boolean {
  const known = new Set(hosts)
  return ({ hostname, port, protocol }) => {
    if (known.size === 0) return false
    const name = hostname.replace(/\.$/, '')
    return known.has(name) || known.has(`${name}:${port || (protocol === 'https:' ? '443' : '80')}`)
  }
}
