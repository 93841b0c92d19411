// Crawls as they are answered.
import type { Crawl } from '@parley/contract'
import type { Store } from '../../database/store.ts'
import { type CrawlRow, listLatestCrawls } from './crawl-rows.ts'

export function presentCrawl({
  id,
  status,
  started_at,
  finished_at,
  counts,
  warning,
  reason_code,
  reason,
}: CrawlRow): Crawl {
  return {
    ...{ id, status, started_at, finished_at, counts, warning },
    reason: reason_code && { code: reason_code, message: reason ?? '' },
  }
}

/** By the id of the source: those that have been crawled. */
export async function latestCrawls(store: Store, source_ids: readonly string[]): Promise<Map<string, Crawl>> {
  if (source_ids.length === 0) return new Map()
  const rows = await listLatestCrawls(store, source_ids)
  return new Map(rows.map((row) => [row.source_id, presentCrawl(row)]))
}
