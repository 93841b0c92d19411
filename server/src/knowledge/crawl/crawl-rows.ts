// The rows of crawls: begun, taking their turn at a host, counted, over.
import type { CrawlStatus, KnowledgeFault, PageOutcome } from '@parley/contract'
import { type Executor, acrossOrganizations, statement } from '../../database/database.ts'
import type { Store, TransactionStore } from '../../database/store.ts'
import { hostOf, isSameOrigin } from '../rules/url.ts'
import type { CrawlOptions } from './rules/options.ts'

export interface CrawlRow {
  id: string
  organization_id: string
  source_id: string
  status: CrawlStatus
  options: CrawlOptions
  accept_removals: boolean
  /** The start page, after redirects. */
  start_url: string
  host: string
  has_turn: boolean
  robots: string | null
  known_pages: number
  held_pages: number
  tries: number
  requests: number
  bytes: number
  counts: Record<PageOutcome | 'waiting', number>
  warning: string | null
  reason_code: KnowledgeFault | null
  reason: string | null
  started_at: string
  begun_at: string | null
  finished_at: string | null
}

const counted = ['stored', 'unchanged', 'duplicate', 'excluded', 'robots', 'noindex', 'gone', 'failed', 'waiting']

const columns = `id, organization_id, source_id, status, options, accept_removals, start_url, host, has_turn, robots, known_pages,
  held_pages, tries, requests, bytes, warning, reason_code, reason, started_at, begun_at, finished_at,
  json_build_object(${counted.map((name) => `'${name}', count_${name}`).join(', ')}) as counts`

const shown = columns.replace('robots, known', 'null as robots, known')

const insertStatement = statement(
  'insert_crawl',
  `insert into crawls (id, organization_id, source_id, options, accept_removals, start_url, host)
   values ($2, $1, $3, $4, $5, $6, $7)`,
)

export interface NewCrawl extends Pick<
  CrawlRow,
  'id' | 'source_id' | 'options' | 'accept_removals' | 'start_url' | 'host'
> {}

export async function insertCrawl(tx: TransactionStore, crawl: NewCrawl): Promise<void> {
  const { id, source_id, options, accept_removals, start_url, host } = crawl
  const values = [id, source_id, JSON.stringify(options), accept_removals, start_url, host]
  await tx.query(insertStatement, [tx.organization_id, ...values])
}

const findStatement = statement('find_crawl', `select ${columns} from crawls where organization_id = $1 and id = $2`)

export async function findCrawl(store: Store, id: string): Promise<CrawlRow | null> {
  const [row] = await store.query<CrawlRow>(findStatement, [store.organization_id, id])
  return row ?? null
}

const runningStatement = statement(
  'find_running_crawl',
  `select id, host from crawls where organization_id = $1 and source_id = $2 and status = 'running'`,
)

export async function findRunningCrawl(store: Store, source_id: string): Promise<Pick<CrawlRow, 'id' | 'host'> | null> {
  const [row] = await store.query<Pick<CrawlRow, 'id' | 'host'>>(runningStatement, [store.organization_id, source_id])
  return row ?? null
}

const acceptStatement = statement(
  'accept_removals_of_crawl',
  'update crawls set accept_removals = true where organization_id = $1 and id = $2',
)

export function acceptRemovals(tx: TransactionStore, id: string): void {
  tx.send(acceptStatement, [tx.organization_id, id])
}

const latestStatement = statement(
  'latest_crawls',
  `select ${shown} from unnest($2::uuid[]) asked (asked_id) cross join lateral
     (select * from crawls where organization_id = $1 and source_id = asked_id order by started_at desc, id desc limit 1) latest`,
)

/** The newest of each source that has any. */
export function listLatestCrawls(store: Store, source_ids: readonly string[]): Promise<CrawlRow[]> {
  return store.query<CrawlRow>(latestStatement, [store.organization_id, source_ids])
}

const pageStatement = statement(
  'list_crawls',
  `select ${shown} from crawls where organization_id = $1 and source_id = $2 and (started_at, id) < ($3, $4::uuid)
   order by started_at desc, id desc limit $5`,
)

export function listCrawlRows(
  store: Store,
  source_id: string,
  after: { time: string; key: string },
  limit: number,
): Promise<CrawlRow[]> {
  return store.query<CrawlRow>(pageStatement, [store.organization_id, source_id, after.time, after.key, limit])
}

const hostLockStatement = acrossOrganizations(
  'a host is shared by the crawls of all organizations',
  'lock_host_of_crawls',
  `select pg_advisory_xact_lock(hashtextextended('crawl ' || $1, 0))`,
)

// The crawl that has the turn keeps it, also when another node goes on with the crawl.
const turnStatement = acrossOrganizations(
  'a host is shared by the crawls of all organizations',
  'take_turn_of_crawl',
  `update crawls set has_turn = true, begun_at = coalesce(begun_at, clock_timestamp())
   where id = $1 and status = 'running'
     and not exists (select from crawls other where other.host = $2 and other.has_turn and other.id <> $1)
   returning id`,
)

/** False: another crawl fetches from the host. */
export async function takeTurn(tx: Executor, { id, host }: Pick<CrawlRow, 'id' | 'host'>): Promise<boolean> {
  await tx.query(hostLockStatement, [host])
  return (await tx.query(turnStatement, [id, host])).length > 0
}

const endTurnStatement = statement(
  'end_turn_of_crawl',
  'update crawls set has_turn = false where organization_id = $1 and id = $2 and has_turn',
)

const nextTurnStatement = statement(
  'next_turn_at_host',
  `select id, organization_id, host from crawls where host = $1 and status = 'running' and not has_turn and id <> $2
   order by organization_id = $3, started_at limit 1`,
)

/** Whose turn may be next: first another organization's, so that one with many crawls does not keep a host to itself. It looks again by itself, only later. */
export async function endTurn(
  tx: TransactionStore,
  { id, host }: Pick<CrawlRow, 'id' | 'host'>,
): Promise<Pick<CrawlRow, 'id' | 'organization_id' | 'host'> | null> {
  await tx.query(endTurnStatement, [tx.organization_id, id])
  const [next] = await tx.query<Pick<CrawlRow, 'id' | 'organization_id' | 'host'>>(nextTurnStatement, [
    host,
    id,
    tx.organization_id,
  ])
  return next ?? null
}

const robotsStatement = statement(
  'store_robots_of_crawl',
  `update crawls set robots = $3, tries = 0, requests = requests + 1 where organization_id = $1 and id = $2 and status = 'running'`,
)

export async function storeRobots(tx: TransactionStore, id: string, robots: string): Promise<void> {
  await tx.query(robotsStatement, [tx.organization_id, id, robots])
}

const triedStatement = statement(
  'count_try_of_crawl',
  'update crawls set tries = tries + 1 where organization_id = $1 and id = $2',
)

/** What it needs before any page could not be fetched. */
export async function countTry(tx: TransactionStore, id: string): Promise<void> {
  await tx.query(triedStatement, [tx.organization_id, id])
}

const moveStatement = statement(
  'move_crawl',
  `update crawls set start_url = $3, host = $4, has_turn = has_turn and host = $4, robots = case when $5 then robots end
   where organization_id = $1 and id = $2`,
)

/** Its start page redirects: on another origin other rules count, on another host another turn. */
export async function moveCrawl(tx: TransactionStore, crawl: CrawlRow, start_url: string): Promise<void> {
  const values = [start_url, hostOf(start_url), isSameOrigin(crawl.start_url, start_url)]
  await tx.query(moveStatement, [tx.organization_id, crawl.id, ...values])
}

const seededStatement = statement(
  'mark_crawl_seeded',
  `update crawls set known_pages = $3, held_pages = $3 + 1 where organization_id = $1 and id = $2`,
)

export async function markSeeded(tx: TransactionStore, id: string, known_pages: number): Promise<void> {
  await tx.query(seededStatement, [tx.organization_id, id, known_pages])
}

const progressStatement = statement(
  'count_progress_of_crawl',
  `update crawls set requests = requests + $3, bytes = bytes + $4, held_pages = held_pages + $5,
     ${counted.map((name, n) => `count_${name} = count_${name} + $${n + 6}`).join(', ')}
   where organization_id = $1 and id = $2 and status = 'running' returning id`,
)

export interface Progress {
  requests?: number
  bytes?: number
  held?: number
  counts?: Partial<CrawlRow['counts']>
}

/** False: the crawl is over, and nothing of this may be committed. */
export async function countProgress(tx: TransactionStore, id: string, progress: Progress): Promise<boolean> {
  const { requests = 0, bytes = 0, held = 0, counts = {} } = progress
  const each = counted.map((name) => counts[name as keyof typeof counts] ?? 0)
  const values = [tx.organization_id, id, requests, bytes, held, ...each]
  return (await tx.query(progressStatement, values)).length > 0
}

const warnStatement = statement(
  'warn_of_crawl',
  'update crawls set warning = coalesce(warning, $3) where organization_id = $1 and id = $2',
)

/** The first warning stays. */
export function warnOf(tx: TransactionStore, id: string, warning: string): void {
  tx.send(warnStatement, [tx.organization_id, id, warning])
}

export interface Ending {
  status: Exclude<CrawlStatus, 'running'>
  reason: { code: KnowledgeFault; message: string } | null
  warning: string | null
}

const finishStatement = statement(
  'finish_crawl',
  `update crawls set status = $3, reason_code = $4, reason = $5, warning = coalesce($6, warning), robots = null, finished_at = clock_timestamp()
   where organization_id = $1 and id = $2 and status = 'running'
   returning ${shown}`,
)

/** Null: it was over already. Its turn ends apart: a request may still be under way. */
export async function finishCrawlRow(tx: TransactionStore, id: string, ending: Ending): Promise<CrawlRow | null> {
  const { status, reason, warning } = ending
  const values = [tx.organization_id, id, status, reason?.code ?? null, reason?.message ?? null, warning]
  const [row] = await tx.query<CrawlRow>(finishStatement, values)
  return row ?? null
}

/** Reports that a source keeps. */
const kept_crawls = 10

const forgetStatement = statement(
  'forget_older_crawls',
  `delete from crawls where organization_id = $1 and id in
     (select id from crawls where source_id = $2 order by started_at desc, id desc offset $3) and status <> 'running'`,
)

export function forgetOlderCrawls(tx: TransactionStore, source_id: string): void {
  tx.send(forgetStatement, [tx.organization_id, source_id, kept_crawls])
}
