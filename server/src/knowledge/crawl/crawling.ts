// What a run of a crawl carries along, and the commits of its visits.
import type { PageOutcome } from '@parley/contract'
import type { Core } from '../../calls/core.ts'
import type { RootStore, TransactionStore } from '../../database/store.ts'
import type { WorkPort } from '../../work/port.ts'
import { type AddressRow, type NewAddress, addAddresses, endAddress, ranks } from './address-rows.ts'
import { type CrawlRow, type Ending, type Progress, countProgress, warnOf } from './crawl-rows.ts'
import type { PageReader } from './reader.ts'
import { type Scope, createScope } from './rules/options.ts'
import { type Robots, readRobots } from './rules/robots.ts'
import type { CrawlLimits } from './settings.ts'
import { isSameOrigin, normalizeUrl } from '../rules/url.ts'

export interface Crawling {
  core: Core
  reader: PageReader
  store: RootStore
  port: WorkPort
  limits: CrawlLimits
  /** As it was when this visit began. */
  crawl: CrawlRow
  robots: Robots
  scope: Scope
}

/** The crawl was cancelled, or its source deleted. */
export class CrawlOver extends Error {}

export function robotsUrlOf(start_url: string): string {
  return new URL('/robots.txt', start_url).href
}

export function describeSite(crawl: CrawlRow): Pick<Crawling, 'robots' | 'scope'> {
  const { start_url, options, robots } = crawl
  return { robots: readRobots(robotsUrlOf(start_url), robots ?? ''), scope: createScope(start_url, options) }
}

/** Addresses of one crawl that are only reported: left out by its options. */
const max_excluded = 2000
/** Different queries of one path: more are a calendar, or a trap. */
const max_queries = 50

/** In the commit of the visit that found them. Those without a place are named in a warning. */
export async function addFound(
  tx: TransactionStore,
  { crawl, limits }: Pick<Crawling, 'crawl' | 'limits'>,
  found: readonly NewAddress[],
): Promise<void> {
  const bounds = { addresses: limits.addresses, excluded: max_excluded, queries: max_queries }
  const left_out = await addAddresses(tx, crawl.id, found, bounds)
  if (left_out > 0) warnOf(tx, crawl.id, too_many_addresses(limits.addresses))
}

const too_many_addresses = (most: number) =>
  `Some addresses were not followed: a crawl takes up ${most} addresses, and ${max_queries} different queries of one path.`

/** Links of this site that the crawl may follow, or reports as left out. Others are no part of it. */
export function addressesOfLinks(
  { crawl, scope }: Pick<Crawling, 'crawl' | 'scope'>,
  links: readonly string[],
  row: AddressRow,
): NewAddress[] {
  const { is_one_page, max_discovery_depth } = crawl.options
  const hops = row.hops + 1
  if (is_one_page || hops > max_discovery_depth) return []
  return links.map((url) => ({
    ...common,
    url,
    kind: 'page',
    rank: ranks.found,
    via: 'link',
    hops,
    excluded: scope(url),
  }))
}

const common = { redirects: 0, source_id: null } as const

export function newAddress(url: string, more: Partial<NewAddress> & Pick<NewAddress, 'via'>): NewAddress {
  return { ...common, url, kind: 'page', rank: ranks.found, hops: 0, excluded: null, ...more }
}

/** Of the start's origin, each once, in their one form. */
export function ownLinks(start_url: string, links: readonly string[]): string[] {
  const forms = links.map((link) => normalizeUrl(link)).filter((link) => link !== null)
  return [...new Set(forms.filter((link) => isSameOrigin(start_url, link)))]
}

export interface VisitEnd {
  outcome: PageOutcome
  reason?: Parameters<typeof endAddress>[3]['reason']
  source_id?: string
  progress: Progress
  found?: readonly NewAddress[]
  /** What else is committed with it; first, for it locks sources. */
  before?(tx: TransactionStore): Promise<void>
  after?(tx: TransactionStore): Promise<void>
}

/** What became of an address, with everything that follows, in one commit. Throws `CrawlOver`. */
export async function endVisit(ctx: Crawling, row: AddressRow, end: VisitEnd): Promise<void> {
  const { crawl, port } = ctx
  const { outcome, reason, source_id } = end
  await port.commit(async (tx) => {
    await end.before?.(tx)
    if (
      !(await endAddress(tx, crawl.id, row.position, { outcome, reason: reason ?? null, source_id: source_id ?? null }))
    )
      return
    const counts = { [outcome]: 1, waiting: -1 }
    if (!(await countProgress(tx, crawl.id, { ...end.progress, counts }))) throw new CrawlOver()
    await addFound(tx, ctx, end.found ?? [])
    await end.after?.(tx)
  })
  await ctx.core.ports.reached?.('crawl.visited')
}

export const isStart = ({ rank }: AddressRow) => rank === ranks.start

export type { Ending }
