// The pages of a crawled source: each is a source of its own, with what the next crawl needs to know of it.
import { statement } from '../../database/database.ts'
import type { Store, TransactionStore } from '../../database/store.ts'
import { other_site } from './rules/scope.ts'

export interface PageState {
  source_id: string
  root_source_id: string
  url: string
  hops: number
  etag: string | null
  last_modified: string | null
  text_hash: Buffer
  links: string[]
  missed: number
}

const columns = 'source_id, root_source_id, url, hops, etag, last_modified, text_hash, links, missed'

const findStatement = statement(
  'find_crawled_page',
  `select ${columns}, (select c.hash from source_contents c join sources s on s.id = c.source_id and s.revision = c.revision
     where c.source_id = p.source_id) as content_hash
   from crawled_pages p where p.organization_id = $1 and p.source_id = $2`,
)

/** With the SHA-256 of the bytes that are stored. */
export async function findPageState(
  store: Store,
  source_id: string,
): Promise<(PageState & { content_hash: Buffer | null }) | null> {
  const [row] = await store.query<PageState & { content_hash: Buffer | null }>(findStatement, [
    store.organization_id,
    source_id,
  ])
  return row ?? null
}

const knownStatement = statement(
  'list_known_pages',
  `select p.source_id, p.url, p.hops from crawled_pages p
   where p.organization_id = $1 and p.root_source_id = $2 and p.source_id <> $2 order by p.hops, p.source_id limit $3`,
)

/** Without the start page. */
export function listKnownPages(
  store: Store,
  root_source_id: string,
  most: number,
): Promise<Pick<PageState, 'source_id' | 'url' | 'hops'>[]> {
  return store.query(knownStatement, [store.organization_id, root_source_id, most])
}

const storeStatement = statement(
  'store_crawled_page',
  `insert into crawled_pages (organization_id, source_id, root_source_id, url, hops, etag, last_modified, text_hash, links, crawl_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
   on conflict (source_id) do update set url = excluded.url, hops = excluded.hops, etag = excluded.etag, missed = 0,
     last_modified = excluded.last_modified, text_hash = excluded.text_hash, links = excluded.links, crawl_id = excluded.crawl_id`,
)

export async function storePageState(
  tx: TransactionStore,
  page: Omit<PageState, 'missed'>,
  crawl_id: string,
): Promise<void> {
  const { source_id, root_source_id, url, hops, etag, last_modified, text_hash, links } = page
  const values = [source_id, root_source_id, url, hops, etag, last_modified, text_hash, links, crawl_id]
  await tx.query(storeStatement, [tx.organization_id, ...values])
}

const seenStatement = statement(
  'see_crawled_page',
  'update crawled_pages set missed = 0, crawl_id = $3 where organization_id = $1 and source_id = $2',
)

/** It has not changed. */
export async function seePage(tx: TransactionStore, source_id: string, crawl_id: string): Promise<void> {
  await tx.query(seenStatement, [tx.organization_id, source_id, crawl_id])
}

const missStatement = statement(
  'miss_crawled_pages',
  'update crawled_pages set missed = missed + 1 where organization_id = $1 and source_id = any($2::uuid[])',
)

/** They were not there, or are no pages of their own any more. */
export async function missPages(tx: TransactionStore, source_ids: readonly string[]): Promise<void> {
  await tx.query(missStatement, [tx.organization_id, source_ids])
}

const equalStatement = statement(
  'find_equal_page',
  `select url from crawled_pages
   where organization_id = $1 and root_source_id = $2 and crawl_id = $3 and text_hash = $4 and source_id is distinct from $5 limit 1`,
)

/** The address of another page of this crawl with the same text. */
export async function findEqualPage(
  store: Store,
  page: { root_source_id: string; crawl_id: string; text_hash: Buffer; source_id: string | null },
): Promise<string | null> {
  const { root_source_id, crawl_id, text_hash, source_id } = page
  const values = [store.organization_id, root_source_id, crawl_id, text_hash, source_id]
  const [row] = await store.query<{ url: string }>(equalStatement, values)
  return row?.url ?? null
}

const insertStatement = statement(
  'insert_page_source',
  `insert into sources (id, organization_id, type, name, domain, upload_status, metadata, chunking, parent_source_id)
   select $3, organization_id, 'URL', $4, $5, 'COMPLETE', metadata, chunking, id
   from sources where organization_id = $1 and id = $2`,
)

/** With the metadata and the strategy of its parent, which is locked. */
export async function insertPageSource(
  tx: TransactionStore,
  page: { id: string; parent_source_id: string; name: string; domain: string },
): Promise<void> {
  const { id, parent_source_id, name, domain } = page
  await tx.query(insertStatement, [tx.organization_id, parent_source_id, id, name, domain])
}

const attachedStatement = statement(
  'datasets_of_crawled_source',
  `select dataset_id, chunking from dataset_sources where organization_id = $1 and source_id = $2 order by dataset_id`,
)

/** The datasets that get the pages of a source, which is locked. */
export function listDatasetsOf(
  tx: TransactionStore,
  source_id: string,
): Promise<{ dataset_id: string; chunking: PageChunking | null }[]> {
  return tx.query(attachedStatement, [tx.organization_id, source_id])
}

type PageChunking = { method: 'fixed_size' | 'structure_based'; chunk_size: number; chunk_overlap: number }

const removableStatement = statement(
  'list_pages_to_remove',
  `select p.source_id from crawl_addresses a join crawled_pages p on p.source_id = a.source_id
   where a.organization_id = $1 and a.crawl_id = $2 and a.kind = 'page' and p.source_id <> p.root_source_id
     and (case when a.was_fetched then a.outcome in ('gone', 'noindex', 'duplicate', 'excluded') and p.missed >= $3
          else a.outcome = 'excluded' and (a.reason <> $4 or p.missed >= $3) end)
   order by p.source_id`,
)

/**
 * Known pages that the options leave out now, or that are missing for the `misses`th time in a row. So are those that the start page has
 * left behind: it may have moved for a day.
 */
export async function listRemovablePages(store: Store, crawl_id: string, misses: number): Promise<string[]> {
  const values = [store.organization_id, crawl_id, misses, other_site]
  const rows = await store.query<{ source_id: string }>(removableStatement, values)
  return rows.map(({ source_id }) => source_id)
}
