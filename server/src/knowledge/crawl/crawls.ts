// Starts crawls and tells of them.
import type { Crawl, UrlCrawlOptions } from '@parley/contract'
import type { FieldFault } from '../../base/faults.ts'
import type { Ports } from '../../base/ports.ts'
import type { Store, TransactionStore } from '../../database/store.ts'

export async function startCrawl(
  _tx: TransactionStore,
  _ports: Ports,
  _crawl: { source_id: string; accept_removals?: boolean },
): Promise<string | null> {
  return null
}

export async function planRefresh(_tx: TransactionStore, _ports: Ports, _source_id: string): Promise<void> {}

export async function latestCrawls(_store: Store, _source_ids: readonly string[]): Promise<Map<string, Crawl>> {
  return new Map()
}

export function checkCrawlOptions(_options: UrlCrawlOptions): FieldFault[] {
  return []
}
