// What a crawl may fetch, as its source says: how many pages, how deep, which paths. Pure.
import { type UrlCrawlOptions, knowledgeDefaults } from '@parley/contract'
import { RE2JS } from 're2js'
import type { FieldFault } from '../../../base/faults.ts'

/** All options of a crawl. Stored with it: a change of the source concerns the next one. */
export interface CrawlOptions {
  limit: number
  max_depth: number
  max_discovery_depth: number
  include_paths: string[]
  exclude_paths: string[]
  use_sitemap: boolean
  delay_ms: number
  /** Only the start page: the source has no options. */
  is_one_page: boolean
}

export function resolveOptions(options: UrlCrawlOptions | null): CrawlOptions {
  const { limit, max_depth, max_discovery_depth, use_sitemap, delay_ms } = knowledgeDefaults.crawl
  return {
    limit: options === null ? 1 : (options.limit ?? limit),
    max_depth: options?.max_depth ?? max_depth,
    max_discovery_depth: options?.max_discovery_depth ?? max_discovery_depth,
    include_paths: options?.include_paths ?? [],
    exclude_paths: options?.exclude_paths ?? [],
    use_sitemap: options?.use_sitemap ?? use_sitemap,
    delay_ms: options?.delay_ms ?? delay_ms,
    is_one_page: options === null,
  }
}

/**
 * Compiled size of all patterns: an address costs at most this many steps for each of its characters. A hundred patterns of twenty
 * characters fit.
 */
export const max_patterns_size = 4000
/** Characters with their repetitions: compiling a longer one would take seconds to find it too large. */
const max_repeated_characters = 20_000

export function optionFaults(options: UrlCrawlOptions | null | undefined): FieldFault[] {
  let left = max_patterns_size
  return (['include_paths', 'exclude_paths'] as const).flatMap((field) =>
    (options?.[field] ?? []).flatMap((pattern, n): FieldFault[] => {
      // After the first that is too large nothing more is compiled.
      if (left < 0) return []
      const isBounded = repeatedCharacters(pattern) <= max_repeated_characters
      const compiled = isBounded ? compile(pattern) : null
      left = isBounded ? left - (compiled?.programSize() ?? 0) : -1
      if (compiled !== null && left >= 0) return []
      const message =
        compiled || !isBounded
          ? `exceeds the compiled size of ${max_patterns_size} for all patterns; shorten repetitions such as {1,500}`
          : 'is neither a regular expression that RE2 knows nor a glob'
      return [{ path: `${field}.${n}`, message }]
    }),
  )
}

/** RE2 allows a thousand repetitions within each other. */
const most_repetitions = 1000

function repeatedCharacters(pattern: string): number {
  const counts = [...pattern.matchAll(/\{(\d{1,4})(?:,(\d{0,4}))?\}/g)].map(([, least, most]) => Number(most || least))
  const repetitions = counts.reduce((product, count) => Math.min(most_repetitions, product * Math.max(1, count)), 1)
  return pattern.length * repetitions
}

/** Null: it is too large even as a glob. */
function compile(pattern: string): RE2JS | null {
  for (const text of [RE2JS.translateRegExp(pattern), globAsPattern(pattern)]) {
    try {
      const compiled = RE2JS.compile(text)
      if (compiled.re2().prog.numLb === 0) return compiled
    } catch {
      // Read as a glob next.
    }
  }
  return null
}

/** Of the whole path: `*` and `?` stay within a segment, `**` does not. Without a slash it may match any last segments. */
function globAsPattern(glob: string): string {
  const body = glob.replaceAll(/\*\*|\*|\?|[^*?]+/g, (part) => {
    if (part === '**') return '.*'
    if (part === '*') return '[^/]*'
    return part === '?' ? '[^/]' : RE2JS.quote(part)
  })
  return `${glob.startsWith('/') ? '^' : '(?:^|/)'}${body}$`
}

/** Also of a page that a crawl knows, when its start page has moved. */
export const other_site = 'It is on another site.'

export type Scope = (url: string) => string | null

/**
 * Why a crawl leaves an address out; null: it may be fetched. Of the start's origin; `url` in its one form. The start itself is never
 * asked about.
 */
export function createScope(start: string, options: CrawlOptions): Scope {
  const origin = new URL(start).origin
  const start_segments = segmentsOf(start)
  const [include, exclude] = [options.include_paths, options.exclude_paths].map((patterns) =>
    patterns.map(compile).filter((pattern) => pattern !== null),
  )
  return (url) => {
    const { origin: own, pathname } = new URL(url)
    if (own !== origin) return other_site
    const paths = [...new Set([pathname, decodePath(pathname)])]
    const matches = (patterns: RE2JS[]) => patterns.some((pattern) => paths.some((path) => pattern.test(path)))
    if (matches(exclude!)) return 'The option exclude_paths matches its path.'
    if (include!.length > 0 && !matches(include!)) return 'The option include_paths does not match its path.'
    const depth = segmentsOf(url) - start_segments
    return depth > options.max_depth ? `It is more than ${options.max_depth} path segments below the start.` : null
  }
}

function segmentsOf(url: string): number {
  return new URL(url).pathname.split('/').filter((segment) => segment !== '').length
}

/** Authors write paths as they read them. */
function decodePath(pathname: string): string {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return pathname
  }
}
