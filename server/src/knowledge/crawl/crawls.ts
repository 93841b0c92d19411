// Starts and cancels crawls, and passes changes of a crawled source on to its pages.
import type { UrlCrawlOptions } from '@parley/contract'
import type { Ports } from '../../base/ports.ts'
import { statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'
import { addWork } from '../../work/add.ts'
import { wishBuildsOfSource } from '../ingest/requests.ts'
import { listPages, lockSourceRows } from '../ingest/rows.ts'
import { hostOf, normalizeUrl } from '../rules/url.ts'
import { addAddresses, ranks } from './address-rows.ts'
import { acceptRemovals, findRunningCrawl, insertCrawl } from './crawl-rows.ts'
import { newAddress } from './frontier.ts'
import { crawl_source_work, keyOf, writeEnd } from './finish.ts'
import { resolveOptions } from './rules/options.ts'

export { planRefresh } from './finish.ts'

const beginStatement = statement(
  'begin_crawl_of_source',
  `update sources set upload_status = 'IN_PROGRESS', next_refresh_at = null, updated_at = clock_timestamp(),
     status = case when revision = 0 then 'pending' else status end, tries = case when revision = 0 then 0 else tries end,
     reason_code = case when revision > 0 then reason_code end, reason = case when revision > 0 then reason end
   where organization_id = $1 and id = $2 and type = 'URL' returning name, url_crawl_options`,
)

/**
 * In the commit that asks for it: crawls a URL source again, or joins the crawl that runs. Answers its id; null: the source is gone, or
 * no URL. Locks the source.
 */
export async function startCrawl(
  tx: TransactionStore,
  { newId }: Pick<Ports, 'newId'>,
  { source_id, accept_removals = false }: { source_id: string; accept_removals?: boolean },
): Promise<string | null> {
  const { organization_id } = tx
  const [source] = await lockSourceRows(tx, [source_id])
  if (!source) return null
  const running = await findRunningCrawl(tx, source_id)
  if (running) {
    if (accept_removals) acceptRemovals(tx, running.id)
    return running.id
  }
  const begun = await tx.query<{ name: string; url_crawl_options: UrlCrawlOptions | null }>(beginStatement, [
    organization_id,
    source_id,
  ])
  const url = normalizeUrl(begun[0]?.name ?? '')
  if (url === null) return null
  // What failed without a content waits for one again.
  if (source.status === 'failed' && source.revision === 0) await wishBuildsOfSource(tx, source_id)
  const crawl = { id: newId(), source_id, accept_removals, start_url: url, host: hostOf(url) }
  await insertCrawl(tx, { ...crawl, options: resolveOptions(begun[0]!.url_crawl_options) })
  const start = newAddress(url, { via: 'start', rank: ranks.start, source_id })
  await addAddresses(tx, crawl.id, [start], { addresses: 1, excluded: 0, queries: 1 })
  addWork(tx, crawl_source_work, keyOf({ ...crawl, organization_id }), { urgent: true })
  return crawl.id
}

/** Ends the running crawl; what it has stored stays. Nothing happens without one. Locks the source. */
export async function cancelCrawl(
  tx: TransactionStore,
  ports: Pick<Ports, 'newId' | 'random'>,
  source_id: string,
): Promise<void> {
  const { organization_id } = tx
  if ((await lockSourceRows(tx, [source_id])).length === 0) return
  const running = await findRunningCrawl(tx, source_id)
  if (!running) return
  await writeEnd(tx, ports, { id: running.id, source_id }, { status: 'cancelled', reason: null, warning: null })
  // The node that carries it out has to give its turn at the host away.
  addWork(tx, crawl_source_work, keyOf({ ...running, organization_id }), { urgent: true })
}

const passOnStatement = statement(
  'pass_on_to_pages',
  `update sources page set metadata = parent.metadata, chunking = case when $3 then parent.chunking else page.chunking end,
     updated_at = clock_timestamp()
   from sources parent where parent.organization_id = $1 and parent.id = $2 and page.parent_source_id = parent.id`,
)

/** After a change of a crawled source, which is locked: its pages have its metadata and, if that was changed, its strategy. Locks them, and answers their ids. */
export async function passOnToPages(tx: TransactionStore, source_id: string, is_rechunked: boolean): Promise<string[]> {
  const ids = (await listPages(tx, [source_id])).map(({ id }) => id)
  if (ids.length === 0) return []
  await lockSourceRows(tx, ids)
  await tx.query(passOnStatement, [tx.organization_id, source_id, is_rechunked])
  return ids
}
