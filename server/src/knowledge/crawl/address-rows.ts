// The addresses of a crawl: what is fetched next, and what became of each.
import type { KnowledgeFault, PageOutcome } from '@parley/contract'
import { statement } from '../../database/database.ts'
import { arraysOf, rowsOf } from '../../database/rows.ts'
import type { Store, TransactionStore } from '../../database/store.ts'

/** What is fetched first. */
export const ranks = { start: 0, sitemap: 1, known: 2, found: 3 } as const

export interface AddressRow {
  position: number
  url: string
  kind: 'page' | 'sitemap'
  rank: number
  via: 'start' | 'known' | 'sitemap' | 'link' | 'redirect' | 'canonical'
  hops: number
  redirects: number
  source_id: string | null
  tries: number
}

export interface NewAddress extends Omit<AddressRow, 'position' | 'tries'> {
  /** Set: it is only reported. */
  excluded: string | null
}

export interface AddressBounds {
  /** Of a crawl. */
  addresses: number
  /** That are only reported. */
  excluded: number
  /** Different queries of one path. */
  queries: number
}

const newColumns = `url text, kind text, rank smallint, via text, hops smallint, redirects smallint, source_id uuid, excluded text`

// Those that are known, or one too many, are left out. The crawl's row is locked by the counting of its progress in the same commit,
// and one run writes at a time; so places follow each other.
const addStatement = statement(
  'add_crawl_addresses',
  `with crawl as (
     select id, addresses, count_excluded from crawls where organization_id = $1 and id = $2
   ), given as (
     select distinct on (md5(g.url)) g.*, case when position('?' in g.url) > 0 then md5(split_part(g.url, '?', 1)) end as path_key
     from ${rowsOf('g', newColumns, 6)}
     where not exists (select from crawl_addresses known where known.crawl_id = $2 and known.url_key = md5(g.url))
     order by md5(g.url), g.call
   ), queried as (
     select g.*, case when g.path_key is null then 0
       else (select count(*) from crawl_addresses known where known.crawl_id = $2 and known.path_key = g.path_key)
            + row_number() over (partition by g.path_key order by g.call) end as nth_query
     from given g
   ), places as (
     select q.*, row_number() over (partition by q.excluded is null order by q.call) as nth
     from queried q where q.nth_query <= $5
   ), kept as (
     select p.*, row_number() over (order by p.call) as place from places p, crawl
     where p.nth <= case when p.excluded is null then $3 - crawl.addresses else $4 - crawl.count_excluded end
   ), counted as (
     update crawls set addresses = crawls.addresses + (select count(*) from kept),
       count_waiting = count_waiting + (select count(*) from kept where excluded is null and kind = 'page'),
       count_excluded = crawls.count_excluded + (select count(*) from kept where excluded is not null)
     from crawl where crawls.id = crawl.id
   ), added as (
     insert into crawl_addresses
       (organization_id, crawl_id, position, url, kind, rank, via, hops, redirects, source_id, outcome, reason)
     select $1, $2, crawl.addresses + k.place, k.url, k.kind, k.rank, k.via, k.hops, k.redirects, k.source_id,
            case when k.excluded is not null then 'excluded' end, k.excluded
     from kept k, crawl
   )
   select (select count(*) from given) - (select count(*) from kept) as left_out`,
  { replanned: true },
)

/** Answers how many new ones there was no place for. */
export async function addAddresses(
  tx: TransactionStore,
  crawl_id: string,
  addresses: readonly NewAddress[],
  bounds: AddressBounds,
): Promise<number> {
  if (addresses.length === 0) return 0
  const columns = arraysOf([...addresses], ['url', 'kind', 'rank', 'via', 'hops', 'redirects', 'source_id', 'excluded'])
  const values = [tx.organization_id, crawl_id, bounds.addresses, bounds.excluded, bounds.queries]
  const [row] = await tx.query<{ left_out: number }>(addStatement, [...values, ...columns])
  return row!.left_out
}

const sitemapsStatement = statement(
  'count_sitemaps_of_crawl',
  `select count(*) as sitemaps from crawl_addresses where organization_id = $1 and crawl_id = $2 and kind = 'sitemap'`,
)

export async function countSitemaps(store: Store, crawl_id: string): Promise<number> {
  const [row] = await store.query<{ sitemaps: number }>(sitemapsStatement, [store.organization_id, crawl_id])
  return row!.sitemaps
}

const nextStatement = statement(
  'next_crawl_address',
  `select position, url, kind, rank, via, hops, redirects, source_id, tries from crawl_addresses
   where organization_id = $1 and crawl_id = $2 and outcome is null and rank <= $3 and (due_at is null or due_at <= clock_timestamp())
   order by rank, hops, position limit 1`,
)

const waitStatement = statement(
  'wait_for_crawl_address',
  `select (extract(epoch from min(due_at) - clock_timestamp()) * 1000)::float8 as wait_ms
   from crawl_addresses where organization_id = $1 and crawl_id = $2 and outcome is null and rank <= $3`,
)

/** Up to this rank. What is fetched next; or after how long something is due again; or null: nothing is left. */
export async function findNextAddress(
  store: Store,
  crawl_id: string,
  last_rank: number,
): Promise<AddressRow | { wait_ms: number } | null> {
  const values = [store.organization_id, crawl_id, last_rank]
  const [next] = await store.query<AddressRow>(nextStatement, values)
  if (next) return next
  const [wait] = await store.query<{ wait_ms: number | null }>(waitStatement, values)
  return wait?.wait_ms == null ? null : { wait_ms: Math.max(0, Math.ceil(wait.wait_ms)) }
}

const outcomeStatement = statement(
  'end_crawl_address',
  `update crawl_addresses set was_fetched = true, outcome = $4, reason_code = $5, reason = $6, source_id = coalesce($7::uuid, source_id), due_at = null
   where organization_id = $1 and crawl_id = $2 and position = $3 and outcome is null returning position`,
)

export interface AddressEnd {
  /** `read`: a sitemap. */
  outcome: PageOutcome | 'read'
  reason?: { code: KnowledgeFault | null; message: string } | null
  source_id?: string | null
}

/** False: it has ended before. */
export async function endAddress(
  tx: TransactionStore,
  crawl_id: string,
  position: number,
  { outcome, reason, source_id }: AddressEnd,
): Promise<boolean> {
  const values = [outcome, reason?.code ?? null, reason?.message ?? null, source_id ?? null]
  return (await tx.query(outcomeStatement, [tx.organization_id, crawl_id, position, ...values])).length > 0
}

const knownStatement = statement(
  'find_crawl_address',
  'select position from crawl_addresses where organization_id = $1 and crawl_id = $2 and url_key = md5($3)',
)

export async function hasAddress(store: Store, crawl_id: string, url: string): Promise<boolean> {
  return (await store.query(knownStatement, [store.organization_id, crawl_id, url])).length > 0
}

const retryStatement = statement(
  'retry_crawl_address',
  `update crawl_addresses set tries = tries + 1, due_at = clock_timestamp() + $4::float8 * interval '1 millisecond'
   where organization_id = $1 and crawl_id = $2 and position = $3`,
)

export async function retryAddress(
  tx: TransactionStore,
  crawl_id: string,
  position: number,
  in_ms: number,
): Promise<void> {
  await tx.query(retryStatement, [tx.organization_id, crawl_id, position, in_ms])
}

const forgetStatement = statement(
  'forget_waiting_addresses',
  'delete from crawl_addresses where organization_id = $1 and crawl_id = $2 and outcome is null',
)

/** Of a crawl that is over: what it did not fetch is only counted. */
export function forgetWaiting(tx: TransactionStore, crawl_id: string): void {
  tx.send(forgetStatement, [tx.organization_id, crawl_id])
}

const startStatement = statement(
  'end_of_start_page',
  `select outcome, reason_code, reason from crawl_addresses
   where organization_id = $1 and crawl_id = $2 and rank = ${ranks.start} and via in ('start', 'redirect') and outcome is not null
   order by position desc limit 1`,
)

/** What became of the start page, after redirects. */
export async function findStartEnd(
  store: Store,
  crawl_id: string,
): Promise<{ outcome: PageOutcome; reason_code: KnowledgeFault | null; reason: string | null } | null> {
  const [row] = await store.query<{ outcome: PageOutcome; reason_code: KnowledgeFault | null; reason: string | null }>(
    startStatement,
    [store.organization_id, crawl_id],
  )
  return row ?? null
}

const pageStatement = statement(
  'list_crawl_pages',
  `select position, url, outcome, reason from crawl_addresses
   where organization_id = $1 and crawl_id = $2 and kind = 'page' and outcome is not null and position > $3
     and ($4::text is null or outcome = $4) order by position limit $5`,
)

export interface ReportedPage {
  position: number
  url: string
  outcome: PageOutcome
  reason: string | null
}

export function listReportedPages(
  store: Store,
  crawl_id: string,
  { after, outcome, limit }: { after: number; outcome: PageOutcome | undefined; limit: number },
): Promise<ReportedPage[]> {
  return store.query<ReportedPage>(pageStatement, [store.organization_id, crawl_id, after, outcome ?? null, limit])
}
