// What conversations asked of a dataset.
import { notFound } from '../../base/errors.ts'
import { isUuid } from '../../base/ports.ts'
import type { Handler } from '../../calls/context.ts'
import { listRetrievalsOfDataset } from '../../conversations/read/retrievals.ts'
import { cutPage, decodeTimeCursor, default_page_size } from '../../database/cursor.ts'
import { statement } from '../../database/database.ts'
import type { Knowledge } from '../services.ts'

const existsStatement = statement('has_dataset', 'select id from datasets where organization_id = $1 and id = $2')

export const listDatasetRetrievals: Handler<'listDatasetRetrievals', Knowledge> = async (ctx, input) => {
  const { store, core } = ctx
  const { dataset_id } = input
  const values = [store.organization_id, dataset_id]
  const [dataset] = isUuid(dataset_id) ? await store.query<{ id: string }>(existsStatement, values) : []
  if (!dataset) throw notFound('Dataset')
  const before = decodeTimeCursor(input.cursor, isUuid)
  const limit = input.limit ?? default_page_size
  const size = { limit: limit + 1, max_bytes: core.config.limits.answer_bytes }
  const { rows, is_cut } = await listRetrievalsOfDataset(store, dataset.id, input, before, size)
  return cutPage(rows, limit, ({ created_at, id }) => ({ time: created_at, key: id }), is_cut)
}
