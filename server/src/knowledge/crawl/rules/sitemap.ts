// Reads a sitemap: its pages, and the sitemaps that it names. Pure. Slow for a large one: not for the process that answers calls.
import { XMLParser } from 'fast-xml-parser'
import { normalizeUrl } from '../../rules/url.ts'

export interface Sitemap {
  /** In their one form, of the sitemap's origin, without doubles. */
  pages: string[]
  sitemaps: string[]
}

/** `url`: where it was found. At most `most` of each kind: the rest is left out. Null: it is no sitemap. */
export function readSitemap(url: string, text: string, most: number): Sitemap | null {
  const written = text.replace(/^\ufeff/, '').trimStart()
  if (!written.startsWith('<')) return readLines(url, written, most)
  const { urlset, sitemapindex } = parse(written) ?? {}
  if (urlset === undefined && sitemapindex === undefined) return null
  return {
    pages: keepOwn(url, locationsOf(urlset, 'url'), most),
    sitemaps: keepOwn(url, locationsOf(sitemapindex, 'sitemap'), most),
  }
}

type Element = Record<string, unknown>

function parse(text: string): Element | null {
  const parser = new XMLParser({
    // What a document type defines is never replaced.
    processEntities: false,
    ignoreAttributes: true,
    ignoreDeclaration: true,
    ignorePiTags: true,
    removeNSPrefix: true,
    parseTagValue: false,
  })
  try {
    return parser.parse(text) as Element
  } catch {
    return null
  }
}

const isElement = (value: unknown): value is Element => typeof value === 'object' && value !== null

function locationsOf(root: unknown, name: string): string[] {
  return [isElement(root) ? root : {}]
    .flat()
    .flatMap((each) => each[name] ?? [])
    .flatMap((entry) => (isElement(entry) ? (entry['loc'] ?? []) : []))
    .filter((loc) => typeof loc === 'string')
    .map(decodeEntities)
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function decodeEntities(text: string): string {
  return text.replaceAll(/&(amp|lt|gt|quot|apos);/g, (_all, name: string) => entities[name]!)
}

/** One address a line, as sitemaps without XML are. */
function readLines(url: string, text: string, most: number): Sitemap | null {
  const lines = text.split(/[\r\n]+/, most)
  return /^https?:/i.test(lines[0]!) ? { pages: keepOwn(url, lines, most), sitemaps: [] } : null
}

function keepOwn(url: string, found: readonly string[], most: number): string[] {
  const { origin } = new URL(url)
  const kept = new Set<string>()
  for (const text of found) {
    if (kept.size >= most) break
    const form = normalizeUrl(text)
    if (form !== null && new URL(form).origin === origin) kept.add(form)
  }
  return [...kept]
}
