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

const scheme_form = /^[a-z][a-z0-9+.-]*:\/\//i

/** Scheme, host and port, as browsers write an origin, with `*.` for subdomains. Null: it is no site. */
export function normalizeDomain(entry: string): string | null {
  const text = entry.trim()
  const [, scheme, star = '', rest = ''] =
    /^(https?:\/\/)(\*\.)?(.*)$/is.exec(scheme_form.test(text) ? text : `https://${text}`) ?? []
  // `data:` is a scheme, not a host with an empty port.
  const isMeant = scheme !== undefined && !/^[^/?#]*:(?:[/?#]|$)/.test(rest)
  const url = isMeant ? URL.parse(`${scheme}${rest}`) : null
  if (!url || url.username !== '' || url.password !== '') return null
  const host = url.hostname.replace(/\.$/, '')
  if (!isAddress(host) && !isName(host)) return null
  // Nothing is a subdomain of an address, and what is below `com` belongs to many.
  if (star && (isAddress(host) || !host.includes('.'))) return null
  return `${url.protocol}//${star}${host}${url.port && `:${url.port}`}`
}

const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const name_form = new RegExp(`^${label}(?:\\.${label})*$`)

/** URL parsing accepts characters that have a meaning in the headers of a frame. */
function isName(host: string): boolean {
  return host.length <= 253 && name_form.test(host)
}

/** A parsed host that ends in a number is an IPv4 address. */
function isAddress(host: string): boolean {
  return /^\[[0-9a-f:.]+\]$/.test(host) || /^\d+(\.\d+){3}$/.test(host)
}

function explain(entry: string): string {
  const text = entry.trim()
  const isOther = scheme_form.test(text) && !/^https?:/i.test(text)
  return isOther
    ? 'must be an http or https site'
    : 'must be a site such as https://example.com or https://*.example.com'
}

/** Whether it is the origin of a page as browsers send it. Pages without one send `null`. */
export function isOrigin(text: string): boolean {
  return !text.includes('*') && text !== '' && normalizeDomain(text) === text
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

/** The sources of the directive `frame-ancestors`. */
export function frameAncestors(domains: readonly string[]): string {
  return domains.length === 0 ? '*' : domains.join(' ')
}
