// Attaches a page for each slug of an address.
import type { Input } from '@parley/contract'
import { invalid } from '../../base/errors.ts'
import type { FieldFault } from '../../base/faults.ts'
import type { Handler } from '../../calls/context.ts'
import { statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'
import { startCrawl } from '../crawl/crawls.ts'
import { attach } from '../ingest/attach.ts'
import { lockSourceRows } from '../ingest/rows.ts'
import { presentAttachments, readAttachments } from '../read/attachments.ts'
import { requireDataset } from '../read/datasets.ts'
import { faultsOfChunking, readChunking } from '../rules/chunking.ts'
import { fillPattern, patternFault } from '../rules/url.ts'
import type { Knowledge } from '../services.ts'
import { insertSources } from '../sources.ts'

export const attachSourcesByPattern: Handler<'attachSourcesByPattern', Knowledge> = async (ctx, input) => {
  const dataset = await requireDataset(ctx.store, input.dataset_id)
  const chunking = readChunking(input.chunking_strategy)
  const urls = fillAll(input, faultsOfChunking(chunking))
  const distinct = [...new Set(urls)]
  return ctx.store.transaction(async (tx) => {
    const known = await lockKnownPages(tx, distinct)
    const fresh = distinct.filter((url) => !known.has(url))
    // As they were checked: their faults are those of the pattern and the slugs.
    const items = fresh.map((url) => ({ name: url, type: 'URL' as const, path: 'slugs' }))
    const created = items.length === 0 ? [] : await insertSources(ctx, tx, items)
    const sourceOf = new Map([...known, ...fresh.map((url, index) => [url, created[index]!] as const)])
    const wanted = urls.map((url) => ({ dataset_id: dataset.id, source_id: sourceOf.get(url)!, chunking }))
    const attachments = wanted.map((one) => ({ ...one, attached_by: 'caller' as const }))
    const ids = await attach(tx, ctx.core.ports, attachments)
    // It may ask for builds again, whose attachments are locked after their dataset.
    for (const id of known.values()) await startCrawl(tx, ctx.core.ports, { source_id: id })
    return presentAttachments(tx, await readAttachments(tx, ids))
  })
}

function fillAll({ url_pattern, slugs }: Input<'attachSourcesByPattern'>, faults: FieldFault[]): string[] {
  const fault = patternFault(url_pattern)
  if (fault !== null) throw invalid({ path: 'url_pattern', message: fault }, ...faults)
  const urls = slugs.map((slug) => fillPattern(url_pattern, slug))
  const unfit = urls.flatMap((url, index) =>
    url === null ? [{ path: `slugs.${index}`, message: 'cannot be a segment of an address' }] : [],
  )
  if (unfit.length + faults.length > 0) throw invalid(...unfit, ...faults)
  return urls as string[]
}

const knownStatement = statement(
  'find_page_sources',
  `select distinct on (name) id, name from sources
   where organization_id = $1 and type = 'URL' and url_crawl_options is null and name = any($2::text[])
   order by name, parent_source_id is not null, created_at, id`,
)

/** Sources that are one page, by address; of several the one that is no page of a crawl. Those deleted meanwhile are not known. */
async function lockKnownPages(tx: TransactionStore, urls: readonly string[]): Promise<Map<string, string>> {
  const known = await tx.query<{ id: string; name: string }>(knownStatement, [tx.organization_id, urls])
  const locked = await lockSourceRows(
    tx,
    known.map(({ id }) => id),
  )
  return new Map(locked.map(({ id, name }) => [name, id]))
}
