// What is recorded of datasets and their sources. No file arrives, so every state is that of the moment.
import type { Walk } from '../../wire/world.ts'

const unknown_id = '00000000-0000-4000-8000-000000000000'
const own_id = '10000000-0000-4000-8000-000000000001'

export async function walkDatasets(walk: Walk): Promise<void> {
  const { call } = walk
  const made = await call('createDataset', 'with everything', {
    body: {
      ...{ id: own_id, name: 'Handbook', description: 'All about it', language: 'german' },
      ...{ embedding_model: 'unknown/model', embedding_dimension: 256, chunking_strategy: 'structure_based' },
    },
  })
  const params = { dataset_id: made.json.id as string }
  await call('createDataset', 'with a name only', { body: { name: 'Plain' } })
  await call('createDataset', 'an id that is taken', { body: { id: own_id, name: 'Other' } })
  await call('createDataset', 'faults', {
    body: { name: '', embedding_dimension: 7, language: 'klingon', chunking_strategy: { chunk_size: 7 } },
  })
  const page = await call('listDatasets', 'the first page', { query: 'limit=1' })
  await call('listDatasets', 'the next page', { query: `limit=1&cursor=${page.json.pagination.next_cursor}` })
  await call('listDatasets', 'by name', { query: 'name=HAND' })
  await call('getDataset', 'one', { params })
  await call('getDataset', 'unknown', { params: { dataset_id: unknown_id } })
  await call('updateDataset', 'some fields', {
    params,
    body: { description: null, chunking_strategy: { chunk_size: 500 } },
  })
  await walkAttachments(walk, params)
  await call('deleteDataset', 'one', { params })
  await call('deleteDataset', 'again', { params })
  // The organization has two already: its first one, and the plain one.
  for (const name of ['Third', 'Fourth', 'Fifth']) await walk.prepare('createDataset', { body: { name } })
  await call('createDataset', 'one too many', { body: { name: 'Sixth' } })
}

async function walkAttachments({ call, prepare, open }: Walk, dataset: { dataset_id: string }): Promise<void> {
  const created = await prepare('createSources', {
    body: [
      { name: 'a.md', type: 'FILE' },
      { name: 'b.pdf', type: 'FILE' },
    ],
  })
  const [a, b] = (created.json as { id: string }[]).map(({ id }) => id)
  const attached = await call('attachSources', 'two, in this order', { params: dataset, body: [b, { source_id: a }] })
  const params = { ...dataset, dataset_source_id: attached.json[0].id as string }
  await call('attachSources', 'attached already', { params: dataset, body: { source_ids: [b] } })
  await call('attachSources', 'faults', { params: dataset, body: [{}, { source_id: a, chunking_strategy: 'x' }] })
  await call('attachSources', 'an unknown source', { params: dataset, body: [a, unknown_id] })
  await call('listDatasetSources', 'by extension and status', {
    params: dataset,
    query: 'file_extension=md,txt&status=pending',
  })
  await call('listDatasetSources', 'an unknown status', { params: dataset, query: 'status=done' })
  await call('getDatasetSource', 'one', { params })
  await call('updateDatasetSource', 'another strategy', { params, body: { chunking_strategy: 'fixed' } })
  await call('reprocessDatasetSource', 'one', { params })
  await call('listDatasetSourceChunks', 'of what does not serve yet', { params })
  await call('detachSource', 'one', { params })
  // Of those that were attached by one call, the order is open.
  const progress = open('streamDatasetProgress', 'what there is', { params: dataset })
  await progress.sees('is_complete')
  await progress.stop()
  await call('detachSource', 'again', { params })
}
