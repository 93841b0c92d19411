// The switch: one commit after which searches use the new generation, with its words counted and its event written.
import { statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'
import { addOrganizationEvent } from '../../events/events.ts'
import { type IndexedGeneration, countWords } from '../search/index-chunks.ts'
import { mayServe } from '../vectors/vectors.ts'
import type { IdPort } from './detach.ts'
import { type BuildKey, type Generation, Outdated, lockForBuild } from './build-rows.ts'
import { requestErasing } from './requests.ts'
import { lockDatasetRows } from './rows.ts'

const servesStatement = statement(
  'generation_serves',
  `update generations set state = 'serving', processed_chunks = total_chunks where organization_id = $1 and id = $2
     and state = 'building' returning revision`,
)

const replacedStatement = statement(
  'generation_is_replaced',
  `update generations set state = 'replaced', ended_at = clock_timestamp() where organization_id = $1 and id = $2
   returning id, number, organization_id, dataset_id, language`,
)

const pointerStatement = statement(
  'switch_generation',
  `update dataset_sources a
   set serving_generation = $3, status = 'ready', next_try_at = null, updated_at = clock_timestamp()
   from sources s where a.organization_id = $1 and a.id = $2 and s.id = a.source_id
   returning a.source_id, s.name`,
)

/** False: not all of its chunks have the vectors that searches of the dataset use now. Throws `Outdated`. */
export async function switchGeneration(
  tx: TransactionStore,
  { newId }: IdPort,
  key: BuildKey,
  generation: Generation,
): Promise<boolean> {
  const { organization_id } = tx
  const { dataset_id } = generation
  if ((await lockDatasetRows(tx, [dataset_id], 'no key update')).length === 0) throw new Outdated()
  const { serving_generation } = await lockForBuild(tx, key)
  if (!(await mayServe(tx, generation))) return false
  const [serving] = await tx.query<{ revision: number }>(servesStatement, [organization_id, generation.id])
  if (!serving) throw new Outdated()
  const removed = serving_generation === null ? null : await replace(tx, serving_generation)
  await countWords(tx, { added: generation, removed })
  const values = [organization_id, key.dataset_source_id, generation.id]
  const [switched] = await tx.query<{ source_id: string; name: string }>(pointerStatement, values)
  const of = { dataset_source_id: key.dataset_source_id, dataset_id, ...switched! }
  const data = { ...of, revision: serving.revision, chunks: generation.total_chunks }
  const subject = key.dataset_source_id
  addOrganizationEvent(tx, { id: newId(), organization_id, type: 'dataset_source.ready', subject, data })
  return true
}

async function replace(tx: TransactionStore, id: string): Promise<IndexedGeneration | null> {
  const [removed] = await tx.query<IndexedGeneration>(replacedStatement, [tx.organization_id, id])
  requestErasing(tx)
  return removed ?? null
}
