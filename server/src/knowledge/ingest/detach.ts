// Takes sources out of datasets.
import type { Ports } from '../../base/ports.ts'
import { statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'
import { addOrganizationEvent } from '../../events/events.ts'
import { type IndexedGeneration, countWords } from '../search/index-chunks.ts'
import { requestErasing } from './requests.ts'
import { lockDatasetRows, lockSourceRows, markGenerationsGone } from './rows.ts'

export type IdPort = Pick<Ports, 'newId'>

interface Detached {
  id: string
  dataset_id: string
  source_id: string
  name: string
}

const datasetsStatement = statement(
  'datasets_of_dataset_sources',
  'select id, dataset_id, source_id from dataset_sources where organization_id = $1 and id = any($2::uuid[])',
)

// With the pages that the crawl of a detached source has attached.
const detachedStatement = statement(
  'lock_detached',
  `select a.id, a.dataset_id, a.source_id, s.name from dataset_sources a join sources s on s.id = a.source_id
   where a.organization_id = $1 and (a.id = any($2::uuid[]) or (a.attached_by = 'crawl' and s.parent_source_id is not null
     and (a.dataset_id, s.parent_source_id) in
       (select named.dataset_id, named.source_id from dataset_sources named where named.id = any($2::uuid[]))))
   order by a.id for update of a`,
)

const servingStatement = statement(
  'serving_generations',
  `select g.id, g.number, g.organization_id, g.dataset_id, g.language
   from dataset_sources a join generations g on g.id = a.serving_generation
   where a.organization_id = $1 and a.id = any($2::uuid[]) order by g.number`,
)

const deleteStatement = statement(
  'delete_dataset_sources',
  'delete from dataset_sources where organization_id = $1 and id = any($2::uuid[])',
)

/**
 * In the commit of a detach: no search finds the chunks once it is committed; they are erased as work. A crawled source takes along
 * the pages that its crawl attached. Those that are gone already are skipped. Answers how many there were.
 */
export async function detach(tx: TransactionStore, ports: IdPort, ids: readonly string[]): Promise<number> {
  const named = await tx.query<Omit<Detached, 'name'>>(datasetsStatement, [tx.organization_id, ids])
  // A crawl that attaches a page now has the source locked, or waits.
  await lockSourceRows(tx, [...new Set(named.map(({ source_id }) => source_id))])
  await lockDatasetRows(tx, [...new Set(named.map(({ dataset_id }) => dataset_id))], 'no key update')
  return detachLocked(tx, ports, ids)
}

/** The sources are locked; so are their datasets. */
export async function detachLocked(tx: TransactionStore, { newId }: IdPort, ids: readonly string[]): Promise<number> {
  const { organization_id } = tx
  const detached = await tx.query<Detached>(detachedStatement, [organization_id, ids])
  if (detached.length === 0) return 0
  const all = detached.map(({ id }) => id)
  const serving = await tx.query<IndexedGeneration>(servingStatement, [organization_id, all])
  for (const removed of Map.groupBy(serving, ({ dataset_id }) => dataset_id).values()) {
    await countWords(tx, { added: null, removed })
  }
  await markGenerationsGone(tx, all)
  await tx.query(deleteStatement, [organization_id, all])
  for (const { id, dataset_id, source_id, name } of detached) {
    const data = { dataset_source_id: id, dataset_id, source_id, name }
    addOrganizationEvent(tx, { id: newId(), organization_id, type: 'dataset_source.deleted', subject: id, data })
  }
  requestErasing(tx)
  return detached.length
}
