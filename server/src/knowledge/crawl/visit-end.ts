// The end of a visit: what became of an address, with everything that follows, in one commit.
import type { PageOutcome } from '@parley/contract'
import type { TransactionStore } from '../../database/store.ts'
import { countPage } from '../../usage/usage.ts'
import { type AddressEnd, type AddressRow, type NewAddress, endAddress, ranks } from './address-rows.ts'
import { type Progress, countProgress } from './crawl-rows.ts'
import { CrawlOver, type Crawling } from './crawling.ts'
import { addFound, addSeeds, findSeeds } from './frontier.ts'

export interface VisitEnd {
  outcome: PageOutcome
  reason?: AddressEnd['reason']
  source_id?: string
  progress: Progress
  found?: readonly NewAddress[]
  /** The start page is elsewhere: what is found there comes later. */
  is_moving?: true
  /** What else is committed with it; first, for it locks sources. */
  before?(tx: TransactionStore): Promise<void>
  after?(tx: TransactionStore): Promise<void>
}

export const isStart = ({ rank }: AddressRow) => rank === ranks.start

/** What the site did not give. */
const not_pages: ReadonlySet<PageOutcome> = new Set(['failed', 'gone'])

/** Throws `CrawlOver`: then nothing of the visit is kept. */
export async function endVisit(ctx: Crawling, row: AddressRow, end: VisitEnd): Promise<void> {
  const { crawl, port, core } = ctx
  const { outcome, reason, source_id, progress } = end
  const seeds = isStart(row) && !end.is_moving ? await findSeeds(ctx) : null
  await port.commit(async (tx) => {
    await end.before?.(tx)
    const ended = { outcome, reason: reason ?? null, source_id: source_id ?? null }
    const is_open = await endAddress(tx, crawl.id, row.position, ended)
    const counts = { [outcome]: 1, waiting: -1 }
    if (!is_open || !(await countProgress(tx, crawl.id, { ...progress, counts }))) throw new CrawlOver()
    if ((progress.requests ?? 0) > 0 && !not_pages.has(outcome)) await countPage(tx, crawl.organization_id)
    if (seeds) await addSeeds(tx, ctx, seeds)
    await addFound(tx, ctx, end.found ?? [])
    await end.after?.(tx)
  })
  await core.ports.reached?.('crawl.visited')
}
