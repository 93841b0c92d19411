// Which pages a widget may stand on: the origins that its `domains` list. Pure.

/** `https://*.example.com` stands for every name below example.com, and not for example.com itself. An empty list allows any site. */
export function isListed(domains: readonly string[], origin: string): boolean {
  return (
    domains.length === 0 ||
    domains.some((domain) => {
      const [scheme, name] = domain.split('*')
      return name === undefined
        ? domain === origin
        : origin.startsWith(scheme!) && origin.endsWith(name) && origin.length > domain.length - 1
    })
  )
}
