// The space of a dataset: how it gets one, and how another takes its place. Every change is one commit under the dataset's lock.
import type { KnowledgeReason } from '@parley/contract'
import type { Ports } from '../../base/ports.ts'
import type { TransactionStore } from '../../database/store.ts'
import type { Space } from '../../embeddings/embeddings.ts'
import { addOrganizationEvent } from '../../events/events.ts'
import { addWork } from '../../work/add.ts'
import type { Knowledge } from '../services.ts'
import { type DatasetSpaces, findLacking, lockDatasetSpaces, setDatasetSpaces } from './rows.ts'
import { reembeddingCounts } from './rows.ts'

/** How often a model is looked for that cannot be called now. */
export const look_ms = 50_000

export const embed_dataset_work = 'embed_dataset'

/** At once, also where a pause after a failed try is not over: that was of another model, or somebody asks. */
export function addEmbedding(tx: TransactionStore, dataset_id: string): void {
  const { organization_id } = tx
  addWork(tx, embed_dataset_work, { organization_id, owner: dataset_id, subject: dataset_id }, { urgent: true })
}

const still = { next_space_id: null, status: null, error: null, look_in_ms: null } as const

/**
 * In the commit that has given the dataset another wish, or that asks for a re-embedding. Starts one, replaces, resumes or undoes the
 * one under way; or awaits the model, while the space goes on that serves.
 */
export async function changeModel(
  tx: TransactionStore,
  ports: Pick<Ports, 'newId'>,
  room: Pick<Knowledge, 'embeddings'>,
  dataset_id: string,
): Promise<void> {
  const dataset = await lockDatasetSpaces(tx, dataset_id)
  if (!dataset) return
  const target = await room.embeddings.spaceFor(tx, dataset)
  const { space_id, next_space_id, reembedding_status, has_chunks } = dataset
  if (target?.id === next_space_id && reembedding_status === 'running') return addEmbedding(tx, dataset_id)
  if (target === null) await setDatasetSpaces(tx, dataset_id, { ...still, ...waitingFor(dataset) })
  else if (target.id === space_id) await setDatasetSpaces(tx, dataset_id, { ...still, space_id })
  else if (has_chunks) await setDatasetSpaces(tx, dataset_id, startOf(dataset, target))
  else {
    await setDatasetSpaces(tx, dataset_id, { ...still, space_id: target.id })
    if (space_id !== null) reportSwitch(tx, ports, dataset, { space: target, chunks: 0 })
  }
  addEmbedding(tx, dataset_id)
}

/** Without chunks nothing waits: the first build looks for the model again. */
const waitingFor = ({ space_id, has_chunks }: DatasetSpaces) =>
  has_chunks ? { space_id, look_in_ms: look_ms } : { space_id: null, look_in_ms: null }

function startOf({ space_id }: DatasetSpaces, target: Space) {
  return { space_id, next_space_id: target.id, status: 'running', error: null, look_in_ms: null } as const
}

/** The spaces that new content needs vectors in. A dataset without one gets the one that it wishes, as soon as that can be called. */
export async function chooseSpaces(
  tx: TransactionStore,
  room: Pick<Knowledge, 'embeddings'>,
  dataset_id: string,
): Promise<{ serving: Space | null; next: Space | null }> {
  const dataset = await lockDatasetSpaces(tx, dataset_id)
  if (!dataset) return { serving: null, next: null }
  const { space_id, next_space_id, reembedding_status, has_chunks } = dataset
  const find = async (id: string | null) => (id === null ? null : room.embeddings.findSpace(tx, id))
  const isRunning = reembedding_status === 'running'
  if (space_id !== null || next_space_id !== null)
    return { serving: await find(space_id), next: isRunning ? await find(next_space_id) : null }
  const target = await room.embeddings.spaceFor(tx, dataset)
  if (target === null) {
    await setDatasetSpaces(tx, dataset_id, { ...still, space_id, look_in_ms: look_ms })
    return { serving: null, next: null }
  }
  if (!has_chunks) {
    await setDatasetSpaces(tx, dataset_id, { ...still, space_id: target.id })
    return { serving: target, next: null }
  }
  await setDatasetSpaces(tx, dataset_id, startOf(dataset, target))
  addEmbedding(tx, dataset_id)
  return { serving: null, next: target }
}

/** The switch: searches use the next space from this commit on. False: a generation that serves has not all of its vectors there. */
export async function switchSpace(
  tx: TransactionStore,
  ports: Pick<Ports, 'newId'>,
  dataset_id: string,
  space: Space,
): Promise<boolean> {
  const dataset = await lockDatasetSpaces(tx, dataset_id)
  if (dataset?.next_space_id !== space.id || dataset.reembedding_status !== 'running') return false
  if (await findLacking(tx, dataset_id, space.id)) return false
  const [counts] = await reembeddingCounts(tx, [dataset_id])
  await setDatasetSpaces(tx, dataset_id, { ...still, space_id: space.id })
  reportSwitch(tx, ports, dataset, { space, chunks: counts?.total_chunks ?? 0 })
  return true
}

function reportSwitch(
  tx: TransactionStore,
  { newId }: Pick<Ports, 'newId'>,
  { id, name }: DatasetSpaces,
  { space, chunks }: { space: Space; chunks: number },
): void {
  const { organization_id } = tx
  const data = { dataset_id: id, name, ...namesOf(space), chunks }
  addOrganizationEvent(tx, { id: newId(), organization_id, type: 'dataset.reembedded', subject: id, data })
}

const namesOf = ({ model, dimension }: Space) => ({ embedding_model: model, embedding_dimension: dimension })

/** The space that serves goes on. Nothing if another model was chosen meanwhile. */
export async function failReembedding(
  tx: TransactionStore,
  ports: Pick<Ports, 'newId'>,
  dataset_id: string,
  { space, reason }: { space: Space; reason: KnowledgeReason },
): Promise<void> {
  const dataset = await lockDatasetSpaces(tx, dataset_id)
  if (dataset?.next_space_id !== space.id || dataset.reembedding_status !== 'running') return
  const { id, name, space_id, next_space_id } = dataset
  await setDatasetSpaces(tx, id, {
    space_id,
    next_space_id,
    status: 'failed',
    error: reason.message,
    look_in_ms: look_ms,
  })
  const { organization_id } = tx
  const data = { dataset_id: id, name, ...namesOf(space), reason }
  addOrganizationEvent(tx, {
    id: ports.newId(),
    organization_id,
    type: 'dataset.reembedding_failed',
    subject: id,
    data,
  })
}
