// The frontier of a crawl: which addresses it takes up, from links, sitemaps and the crawl before.
import type { TransactionStore } from '../../database/store.ts'
import { isSameOrigin, normalizeUrl } from '../rules/url.ts'
import { type AddressRow, type NewAddress, addAddresses, ranks } from './address-rows.ts'
import { markSeeded, warnOf } from './crawl-rows.ts'
import type { Crawling } from './crawling.ts'
import { listKnownPages, missPages } from './page-rows.ts'
import { other_site } from './rules/scope.ts'

/** Addresses of one crawl that are only reported: left out by its options. */
const max_excluded = 2000
/** Different queries of one path: more are a calendar, or a trap. */
const max_queries = 50
export const max_sitemaps = 50

/** In the commit of the step that found them. Those without a place are named in a warning. */
export async function addFound(
  tx: TransactionStore,
  { crawl, limits }: Pick<Crawling, 'crawl' | 'limits'>,
  found: readonly NewAddress[],
): Promise<void> {
  const bounds = { addresses: limits.addresses, excluded: max_excluded, queries: max_queries }
  const left_out = await addAddresses(tx, crawl.id, found, bounds)
  if (left_out > 0) warnOf(tx, crawl.id, tooMany(limits.addresses))
}

const tooMany = (most: number) =>
  `Some addresses were not followed: a crawl takes up ${most} addresses, and ${max_queries} different queries of one path.`

const common = { redirects: 0, source_id: null } as const

export function newAddress(url: string, more: Partial<NewAddress> & Pick<NewAddress, 'via'>): NewAddress {
  return { ...common, url, kind: 'page', rank: ranks.found, hops: 0, excluded: null, ...more }
}

/** Of the start's origin, each once, in their one form. */
export function ownLinks(start_url: string, links: readonly string[]): string[] {
  const forms = links.map((link) => normalizeUrl(link)).filter((link) => link !== null)
  return [...new Set(forms.filter((link) => isSameOrigin(start_url, link)))]
}

/** Judged at once; others get their turn in between. */
const judged_at_once = 500
const too_slow = 'Some addresses were not followed: the patterns of the options take too much time or memory.'

/** With why the options leave it out. What patterns took too long for is dropped, with a warning. */
export async function judgeAddresses(
  { crawl, reader, port }: Judging,
  addresses: readonly NewAddress[],
): Promise<NewAddress[]> {
  const judged: NewAddress[] = []
  for (let first = 0; first < addresses.length; first += judged_at_once) {
    const asked = addresses.slice(first, first + judged_at_once)
    const urls = asked.map(({ url }) => url)
    const reasons = await reader.judge(crawl, urls, port.signal)
    judged.push(...reasons.map((excluded, n) => ({ ...asked[n]!, excluded })))
    if (reasons.length < asked.length) {
      await port.commit(async (tx) => warnOf(tx, crawl.id, too_slow))
      break
    }
    await new Promise<void>((resolve) => setImmediate(resolve))
    port.signal.throwIfAborted()
  }
  return judged
}

export type Judging = Pick<Crawling, 'crawl' | 'reader' | 'port'>

/** Why the options leave out one address; null: they do not. */
export async function judgeAddress({ crawl, reader, port }: Judging, url: string): Promise<string | null> {
  const [reason = 'The patterns of the options take too long for its path.'] = await reader.judge(
    crawl,
    [url],
    port.signal,
  )
  return reason
}

/** Links of this site that the crawl may follow, or reports as left out. */
export async function addressesOfLinks(ctx: Judging, links: readonly string[], row: AddressRow): Promise<NewAddress[]> {
  const { is_one_page, max_discovery_depth } = ctx.crawl.options
  const hops = row.hops + 1
  if (is_one_page || hops > max_discovery_depth) return []
  return judgeAddresses(
    ctx,
    links.map((url) => newAddress(url, { via: 'link', hops })),
  )
}

export function sitemapsAt(urls: readonly string[], hops: number): NewAddress[] {
  return urls
    .slice(0, max_sitemaps)
    .map((url) => newAddress(url, { via: 'sitemap', kind: 'sitemap', rank: ranks.sitemap, hops }))
}

export interface Seeds {
  known_pages: number
  addresses: NewAddress[]
}

/** The pages of the crawl before, and the sitemaps. */
export async function findSeeds(ctx: Crawling): Promise<Seeds> {
  const { crawl, robots, limits, store } = ctx
  const { is_one_page, use_sitemap } = crawl.options
  const known = is_one_page ? [] : await listKnownPages(store, crawl.source_id, limits.addresses)
  const pages = known.map(({ url, hops, source_id }) =>
    newAddress(url, { via: 'known', rank: ranks.known, hops, source_id }),
  )
  const named = robots.sitemaps.map((text) => normalizeUrl(text, crawl.start_url)).filter((url) => url !== null)
  const own = named.length > 0 ? named : [new URL('/sitemap.xml', crawl.start_url).href]
  const sitemaps = is_one_page || !use_sitemap ? [] : own.filter((url) => isSameOrigin(crawl.start_url, url))
  const addresses = [...(await judgeAddresses(ctx, pages)), ...sitemapsAt(sitemaps, 0)]
  return { known_pages: known.length, addresses }
}

/** In the commit that ends the start page, before its links, which may name them. */
export async function addSeeds(tx: TransactionStore, ctx: Crawling, seeds: Seeds): Promise<void> {
  await addFound(tx, ctx, seeds.addresses)
  const left_behind = seeds.addresses.filter(({ excluded }) => excluded === other_site)
  const ids = left_behind.map(({ source_id }) => source_id).filter((id) => id !== null)
  if (ids.length > 0) await missPages(tx, ids)
  await markSeeded(tx, ctx.crawl.id, seeds.known_pages)
}
