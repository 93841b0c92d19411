// Reads what a crawl has fetched, in a process of its own: a page, or a sitemap, ten megabytes of which take seconds and hundreds of megabytes.
// It judges addresses by the patterns of an author too, which can take as much.
import type { Options } from '../../ingest/converters/converter.ts'
import type { Outcome } from '../../ingest/convert.ts'
import type { Scope, ScopeRules } from '../rules/scope.ts'
import type { Sitemap } from '../rules/sitemap.ts'

/** `scope`: the bytes are addresses, one a line. */
export type ReadTask = { page: Options } | { sitemap: { url: string; most: number } } | { scope: ScopeRules }

/** Each part is loaded when it is needed. */
export async function run(bytes: Buffer, task: ReadTask): Promise<Outcome | Sitemap | (string | null)[] | null> {
  if ('page' in task) {
    const converter = await import('../../ingest/converters/run.ts')
    return converter.run(bytes, task.page)
  }
  if ('scope' in task) return judge(task.scope, bytes.toString('utf8').split('\n'))
  const { readSitemap } = await import('../rules/sitemap.ts')
  return readSitemap(task.sitemap.url, bytes.toString('utf8'), task.sitemap.most)
}

/** Of the crawl that this process serves: patterns are compiled once. */
let last: { key: string; scope: Scope } | null = null

async function judge(rules: ScopeRules, urls: string[]): Promise<(string | null)[]> {
  const { createScope, judgeInTime } = await import('../rules/scope.ts')
  const key = JSON.stringify(rules)
  if (last?.key !== key) last = { key, scope: createScope(rules) }
  return judgeInTime(last.scope, urls, () => performance.now())
}
