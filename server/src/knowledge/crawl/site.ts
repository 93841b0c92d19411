// What a crawl reads of a site beside its pages: robots.txt, before anything else, and sitemaps.
import type { TransactionStore } from '../../database/store.ts'
import type { Outcome } from '../../work/port.ts'
import { type Failure, judgeFailure } from '../rules/tries.ts'
import { type AddressRow, type NewAddress, countSitemaps, endAddress, ranks, retryAddress } from './address-rows.ts'
import { type Ending, countProgress, countTry, storeRobots, warnOf } from './crawl-rows.ts'
import { CrawlOver, type Crawling, robotsUrlOf } from './crawling.ts'
import { type FetchFailure, fetchAddress, unpackFile } from './fetch.ts'
import { passTurn } from './finish.ts'
import { addFound, judgeAddresses, max_sitemaps, newAddress, sitemapsAt } from './frontier.ts'
import { isSameOrigin } from '../rules/url.ts'

type Site = Omit<Crawling, 'robots'>

/** Null: it is read, or the site has none. */
export async function readRobotsFile(site: Site): Promise<Ending | Outcome | null> {
  const { core, outbound, crawl, limits, port } = site
  const fetched = await fetchAddress(
    outbound,
    {
      ...{ owner: crawl.organization_id, url: robotsUrlOf(crawl.start_url), max_bytes: limits.robots_bytes },
      ...{ timeout_ms: limits.request_seconds * 1000, is_lenient: true, signal: port.signal },
    },
    core.ports.clock.now(),
  )
  const text = textOf(fetched, limits.robots_bytes)
  if (text === null) return endRobots(site, fetched as FetchFailure)
  await port.commit(async (tx) => {
    await storeRobots(tx, crawl.id, text)
    await countProgress(tx, crawl.id, { bytes: fetched.bytes })
  })
  return null
}

/** Empty: everything is allowed. Null: it cannot be known. */
function textOf(fetched: Awaited<ReturnType<typeof fetchAddress>>, max_bytes: number): string | null {
  if (fetched.type === 'page') return fetched.body.subarray(0, max_bytes).toString('utf8').replaceAll('\0', '')
  if (fetched.type !== 'failed') return ''
  const { status, code, kind } = fetched
  // RFC 9309: a site without the file has no rules. One that is asked too often has not said so.
  if (status !== null) return status < 500 && status !== 429 ? '' : null
  return code === 'too_large' || kind === 'too_many_redirects' || (kind === null && code === 'fetch_failed') ? '' : null
}

/** What is needed before any page: tried as all work is, while others take their turn at the host. */
function endRobots({ crawl, core }: Site, failed: FetchFailure): Ending | Outcome {
  const { status, kind, retry_after_ms } = failed
  const is_unavailable = status !== null || kind === 'timeout'
  const failure: Failure = is_unavailable
    ? {
        ...{ code: 'robots_unavailable', final: false, retry_after_ms },
        message: `The site’s robots.txt could not be read: ${failed.message}`,
      }
    : { code: failed.code, message: failed.message, final: !failed.may_pass || crawl.tries >= page_tries - 1 }
  const after = judgeFailure(failure, crawl.tries + 1, core.ports.random())
  if ('fail' in after) return { status: 'failed', reason: after.fail, warning: null }
  return {
    next: { again_in_ms: after.retry_in_ms },
    async write(tx) {
      await countTry(tx, crawl.id)
      await passTurn(tx, crawl)
    },
  }
}

const page_tries = 3

/** Before the second and the third try. */
const retry_delays_ms = [5000, 30_000]

/** One that cannot be read is left out, with a warning. */
export async function visitSitemap(ctx: Crawling, row: AddressRow): Promise<void> {
  const { core, outbound, crawl, limits, port, reader } = ctx
  const fetched = await fetchAddress(
    outbound,
    {
      ...{ owner: crawl.organization_id, url: row.url, max_bytes: limits.sitemap_bytes, signal: port.signal },
      timeout_ms: limits.request_seconds * 1000,
    },
    core.ports.clock.now(),
  )
  const { bytes } = fetched
  if (fetched.type === 'redirect') {
    const { to } = fetched
    const follows = isSameOrigin(crawl.start_url, to) && row.redirects < 5
    const target = newAddress(to, { via: 'sitemap', kind: 'sitemap', rank: ranks.sitemap, hops: row.hops })
    return endSitemap(ctx, row, bytes, follows ? [{ ...target, redirects: row.redirects + 1 }] : [])
  }
  if (fetched.type === 'failed') return failSitemap(ctx, row, fetched, bytes)
  const body = fetched.type === 'page' ? await unpackFile(fetched.body, limits.sitemap_bytes) : Buffer.alloc(0)
  if (!Buffer.isBuffer(body)) return failSitemap(ctx, row, body, bytes)
  const sitemap = await reader.readSitemap({ url: row.url, body, most: limits.addresses }, port.signal)
  const named = (sitemap?.pages ?? []).map((url) => newAddress(url, { via: 'sitemap' }))
  const pages = await judgeAddresses(ctx, named)
  const left = max_sitemaps - (await countSitemaps(ctx.store, crawl.id))
  const more = row.hops < max_nesting ? (sitemap?.sitemaps ?? []).slice(0, Math.max(0, left)) : []
  await endSitemap(ctx, row, bytes, [...sitemapsAt(more, row.hops + 1), ...pages])
}

/** Indexes of indexes are not meant to be; some are. */
const max_nesting = 3

function endSitemap(
  ctx: Crawling,
  row: AddressRow,
  bytes: number,
  found: NewAddress[],
  warning?: string,
): Promise<void> {
  const { crawl, port } = ctx
  return port.commit(async (tx: TransactionStore) => {
    if (!(await endAddress(tx, crawl.id, row.position, { outcome: 'read' }))) return
    if (!(await countProgress(tx, crawl.id, { requests: 1, bytes }))) throw new CrawlOver()
    await addFound(tx, ctx, found)
    if (warning !== undefined) warnOf(tx, crawl.id, warning)
  })
}

async function failSitemap(ctx: Crawling, row: AddressRow, failure: FetchFailure, bytes: number): Promise<void> {
  const { crawl, port } = ctx
  const { may_pass, message, status, retry_after_ms } = failure
  const delay_ms = retry_delays_ms[row.tries]
  if (may_pass && delay_ms !== undefined) {
    return port.commit(async (tx) => {
      if (!(await countProgress(tx, crawl.id, { requests: 1, bytes }))) throw new CrawlOver()
      await retryAddress(tx, crawl.id, row.position, Math.max(delay_ms, retry_after_ms ?? 0))
    })
  }
  // Most sites have none where it is looked for.
  const is_missing = status !== null && status < 500
  const warning = is_missing ? undefined : `The sitemap ${row.url} could not be read: ${message}`
  return endSitemap(ctx, row, bytes, [], warning)
}
