// Which addresses the options of a crawl leave out, and why. Pure; patterns of authors run in a process of their own, which loads this.
import { RE2JS } from 're2js'

/** As RE2 writes it. */
export const translatePattern = (pattern: string): string => RE2JS.translateRegExp(pattern)

/** Null: it is too large even as a glob. */
export function compilePattern(pattern: string): RE2JS | null {
  for (const text of [translatePattern(pattern), globAsPattern(pattern)]) {
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

export interface ScopeRules {
  start_url: string
  options: { include_paths: readonly string[]; exclude_paths: readonly string[]; max_depth: number }
}

export type Scope = (url: string) => string | null

/**
 * Why a crawl leaves an address out; null: it may be fetched. Of the start's origin; `url` in its one form. The start itself is never
 * asked about.
 */
export function createScope({ start_url, options }: ScopeRules): Scope {
  const origin = new URL(start_url).origin
  const start_segments = segmentsOf(start_url)
  const [include, exclude] = [options.include_paths, options.exclude_paths].map((patterns) =>
    patterns.map(compilePattern).filter((pattern) => pattern !== null),
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

/** For one call. Usual patterns take some microseconds for an address. */
const longest_ms = 2000

/** The reasons in order; fewer where time runs out. */
export function judgeInTime(scope: Scope, urls: readonly string[], now: () => number): (string | null)[] {
  const until = now() + longest_ms
  const reasons: (string | null)[] = []
  for (const url of urls) {
    if (now() > until) break
    reasons.push(scope(url))
  }
  return reasons
}
