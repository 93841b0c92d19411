// The one form of a web address: two addresses of the same page have the same form. Pure.

/** The contract's bound, which isolated processes cannot read; url.test.ts compares them. */
export const max_url_characters = 2048

/** Parameters that say where a visitor comes from and do not change the page. */
const tracking_names = new Set([
  ...['_ga', '_gl', '_hsenc', '_hsmi', 'dclid', 'fbclid', 'gbraid', 'gclid', 'gclsrc', 'igshid', 'li_fat_id'],
  ...['mc_cid', 'mc_eid', 'mkt_tok', 'msclkid', 'oly_anon_id', 'oly_enc_id', 'rb_clickid', 's_cid', 'srsltid'],
  ...['ttclid', 'twclid', 'vero_id', 'wbraid', 'wickedid', 'yclid'],
])

/** Null: not an http(s) address, with a user or password, or too long. Relative to `base` if there is one. */
export function normalizeUrl(text: string, base?: string): string | null {
  const url = URL.parse(text.trim(), base)
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null
  if (url.username || url.password) return null
  url.hostname = url.hostname.replace(/\.$/, '')
  url.hash = ''
  // A setter takes one `?` away; an empty search removes a lone one, which the parser keeps.
  const query = sortQuery(url.search)
  url.search = query === '' ? '' : `?${query}`
  return url.href.length <= max_url_characters ? url.href : null
}

/** Sorted by name, equal names in their order, each as it was written: servers differ in what they take for the same. */
function sortQuery(search: string): string {
  const parts = search.replace(/^\?/, '').split('&')
  return parts
    .map((part) => ({ part, name: nameOf(part) }))
    .filter(({ part, name }) => part !== '' && !isTracking(name))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map(({ part }) => part)
    .join('&')
}

function nameOf(part: string): string {
  const name = part.split('=', 1)[0]!
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

function isTracking(name: string): boolean {
  const lower = name.toLowerCase()
  return lower.startsWith('utm_') || tracking_names.has(lower)
}

/** Of an address in its one form. With its port, unless that is the usual one. */
export function hostOf(url: string): string {
  return new URL(url).host
}

/** The host name of an http(s) address; null for anything else. */
export function domainOf(text: string): string | null {
  const url = normalizeUrl(text)
  return url === null ? null : new URL(url).hostname
}

export function isSameOrigin(a: string, b: string): boolean {
  return new URL(a).origin === new URL(b).origin
}

const slug_mark = '{slug}'

/** Why no page addresses can be made of the pattern; null: they can. */
export function patternFault(url_pattern: string): string | null {
  if (!url_pattern.includes(slug_mark)) return 'must have `{slug}` in its path'
  // A placeholder that no part of an address can have changed or hidden.
  const tried = normalizeUrl(url_pattern.replaceAll(slug_mark, 'parley0slug'))
  if (tried === null) return `must be an http or https address of at most ${max_url_characters} characters`
  const url = new URL(tried)
  const [outside, inside] = [`${url.origin}${url.search}`, url.pathname].map((part) => part.includes('parley0slug'))
  return outside || !inside ? 'must have `{slug}` in its path only' : null
}

/** The slug as one segment of the path, whatever it contains; null: it cannot be one. */
export function fillPattern(url_pattern: string, slug: string): string | null {
  // A parser removes these segments, however they are encoded.
  if (slug === '.' || slug === '..') return null
  try {
    return normalizeUrl(url_pattern.replaceAll(slug_mark, () => encodeURIComponent(slug)))
  } catch {
    return null
  }
}
