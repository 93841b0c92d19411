// The end of a crawl: pages that are gone are removed, its source and its report say how it ended, the next one is planned.
import type { Ports } from '../../base/ports.ts'
import { spread } from '../../base/retry.ts'
import { statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'
import { addOrganizationEvent } from '../../events/events.ts'
import { addWork } from '../../work/add.ts'
import type { Outcome } from '../../work/port.ts'
import { failSource, removeSources } from '../ingest/contents.ts'
import { type LockedSource, lockSourceRows } from '../ingest/rows.ts'
import type { Reason } from '../rules/tries.ts'
import { findStartEnd, forgetWaiting } from './address-rows.ts'
import {
  type CrawlRow,
  type Ending,
  countProgress,
  endTurn,
  finishCrawlRow,
  findCrawl,
  forgetOlderCrawls,
} from './crawl-rows.ts'
import { CrawlOver, type Crawling } from './crawling.ts'
import { listRemovablePages } from './page-rows.ts'
import { isTooManyGone } from './rules/removals.ts'

export const crawl_source_work = 'crawl_source'
export const refresh_source_work = 'refresh_source'

type EndPorts = Pick<Ports, 'newId' | 'random'>

/** How often in a row a page is missing before it is removed. */
const misses = 2
/** In one commit. */
const removed_at_once = 50

type Finishing = Pick<Crawling, 'core' | 'store' | 'port' | 'crawl'>

/** What is over and not cancelled: removes what is gone, then ends. Throws `CrawlOver`. */
export async function finishCrawl(ctx: Finishing, ending: Ending): Promise<Outcome> {
  const { core, store, crawl } = ctx
  if (ending.status === 'complete' && crawl.known_pages > 0) {
    const gone = await listRemovablePages(store, crawl.id, misses)
    await core.ports.reached?.('crawl.finishing')
    const is_fault = isTooManyGone(gone.length, crawl.known_pages)
    if (is_fault && (await endUnlessAccepted(ctx, gone.length))) return { next: 'done' }
    await removePages(ctx, gone)
  }
  return { next: 'done', write: (tx) => writeEnd(tx, core.ports, crawl, ending).then(() => passTurn(tx, crawl)) }
}

/** True: it has ended, with no page removed. One commit, under the lock of those who accept removals meanwhile. */
function endUnlessAccepted({ core, port, crawl }: Finishing, gone: number): Promise<boolean> {
  return port.commit(async (tx) => {
    await lockSourceRows(tx, [crawl.source_id])
    if ((await findCrawl(tx, crawl.id))?.accept_removals) return false
    const reason = tooManyGone(gone, crawl.known_pages)
    await writeEnd(tx, core.ports, crawl, { status: 'failed', reason, warning: null })
    await passTurn(tx, crawl)
    return true
  })
}

async function removePages({ core, port, crawl }: Finishing, gone: readonly string[]): Promise<void> {
  for (let first = 0; first < gone.length; first += removed_at_once) {
    port.signal.throwIfAborted()
    await port.commit(async (tx) => {
      await removeSources(tx, core.ports, gone.slice(first, first + removed_at_once))
      if (!(await countProgress(tx, crawl.id, {}))) throw new CrawlOver()
    })
  }
}

function tooManyGone(gone: number, known: number): Reason {
  return {
    code: 'too_many_gone',
    message: `${gone} of ${known} pages would be removed, so none was. Crawl again with accept_removals if they are gone for good.`,
  }
}

/** Lets the next crawl of the host begin. */
export async function passTurn(tx: TransactionStore, crawl: Pick<CrawlRow, 'id' | 'host'>): Promise<void> {
  const next = await endTurn(tx, crawl)
  if (next) addWork(tx, crawl_source_work, keyOf(next), { urgent: true })
}

export const keyOf = ({ id, organization_id }: Pick<CrawlRow, 'id' | 'organization_id'>) => ({
  // Its host may change; the key of its work may not.
  ...{ organization_id, owner: id, subject: id },
})

const endStatement = statement(
  'end_crawl_of_source',
  `update sources set upload_status = $3, updated_at = clock_timestamp() where organization_id = $1 and id = $2`,
)

const triesStatement = statement(
  'count_tries_of_crawled_source',
  `update sources s set tries = greatest(c.tries, (select max(a.tries) from crawl_addresses a where a.crawl_id = c.id and a.rank = 0)) + 1
   from crawls c where s.organization_id = $1 and s.id = $2 and c.id = $3`,
)

/** Its turn at the host is apart: a request may be under way. */
export async function writeEnd(
  tx: TransactionStore,
  ports: EndPorts,
  { id, source_id }: Pick<CrawlRow, 'id' | 'source_id'>,
  ending: Ending,
): Promise<void> {
  const [source] = await lockSourceRows(tx, [source_id])
  if (!source) return
  const crawl = await finishCrawlRow(tx, id, ending)
  if (!crawl) return
  forgetWaiting(tx, id)
  forgetOlderCrawls(tx, source_id)
  const is_empty = source.revision === 0
  if (is_empty) {
    await tx.query(triesStatement, [tx.organization_id, source_id, id])
    await failSource(tx, ports, source_id, await whyEmpty(tx, id, ending))
  }
  const upload_status = is_empty && ending.status !== 'complete' ? 'FAILED' : 'COMPLETE'
  await tx.query(endStatement, [tx.organization_id, source_id, upload_status])
  await planRefresh(tx, ports, source_id)
  report(tx, ports, source, crawl, ending)
}

const cancelled: Reason = { code: 'cancelled', message: 'The crawl was cancelled.' }

/** Why the source itself has no content, although its pages may have. */
async function whyEmpty(tx: TransactionStore, crawl_id: string, { status, reason }: Ending): Promise<Reason> {
  if (reason) return reason
  if (status === 'cancelled') return cancelled
  const start = await findStartEnd(tx, crawl_id)
  return {
    code: start?.reason_code ?? 'no_text',
    message: start?.reason ?? 'The crawl ended before the page was read. Crawl again.',
  }
}

function report(
  tx: TransactionStore,
  { newId }: EndPorts,
  source: LockedSource,
  crawl: CrawlRow,
  ending: Ending,
): void {
  const { organization_id } = tx
  const data = { source_id: source.id, name: source.name, crawl_id: crawl.id, counts: crawl.counts }
  const common = { id: newId(), organization_id, subject: source.id }
  const reason = ending.status === 'cancelled' ? cancelled : ending.reason
  if (reason) addOrganizationEvent(tx, { ...common, type: 'source.crawl_failed', data: { ...data, reason } })
  else addOrganizationEvent(tx, { ...common, type: 'source.crawled', data })
}

/** Of the interval, in both directions: sources that were created together are not fetched together for ever. */
const interval_jitter = 0.1
const hour_ms = 3_600_000

const planStatement = statement(
  'plan_refresh',
  `update sources set next_refresh_at = clock_timestamp() + refresh_interval_hours * $3::float8 * interval '1 millisecond'
   where organization_id = $1 and id = $2 returning next_refresh_at`,
)

/** When the interval of a source changes, and after each crawl. The source is locked. */
export async function planRefresh(
  tx: TransactionStore,
  { random }: Pick<Ports, 'random'>,
  source_id: string,
): Promise<void> {
  const { organization_id } = tx
  const one_hour_ms = spread(hour_ms, interval_jitter, random())
  const values = [organization_id, source_id, one_hour_ms]
  const [row] = await tx.query<{ next_refresh_at: string | null }>(planStatement, values)
  if (!row || row.next_refresh_at === null) return
  const key = { organization_id, owner: organization_id, subject: source_id }
  addWork(tx, refresh_source_work, key, { at: row.next_refresh_at })
}
