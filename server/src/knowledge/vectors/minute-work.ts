// Each minute, on one node: datasets whose chunks wait for a model that can be called, and vectors that no text needs any more.
import type { Core } from '../../calls/core.ts'
import { type Executor, statement } from '../../database/database.ts'
import { rowsOf } from '../../database/rows.ts'
import { openReservedStore } from '../../database/store.ts'
import {
  type OldVector,
  embeddingSettings,
  forgetClaims,
  keepVectors,
  listOldVectors,
  removeVectors,
} from '../../embeddings/embeddings.ts'
import { everyMinute } from '../../work/every-minute.ts'
import type { WorkKind } from '../../work/port.ts'
import type { Knowledge } from '../services.ts'
import { addEmbedding, changeModel, look_ms } from './reembedding.ts'
import { awaitVectors, lockDatasetSpaces } from './rows.ts'

/** Of one minute; those that wait longest come first. */
const most_datasets = 500
const most_vectors = 10_000
const most_claims = 10_000

const awaitingStatement = statement(
  'find_datasets_awaiting_vectors',
  `select id, organization_id from datasets where vectors_awaited_at <= clock_timestamp() order by vectors_awaited_at limit $1`,
)

export function findModelsWork(core: Core, room: Pick<Knowledge, 'embeddings'>): WorkKind {
  return everyMinute('find_embedding_models', async (signal) => {
    const waiting = await core.database.query<{ id: string; organization_id: string }>(awaitingStatement, [
      most_datasets,
    ])
    for (const { id, organization_id } of waiting) {
      signal.throwIfAborted()
      await findModel(core, room, organization_id, id)
    }
  })
}

/** Its vectors follow if its model can be called; else the dataset waits on. */
async function findModel(core: Core, room: Pick<Knowledge, 'embeddings'>, organization_id: string, id: string) {
  const { embeddings } = room
  await openReservedStore(core.database, organization_id).transaction(async (tx) => {
    const dataset = await lockDatasetSpaces(tx, id)
    if (!dataset) return
    const { space_id, embedding_model, reembedding_status } = dataset
    // One that names no model keeps the one that it has; a re-embedding that failed is resumed by its owner only.
    const may_change = reembedding_status === null && (space_id === null || embedding_model !== null)
    const wished = may_change ? await embeddings.spaceFor(tx, dataset) : null
    if (wished !== null && wished.id !== space_id) return changeModel(tx, core.ports, room, id)
    const serving = space_id === null ? null : await embeddings.findSpace(tx, space_id)
    const isCallable = serving !== null && (await embeddings.isCallable(tx, serving))
    // A model that it names and that cannot be called yet is looked for again.
    const isAwaited = may_change && embedding_model !== null && wished === null
    await awaitVectors(tx, id, isCallable && !isAwaited ? null : look_ms)
    if (isCallable) addEmbedding(tx, id)
  })
}

// As long as a generation is noted to be complete in a space, its vectors stay there. Chunks of replaced generations count as long as
// their vectors would be kept after the last use.
const usedStatement = statement(
  'find_used_vectors',
  `select old.call from ${rowsOf('old', 'organization_id uuid, space_id uuid, text_hash bytea')}
   where exists (
     select from chunks c join generations g on g.id = c.generation_id
     join generation_spaces s on s.generation_id = g.id and s.space_id = old.space_id
     where c.organization_id = old.organization_id and c.text_hash = old.text_hash
       and (g.state in ('building', 'serving')
         or g.state = 'replaced' and g.ended_at > clock_timestamp() - $4::double precision * interval '1 day'))`,
)

export function removeUnusedWork({ database, config }: Core): WorkKind {
  const { unused_days } = config.of(embeddingSettings)
  return everyMinute('remove_unused_vectors', async () => {
    await removeUnused(database, unused_days)
    await forgetClaims(database, most_claims)
  })
}

async function removeUnused(database: Executor, days: number): Promise<void> {
  const old = await listOldVectors(database, days, most_vectors)
  if (old.length === 0) return
  const columns = [
    old.map(({ organization_id }) => organization_id),
    old.map(({ space_id }) => space_id),
    old.map(({ text_hash }) => text_hash),
  ]
  const found = await database.query<{ call: number }>(usedStatement, [...columns, days])
  const used = new Set(found.map(({ call }) => call))
  const isUsed = (_: OldVector, index: number) => used.has(index + 1)
  await keepVectors(database, old.filter(isUsed))
  await removeVectors(
    database,
    old.filter((one, index) => !isUsed(one, index)),
    days,
  )
}
