// What a crawl may fetch, as its source says: how many pages, how deep, which paths. Pure.
import { type UrlCrawlOptions, knowledgeDefaults } from '@parley/contract'
import type { FieldFault } from '../../../base/faults.ts'
import { estimateCost } from './pattern-cost.ts'
import { compilePattern, translatePattern } from './scope.ts'

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
/** To compile them, for all patterns: some milliseconds. */
const max_cost = 20_000

export function optionFaults(options: UrlCrawlOptions | null | undefined): FieldFault[] {
  let size = 0
  let cost = 0
  return (['include_paths', 'exclude_paths'] as const).flatMap((field) =>
    (options?.[field] ?? []).flatMap((pattern, n): FieldFault[] => {
      // After the first that is too large nothing more is compiled.
      if (size > max_patterns_size || cost > max_cost) return []
      cost += estimateCost(translatePattern(pattern))
      const compiled = cost > max_cost ? null : compilePattern(pattern)
      size += compiled?.programSize() ?? 0
      const is_too_large = size > max_patterns_size || cost > max_cost
      if (compiled !== null && !is_too_large) return []
      const message = is_too_large
        ? `exceeds the compiled size of ${max_patterns_size} for all patterns; shorten repetitions such as {1,500}`
        : 'is neither a regular expression that RE2 knows nor a glob'
      return [{ path: `${field}.${n}`, message }]
    }),
  )
}
