// Crawls a URL source: one address after another, each in a commit of its own. A node that dies repeats one request.
import { type Gate, createGate } from '../../base/gate.ts'
import { sleep } from '../../base/retry.ts'
import type { Core } from '../../calls/core.ts'
import { openReservedStore } from '../../database/store.ts'
import type { OutboundClient } from '../../outbound/client.ts'
import type { Outcome, WorkItem, WorkKind, WorkPort } from '../../work/port.ts'
import { exhausted, stuck } from '../rules/tries.ts'
import { type AddressRow, findNextAddress, ranks } from './address-rows.ts'
import { type CrawlRow, type Ending, findCrawl, takeTurn } from './crawl-rows.ts'
import { CrawlOver, type Crawling, type ReadRules, createRulesReader } from './crawling.ts'
import { crawl_source_work, finishCrawl, passTurn, writeEnd } from './finish.ts'
import type { OpenReader } from './reader.ts'
import { type CrawlLimits, crawlSettings } from './settings.ts'
import { readRobotsFile, visitSitemap } from './site.ts'
import { visitPage } from './visit.ts'

/** Its own tries end first; these are for when even their count cannot be stored. */
const spare_delays_ms = [5000, 30_000, ...Array.from({ length: 22 }, () => 60_000)]
const lease_ms = 30_000
/** Who waits for a host is called when its turn comes; this is in case the call is lost. */
const wait_for_turn_ms = 30_000
/** A longer wait leaves the host and the place to others. */
const longest_wait_ms = 1000
/** Without a single page for so long, it fails. */
const deadline_ms = 24 * 3_600_000

export interface CrawlServices {
  core: Core
  /** For crawls alone. */
  outbound: OutboundClient
  openReader: OpenReader
}

export function crawlWork({ core, outbound, openReader }: CrawlServices): WorkKind {
  const limits = core.config.of(crawlSettings)
  const gate = createGate(limits.crawls)
  return {
    name: crawl_source_work,
    lease_ms,
    delays_ms: spare_delays_ms,
    // One more than there are places, so that one organization has no more than half of what runs while another waits.
    share: { node: limits.crawls + 1, organization: limits.crawls, owner: 1 },
    run: (item, port) => runCrawl({ core, outbound, openReader, limits, gate }, item, port),
    async giveUp(tx, { subject }) {
      const crawl = await findCrawl(tx, subject)
      if (!crawl) return
      await writeEnd(tx, core.ports, crawl, { status: 'failed', reason: exhausted, warning: null })
      await passTurn(tx, crawl)
    },
  }
}

interface Running extends CrawlServices {
  limits: CrawlLimits
  gate: Gate
}

async function runCrawl(
  { core, outbound, openReader, limits, gate }: Running,
  item: WorkItem,
  port: WorkPort,
): Promise<Outcome> {
  const store = openReservedStore(core.database, item.organization_id!)
  return gate(async () => {
    await using reader = openReader()
    const common = { core, outbound, reader, limits, store, port, readRules: createRulesReader() }
    // Each step ends an address, a wait or the crawl, and a crawl has a bound of addresses and of time.
    for (;;) {
      port.signal.throwIfAborted()
      const crawl = await findCrawl(store, item.subject)
      if (!crawl) return { next: 'done' }
      if (crawl.status !== 'running') return { next: 'done', write: (tx) => passTurn(tx, crawl) }
      const outcome = await step({ ...common, crawl })
        .then((ended) => (ended === null || 'next' in ended ? ended : finishCrawl({ ...common, crawl }, ended)))
        .catch((error: unknown) => {
          if (error instanceof CrawlOver) return null
          throw error
        })
      if (outcome !== null) return outcome
    }
  })
}

type Step = Omit<Crawling, 'robots'> & { readRules: ReadRules }

/** Null: there is more to do. */
async function step(common: Step): Promise<Ending | Outcome | null> {
  const { crawl, port, store } = common
  const bound = findBound(common)
  if (bound) return bound
  if (!crawl.has_turn && !(await port.commit((tx) => takeTurn(tx, crawl)))) {
    return { next: { again_in_ms: wait_for_turn_ms } }
  }
  if (crawl.robots === null) return readRobotsFile(common)
  const ctx: Crawling = { ...common, robots: common.readRules(crawl) }
  // At its limit it ends without what it found, but not without what is known and waits for another try.
  const is_full = crawl.held_pages >= crawl.options.limit
  const next = await findNextAddress(store, crawl.id, is_full ? ranks.known : ranks.found)
  if (next && 'wait_ms' in next) return waitFor(ctx, next.wait_ms)
  return next ? visit(ctx, next) : complete(null)
}

const complete = (warning: string | null): Ending => ({ status: 'complete', reason: null, warning })

/** Ends a crawl that is at one of its bounds. */
function findBound({ crawl, limits, core }: Omit<Crawling, 'robots'>): Ending | null {
  const { clock } = core.ports
  const age_ms = (since: string | null) => (since === null ? 0 : clock.now() - Date.parse(since))
  if (crawl.begun_at === null || crawl.robots === null) {
    return age_ms(crawl.started_at) > deadline_ms ? { status: 'failed', reason: stuck, warning: null } : null
  }
  if (crawl.bytes >= limits.bytes) return complete(`The crawl ended at its limit of ${limits.bytes} bytes.`)
  if (age_ms(crawl.begun_at) >= limits.seconds * 1000) {
    return complete(`The crawl ended at its limit of ${limits.seconds} seconds.`)
  }
  const most = maxRequests(crawl)
  return crawl.requests >= most
    ? complete(`The crawl ended after ${most} requests, most of them for nothing new.`)
    : null
}

/** A site whose pages all lead nowhere is not fetched for half an hour. */
function maxRequests({ options: { limit }, known_pages }: CrawlRow): number {
  return 10 * Math.max(limit, known_pages) + 100
}

async function waitFor({ core, crawl, port }: Crawling, wait_ms: number): Promise<Outcome | null> {
  if (wait_ms > longest_wait_ms) {
    return { next: { again_in_ms: wait_ms }, write: (tx) => passTurn(tx, crawl) }
  }
  await sleep(core.ports.clock, wait_ms, port.signal)
  return null
}

async function visit(ctx: Crawling, next: AddressRow): Promise<Ending | null> {
  const { core, crawl, port, robots } = ctx
  await sleep(core.ports.clock, Math.max(crawl.options.delay_ms, robots.delay_ms), port.signal)
  if (next.kind === 'page') return visitPage(ctx, next)
  await visitSitemap(ctx, next)
  return null
}
