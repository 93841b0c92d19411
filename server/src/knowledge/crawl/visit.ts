// Visits one page of a crawl: fetches it, decides what it is, stores it as a source of its own. Everything of a visit is one commit.
import { createHash } from 'node:crypto'
import type { TransactionStore } from '../../database/store.ts'
import { BlobQuotaExceeded, type StoredBlob } from '../../blobs/blobs.ts'
import { addContent } from '../ingest/contents.ts'
import { attach } from '../ingest/attach.ts'
import { lockSourceRows } from '../ingest/rows.ts'
import type { Reason } from '../rules/tries.ts'
import { domainOf } from '../rules/url.ts'
import { type AddressRow, type NewAddress, retryAddress, ranks } from './address-rows.ts'
import { countProgress, type Ending, moveCrawl } from './crawl-rows.ts'
import {
  CrawlOver,
  type Crawling,
  type VisitEnd,
  addressesOfLinks,
  endVisit,
  isStart,
  newAddress,
  ownLinks,
} from './crawling.ts'
import { type FetchFailure, type Fetched, type FetchedPage, fetchAddress } from './fetch.ts'
import {
  type PageState,
  findEqualPage,
  findPageState,
  insertPageSource,
  listDatasetsOf,
  missPage,
  seePage,
  storePageState,
} from './page-rows.ts'
import type { ReadPage } from './reader.ts'
import { readDirectives } from './rules/robots.ts'

type KnownState = PageState & { content_hash: Buffer | null }

interface Visit extends Crawling {
  row: AddressRow
  /** What is known of the page; null: it is new. */
  state: KnownState | null
}

const max_redirects = 5
/** Before the second and the third try of a page. */
const retry_delays_ms = [5000, 30_000]
/** Of a page, for the next crawl. */
const max_kept_links = 2000
const max_kept_characters = 262_144

const unread_types =
  /^(image|audio|video|font)\/|^text\/(css|javascript)$|^application\/(javascript|zip|gzip|octet-stream)$/

/** Answers how the crawl ends if it cannot go on; null: it goes on. Throws `CrawlOver`. */
export async function visitPage(ctx: Crawling, row: AddressRow): Promise<Ending | null> {
  const state = row.source_id === null ? null : await findPageState(ctx.store, row.source_id)
  const visit: Visit = { ...ctx, row, state }
  if (row.source_id !== null && !state && !isStart(row)) {
    await endVisit(visit, row, { ...leftOut('The page was deleted.', 0), progress: {} })
    return null
  }
  if (!ctx.robots.isAllowed(row.url)) return leaveToRobots(visit)
  const { core, crawl, limits, port } = ctx
  const fetched = await fetchAddress(
    core.outbound,
    {
      ...{ owner: crawl.organization_id, url: row.url, max_bytes: limits.page_bytes, signal: port.signal },
      timeout_ms: limits.request_seconds * 1000,
      ...(state && state.url === row.url && state.content_hash ? { known: state } : {}),
    },
    core.ports.clock.now(),
  )
  await core.ports.reached?.('crawl.fetched')
  switch (fetched.type) {
    case 'failed':
      return endFailed(visit, fetched)
    case 'redirect':
      return followRedirect(visit, fetched.to, fetched.bytes)
    case 'same':
      await endUnchanged(visit, fetched, null)
      return null
    case 'page':
      return takePage(visit, fetched)
  }
}

const received = (bytes: number) => ({ requests: 1, bytes })

const failed = (reason: Reason): Ending => ({ status: 'failed', reason, warning: null })

async function leaveToRobots(visit: Visit): Promise<Ending | null> {
  const reason: Reason = { code: 'robots_disallowed', message: 'The site’s robots.txt does not allow it.' }
  await endVisit(visit, visit.row, { outcome: 'robots', reason, progress: {} })
  return isStart(visit.row) ? failed(reason) : null
}

async function endFailed(visit: Visit, failure: FetchFailure & { bytes: number }): Promise<Ending | null> {
  const { row, state, crawl, port } = visit
  const { code, message, status, may_pass, retry_after_ms, bytes } = failure
  const delay_ms = retry_delays_ms[row.tries]
  if (may_pass && delay_ms !== undefined) {
    const in_ms = Math.max(delay_ms, retry_after_ms ?? 0)
    await port.commit(async (tx) => {
      if (!(await countProgress(tx, crawl.id, received(bytes)))) throw new CrawlOver()
      await retryAddress(tx, crawl.id, row.position, in_ms)
    })
    return null
  }
  const is_gone = (status === 404 || status === 410) && state !== null && !isStart(row)
  const reason = { code, message }
  await endVisit(visit, row, {
    ...{ outcome: is_gone ? 'gone' : 'failed', reason, progress: received(bytes) },
    ...(is_gone ? { after: (tx) => missPage(tx, state.source_id) } : {}),
  })
  return isStart(row) ? failed(reason) : null
}

/** The target is an address like any other, with a chain behind it. The start page may move to another origin. */
async function followRedirect(visit: Visit, to: string, bytes: number): Promise<Ending | null> {
  const { row, crawl, scope } = visit
  if (row.redirects >= max_redirects || to === row.url) {
    const reason: Reason = {
      code: 'too_many_redirects',
      message: `The page redirects more than ${max_redirects} times.`,
    }
    await endVisit(visit, row, { outcome: 'failed', reason, progress: received(bytes) })
    return isStart(row) ? failed(reason) : null
  }
  const target = newAddress(to, { via: 'redirect', redirects: row.redirects + 1, hops: row.hops })
  if (isStart(row)) {
    const moved = { ...target, rank: ranks.start, source_id: row.source_id }
    await endVisit(visit, row, {
      ...elsewhere(visit, `It redirects to ${to}.`, moved, bytes),
      after: (tx) => moveCrawl(tx, crawl, to),
    })
    return null
  }
  const excluded = scope(to)
  const why = `It redirects to ${to}.`
  if (excluded === null) await endVisit(visit, row, elsewhere(visit, why, target, bytes))
  else await endVisit(visit, row, leftOut(`${why} ${excluded}`, bytes))
  return null
}

/** The page is another one: what is known of it may go. */
function elsewhere({ state, row }: Visit, message: string, target: NewAddress, bytes: number): VisitEnd {
  return {
    ...{ outcome: 'duplicate', reason: { code: null, message }, progress: received(bytes), found: [target] },
    async after(tx) {
      if (state && !isStart(row)) await missPage(tx, state.source_id)
    },
  }
}

function leftOut(message: string, bytes: number): VisitEnd {
  return { outcome: 'excluded', reason: { code: null, message }, progress: received(bytes) }
}

/** `page` null: the site said so. */
async function endUnchanged(visit: Visit, { bytes }: Fetched, page: PageState | null): Promise<void> {
  const { row, crawl } = visit
  const state = page ?? visit.state!
  await endVisit(visit, row, {
    ...{ outcome: 'unchanged', progress: received(bytes), found: addressesOfLinks(visit, state.links, row) },
    async after(tx) {
      if (page) await storePageState(tx, page, crawl.id)
      else await seePage(tx, state.source_id, crawl.id)
    },
  })
}

async function takePage(visit: Visit, page: FetchedPage & { bytes: number }): Promise<Ending | null> {
  const { row, state, crawl, reader, port } = visit
  const { bytes, body, media_type } = page
  if (body.length === 0) return endFailed(visit, faultOf('empty', 'The page is empty.', bytes))
  if (media_type !== null && unread_types.test(media_type)) {
    return endFailed(visit, faultOf('unsupported_type', `The page is of the type ${media_type}.`, bytes))
  }
  const same_bytes = state?.content_hash?.equals(createHash('sha256').update(body).digest()) ?? false
  if (state && same_bytes) {
    await endUnchanged(visit, page, { ...state, url: row.url, etag: page.etag, last_modified: page.last_modified })
    return null
  }
  const read = await reader.readPage({ url: row.url, media_type, body }, port.signal)
  const { noindex, nofollow } = readDirectives(page.robots, read.robots)
  const links = nofollow ? [] : cutLinks(ownLinks(crawl.start_url, read.links))
  const found = addressesOfLinks(visit, links, row)
  const canonical = otherAddress(visit, read)
  if (canonical) {
    const end = elsewhere(visit, `Its canonical address is ${canonical.url}.`, canonical, bytes)
    const excluded = visit.scope(canonical.url)
    await endVisit(visit, row, excluded === null ? { ...end, found: [canonical, ...found] } : leftOut(excluded, bytes))
    return null
  }
  if (noindex) return endNoindex(visit, found, bytes)
  if (read.fault) {
    await endVisit(visit, row, { outcome: 'failed', reason: read.fault, progress: received(bytes), found })
    return isStart(row) && crawl.options.is_one_page ? failed(read.fault) : null
  }
  await storePage(visit, { ...page, text_hash: read.text_hash!, links }, found)
  return null
}

const faultOf = (code: Reason['code'], message: string, bytes: number): FetchFailure & { bytes: number } => ({
  ...{ type: 'failed', code, message, status: null, may_pass: false, retry_after_ms: null, kind: null, bytes },
})

function cutLinks(links: readonly string[]): string[] {
  let characters = 0
  return links.slice(0, max_kept_links).filter((link) => (characters += link.length) <= max_kept_characters)
}

/** What the page says is its address, if that is another one of this site. One step: what is found there stays there. */
function otherAddress({ row, crawl }: Visit, { canonical }: ReadPage): NewAddress | null {
  if (canonical === null || isStart(row) || row.via === 'canonical') return null
  const [url] = ownLinks(crawl.start_url, [canonical])
  return url === undefined || url === row.url ? null : newAddress(url, { via: 'canonical', hops: row.hops })
}

async function endNoindex(visit: Visit, found: readonly NewAddress[], bytes: number): Promise<Ending | null> {
  const { row, state, crawl } = visit
  const reason: Reason = { code: 'robots_disallowed', message: 'The page asks not to be indexed.' }
  await endVisit(visit, row, {
    ...{ outcome: 'noindex', reason, progress: received(bytes), found },
    async after(tx) {
      if (state && !isStart(row)) await missPage(tx, state.source_id)
    },
  })
  return isStart(row) && crawl.options.is_one_page ? failed(reason) : null
}

type StoredPage = FetchedPage & { bytes: number; text_hash: Buffer; links: string[] }

async function storePage(visit: Visit, page: StoredPage, found: readonly NewAddress[]): Promise<void> {
  const { row, state, crawl, store, core } = visit
  const { bytes, text_hash, links, etag, last_modified } = page
  const root = crawl.source_id
  const id = row.source_id ?? core.ports.newId()
  const next: PageState = {
    ...{ source_id: id, root_source_id: state?.root_source_id ?? root, url: row.url, hops: row.hops, missed: 0 },
    ...{ etag, last_modified, text_hash, links },
  }
  if (state?.text_hash.equals(text_hash)) return endUnchanged(visit, page, next)
  const equal = await findEqualPage(store, { root_source_id: root, crawl_id: crawl.id, text_hash, source_id: id })
  if (equal !== null && !isStart(row)) {
    const missed = async (tx: TransactionStore) => {
      if (state) await missPage(tx, state.source_id)
    }
    const reason = { code: null, message: `It has the same text as ${equal}.` }
    return endVisit(visit, row, { outcome: 'duplicate', reason, progress: received(bytes), found, after: missed })
  }
  const blob = await putBody(visit, page)
  if (blob === null) {
    const reason: Reason = { code: 'quota_exceeded', message: 'The organization stores as many bytes as it may.' }
    return endVisit(visit, row, { outcome: 'failed', reason, progress: received(bytes), found })
  }
  const is_new = row.source_id === null
  await endVisit(visit, row, {
    ...{ outcome: 'stored', source_id: id, progress: { ...received(bytes), held: is_new ? 1 : 0 }, found },
    async before(tx) {
      await lockPage(tx, visit, is_new ? null : id)
      if (is_new) await insertPageSource(tx, { id, parent_source_id: root, name: row.url, domain: domainOf(row.url)! })
      await addContent(tx, { source_id: id, blob, media_type: page.media_type })
      if (is_new) await attachPage(tx, visit, id)
      await storePageState(tx, next, crawl.id)
    },
  })
}

/** A source before the pages of its crawl: as everything that locks them. */
async function lockPage(tx: TransactionStore, { crawl }: Visit, page_id: string | null): Promise<void> {
  const ids = [...new Set([crawl.source_id, ...(page_id === null ? [] : [page_id])])]
  if ((await lockSourceRows(tx, ids)).length < ids.length) throw new CrawlOver()
}

/** In every dataset of its parent, which is locked: who attaches that one meanwhile brings this page too. */
async function attachPage(tx: TransactionStore, { crawl, core }: Visit, source_id: string): Promise<void> {
  const datasets = await listDatasetsOf(tx, crawl.source_id)
  const attachments = datasets.map((dataset) => ({ ...dataset, source_id, attached_by: 'crawl' as const }))
  if (attachments.length > 0) await attach(tx, core.ports, attachments)
}

/** Null: the organization stores as much as it may. */
async function putBody({ core, store, port, limits }: Visit, { body }: FetchedPage): Promise<StoredBlob | null> {
  const pieces = (async function* () {
    yield body
  })()
  try {
    return await core.blobs.put(store, pieces, { max_bytes: limits.page_bytes, signal: port.signal })
  } catch (error) {
    if (error instanceof BlobQuotaExceeded) return null
    throw error
  }
}
