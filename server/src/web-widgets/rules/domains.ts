// The sites that may show a widget: their one form, and whether an origin is one of them. Pure.
import { widgetBounds } from '@parley/contract'
import type { FieldFault } from '../../base/faults.ts'

const wildcard = '*.'

/** The faults of entries that are no site, each with its place; otherwise the entries in their one form, each once. */
export function normalizeDomains(
  entries: readonly string[],
  path = 'domains',
): { domains: string[]; faults: FieldFault[] } {
  const faults: FieldFault[] = []
  const domains = new Set<string>()
  for (const [index, entry] of entries.entries()) {
    const domain = normalizeDomain(entry)
    if (domain === null) faults.push({ path: `${path}.${index}`, message: explain(entry) })
    else domains.add(domain)
  }
  if (faults.length === 0) faults.push(...faultsOfLength([...domains], path))
  return { domains: [...domains], faults }
}

function faultsOfLength(domains: readonly string[], path: string): FieldFault[] {
  let characters = 0
  for (const [index, domain] of domains.entries()) {
    characters += domain.length
    if (characters <= widgetBounds.domain_characters) continue
    const message = `is beyond ${widgetBounds.domain_characters} characters of all entries together`
    return [{ path: `${path}.${index}`, message }]
  }
  return []
}

/** Scheme, host and port, as browsers write an origin, with `*.` for subdomains. Null: it is no site. */
export function normalizeDomain(entry: string): string | null {
  const text = entry.trim()
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
  const [, scheme = 'https://', star = '', rest = ''] =
    /^(https?:\/\/)?(\*\.)?(.*)$/is.exec(hasScheme ? text : `https://${text}`) ?? []
  // A wildcard elsewhere, or in a host that has none of its own, names no site.
  if (hasScheme && !/^https?:\/\//i.test(text)) return null
  const url = URL.parse(`${scheme}${rest}`)
  if (!url || url.hostname === '' || url.username !== '' || url.password !== '') return null
  const host = url.hostname.replace(/\.$/, '')
  if (!isHost(host)) return null
  if (star && (!host.includes('.') || isAddress(host))) return null
  return `${url.protocol}//${star}${host}${url.port && `:${url.port}`}`
}

/** URL parsing accepts characters that have a meaning in the headers of a frame. */
function isHost(host: string): boolean {
  return (
    isAddress(host) ||
    (host.length <= 253 && /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/.test(host))
  )
}

/** Names never end in a number: a parsed host that does is an IPv4 address. */
function isAddress(host: string): boolean {
  return /^\[[0-9a-f:.]+\]$/.test(host) || /^\d+(\.\d+){3}$/.test(host)
}

function explain(entry: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(entry.trim()) && !/^https?:/i.test(entry.trim())) {
    return 'must be an http or https site'
  }
  return 'must be a site such as https://example.com or https://*.example.com'
}

/** Whether it is the origin of a page as browsers send it. Pages without one send `null`. */
export function isOrigin(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.parse(text)?.origin === text
}

/** `domains` in their one form; none of them: any site. `origin` as browsers send it. */
export function isOriginListed(domains: readonly string[], origin: string): boolean {
  if (!isOrigin(origin)) return false
  if (domains.length === 0) return true
  return domains.some((domain) => domain === origin || isSubdomain(domain, origin))
}

function isSubdomain(domain: string, origin: string): boolean {
  const [scheme, rest] = domain.split('://')
  if (!rest?.startsWith(wildcard)) return false
  const { protocol, host } = new URL(origin)
  // At least one label stands for the star.
  return protocol === `${scheme}:` && host.length > rest.length - 1 && host.endsWith(rest.slice(1))
}
