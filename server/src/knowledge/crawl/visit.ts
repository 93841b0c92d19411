// Visits one page of a crawl: fetches it, decides what it is, stores it as a source of its own. Everything of a visit is one commit.
import { createHash } from 'node:crypto'
import type { TransactionStore } from '../../database/store.ts'
import { BlobQuotaExceeded, type StoredBlob } from '../../blobs/blobs.ts'
import { addContent } from '../ingest/contents.ts'
import type { ConvertedText } from '../ingest/conversion-rows.ts'
import { finishConversion } from '../ingest/conversion-work.ts'
import type { Converted } from '../ingest/convert.ts'
import { attach } from '../ingest/attach.ts'
import { lockSourceRows } from '../ingest/rows.ts'
import type { Reason } from '../rules/tries.ts'
import { domainOf, hostOf } from '../rules/url.ts'
import { knowledgeSettings } from '../settings.ts'
import { lockSourceCount } from '../source-rows.ts'
import { type AddressRow, type NewAddress, hasAddress, retryAddress, ranks } from './address-rows.ts'
import { countProgress, type Ending, moveCrawl } from './crawl-rows.ts'
import { CrawlOver, type Crawling } from './crawling.ts'
import { passTurn } from './finish.ts'
import { type FetchFailure, type Fetched, type FetchedPage, fetchAddress } from './fetch.ts'
import { addressesOfLinks, judgeAddress, newAddress, ownLinks } from './frontier.ts'
import {
  type PageState,
  findEqualPage,
  findPageState,
  insertPageSource,
  listDatasetsOf,
  missPages,
  seePage,
  storePageState,
} from './page-rows.ts'
import type { ReadPage } from './reader.ts'
import { readDirectives } from './rules/robots.ts'
import { type VisitEnd, endVisit, isStart } from './visit-end.ts'

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

/** Of anything else the bytes decide. */
const unread_types = /^(image|audio|video|font)\/|^text\/(css|javascript)$|^application\/javascript$/

/** Answers how the crawl ends if it cannot go on; null: it goes on. Throws `CrawlOver`. */
export async function visitPage(ctx: Crawling, row: AddressRow): Promise<Ending | null> {
  const state = row.source_id === null ? null : await findPageState(ctx.store, row.source_id)
  const visit: Visit = { ...ctx, row, state }
  if (row.source_id !== null && !state && !isStart(row)) {
    await endVisit(visit, row, { ...leftOut(visit, 'The page was deleted.', 0), progress: {} })
    return null
  }
  if (isOneTooMany(visit)) {
    await endVisit(visit, row, { ...leftOut(visit, 'The crawl holds as many pages as it may.', 0), progress: {} })
    return null
  }
  if (!ctx.robots.isAllowed(row.url)) return leaveToRobots(visit)
  const { core, outbound, crawl, limits, port } = ctx
  const fetched = await fetchAddress(
    outbound,
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

/** A known page that moves is there twice until its old address is removed. A site that moves its pages again and again gets no more. */
function isOneTooMany({ row, crawl }: Visit): boolean {
  return row.rank === ranks.known && row.source_id === null && crawl.held_pages >= 2 * crawl.options.limit
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
    ...(is_gone ? { after: missing(visit) } : {}),
  })
  return isStart(row) ? failed(reason) : null
}

/** The target is an address like any other, with a chain behind it. The start page may move to another origin. */
async function followRedirect(visit: Visit, to: string, bytes: number): Promise<Ending | null> {
  const { row, crawl, store } = visit
  const isLoop = to === row.url || (isStart(row) && (await hasAddress(store, crawl.id, to)))
  if (row.redirects >= max_redirects || isLoop) {
    const reason: Reason = {
      code: 'too_many_redirects',
      message: `The page redirects in a circle, or more than ${max_redirects} times.`,
    }
    await endVisit(visit, row, { outcome: 'failed', reason, progress: received(bytes) })
    return isStart(row) ? failed(reason) : null
  }
  const target = { ...successor(row, to, 'redirect'), redirects: row.redirects + 1 }
  if (isStart(row)) {
    const moved = { ...target, rank: ranks.start, source_id: row.source_id }
    await endVisit(visit, row, {
      ...elsewhere(visit, `It redirects to ${to}.`, moved, bytes),
      is_moving: true,
      async after(tx) {
        if (hostOf(to) !== crawl.host) await passTurn(tx, crawl)
        await moveCrawl(tx, crawl, to)
      },
    })
    return null
  }
  const excluded = await judgeAddress(visit, to)
  const why = `It redirects to ${to}.`
  if (excluded === null) await endVisit(visit, row, elsewhere(visit, why, target, bytes))
  else await endVisit(visit, row, leftOut(visit, `${why} ${excluded}`, bytes))
  return null
}

/** A known page keeps its place within the limit when its address changes. */
const successor = (row: AddressRow, url: string, via: 'redirect' | 'canonical'): NewAddress =>
  newAddress(url, { via, hops: row.hops, rank: row.rank === ranks.known ? ranks.known : ranks.found })

/** The page is another one. */
function elsewhere(visit: Visit, message: string, target: NewAddress, bytes: number): VisitEnd {
  const reason = { code: null, message }
  return { outcome: 'duplicate', reason, progress: received(bytes), found: [target], after: missing(visit) }
}

/** It is no page of this crawl. */
function leftOut(visit: Visit, message: string, bytes: number): VisitEnd {
  return { outcome: 'excluded', reason: { code: null, message }, progress: received(bytes), after: missing(visit) }
}

/** What is known of the page may go, if this is found again. */
function missing({ state, row }: Visit) {
  return async (tx: TransactionStore) => {
    if (state && !isStart(row)) await missPages(tx, [state.source_id])
  }
}

/** `page` null: the site said so. */
async function endUnchanged(visit: Visit, { bytes }: Fetched, page: PageState | null): Promise<void> {
  const { row, crawl } = visit
  const state = page ?? visit.state!
  const found = await addressesOfLinks(visit, state.links, row)
  // Another page can have become the same since.
  if (await endEqual(visit, state, found, bytes)) return
  await endVisit(visit, row, {
    ...{ outcome: 'unchanged', progress: received(bytes), found },
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
  const header = readDirectives(page.robots)
  const same_bytes = state?.content_hash?.equals(createHash('sha256').update(body).digest()) ?? false
  if (state && same_bytes && !header.noindex) {
    await endUnchanged(visit, page, { ...state, url: row.url, etag: page.etag, last_modified: page.last_modified })
    return null
  }
  const read = await reader.readPage({ url: row.url, body, charset: page.charset }, port.signal)
  const links = header.nofollow || read.nofollow ? [] : cutLinks(ownLinks(crawl.start_url, read.links))
  const found = await addressesOfLinks(visit, links, row)
  const canonical = otherAddress(visit, read)
  if (canonical) {
    const end = elsewhere(visit, `Its canonical address is ${canonical.url}.`, canonical, bytes)
    const excluded = await judgeAddress(visit, canonical.url)
    await endVisit(
      visit,
      row,
      excluded === null ? { ...end, found: [canonical, ...found] } : leftOut(visit, excluded, bytes),
    )
    return null
  }
  if (header.noindex || read.noindex) return endNoindex(visit, found, bytes)
  if (read.fault) {
    await endVisit(visit, row, { outcome: 'failed', reason: read.fault, progress: received(bytes), found })
    return isStart(row) && crawl.options.is_one_page ? failed(read.fault) : null
  }
  return storePage(visit, { ...page, converted: read.converted!, links }, found)
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
  return url === undefined || url === row.url ? null : successor(row, url, 'canonical')
}

async function endNoindex(visit: Visit, found: readonly NewAddress[], bytes: number): Promise<Ending | null> {
  const { row, crawl } = visit
  const reason: Reason = { code: 'robots_disallowed', message: 'The page asks not to be indexed.' }
  await endVisit(visit, row, {
    ...{ outcome: 'noindex', reason, progress: received(bytes), found, after: missing(visit) },
  })
  return isStart(row) && crawl.options.is_one_page ? failed(reason) : null
}

/** False: no page of this crawl that was seen before has its text. The start page is what its author asked for. */
async function endEqual(
  visit: Visit,
  { source_id, text_hash }: PageState,
  found: readonly NewAddress[],
  bytes: number,
): Promise<boolean> {
  const { row, crawl, store } = visit
  if (isStart(row)) return false
  const page = { root_source_id: crawl.source_id, crawl_id: crawl.id, text_hash, source_id }
  const equal = await findEqualPage(store, page)
  if (equal === null) return false
  const reason = { code: null, message: `It has the same text as ${equal}.` }
  await endVisit(visit, row, {
    ...{ outcome: 'duplicate', reason, progress: received(bytes), found, after: missing(visit) },
  })
  return true
}

type StoredPage = FetchedPage & { bytes: number; converted: Converted; links: string[] }

async function storePage(visit: Visit, page: StoredPage, found: readonly NewAddress[]): Promise<Ending | null> {
  const { row, state, crawl, store, core } = visit
  const { bytes, links, etag, last_modified } = page
  const text_hash = createHash('sha256').update(page.converted.text).digest()
  const root = crawl.source_id
  const id = row.source_id ?? core.ports.newId()
  const next: PageState = {
    ...{ source_id: id, root_source_id: state?.root_source_id ?? root, url: row.url, hops: row.hops, missed: 0 },
    ...{ etag, last_modified, text_hash, links },
  }
  if (state?.text_hash.equals(text_hash)) {
    await endUnchanged(visit, page, next)
    return null
  }
  if (await endEqual(visit, next, found, bytes)) return null
  const blobs = await putContent(visit, page)
  const is_new = row.source_id === null
  const stored: VisitEnd = {
    ...{ outcome: 'stored', source_id: id, progress: { ...received(bytes), held: is_new ? 1 : 0 }, found },
    async before(tx) {
      await lockPage(tx, visit, is_new ? null : id)
      if (is_new) await addPage(tx, visit, id)
      const revision = await addContent(tx, { source_id: id, blob: blobs!.body, media_type: page.media_type })
      await finishConversion(tx, { source_id: id, revision }, textOf(page, blobs!.text))
      if (is_new) await attachPage(tx, visit, id)
      await storePageState(tx, next, crawl.id)
    },
  }
  try {
    if (blobs === null) throw new QuotaReached('The organization stores as many bytes as it may.')
    await endVisit(visit, row, stored)
    return null
  } catch (error) {
    for (const { id: blob_id } of Object.values(blobs ?? {})) await core.blobs.discard(store, blob_id)
    if (!(error instanceof QuotaReached)) throw error
    return endFailed(visit, faultOf('quota_exceeded', error.message, bytes))
  }
}

class QuotaReached extends Error {}

async function addPage(tx: TransactionStore, { core, crawl, row }: Visit, id: string): Promise<void> {
  const { sources } = core.config.of(knowledgeSettings)
  if ((await lockSourceCount(tx)) >= sources) {
    throw new QuotaReached(
      `The organization has reached its limit of ${sources} sources. Delete some, then crawl again.`,
    )
  }
  const page = { id, parent_source_id: crawl.source_id, name: row.url, domain: domainOf(row.url)! }
  await insertPageSource(tx, page)
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

interface StoredBlobs {
  body: StoredBlob
  text: StoredBlob
}

/** What a node that dies leaves is deleted after as long. */
const unkept_ms = 300_000

/** Null: the organization stores as much as it may. */
async function putContent(visit: Visit, { body, converted }: StoredPage): Promise<StoredBlobs | null> {
  const { core, store, port, limits } = visit
  const { text_bytes } = core.config.of(knowledgeSettings)
  const put = (bytes: Buffer, max_bytes: number) =>
    core.blobs.put(store, piecesOf(bytes), { max_bytes, signal: port.signal, unkept_ms })
  const text = Buffer.from(converted.text, 'utf8')
  let stored: StoredBlob | null = null
  try {
    stored = await put(body, limits.page_bytes)
    return { body: stored, text: await put(text, text_bytes) }
  } catch (error) {
    // What is left of it is deleted in a few minutes.
    if (stored) await core.blobs.discard(store, stored.id).catch(() => {})
    if (error instanceof BlobQuotaExceeded) return null
    throw error
  }
}

async function* piecesOf(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

function textOf({ converted }: StoredPage, blob: StoredBlob): ConvertedText {
  const { text, page_starts, media_type, language, warnings } = converted
  return { blob, characters: text.length, page_starts, media_type, language, warnings }
}
