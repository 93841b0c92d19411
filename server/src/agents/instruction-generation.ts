// Records the generation of instructions for a draft by a job: requested, running, stored in the draft or failed. Each step is one
// commit that checks the present state, so that a job can safely run twice and on two nodes.
import { type Database, acrossOrganizations, statement } from '../database/database.ts'
import type { RootStore, Store } from '../database/store.ts'
import type { JsonObject } from '../base/json.ts'
import { type JobPayloads, enqueueGeneration, max_generation_tries } from '../jobs/enqueue.ts'

type Job = JobPayloads['generate_instructions']

// A generation in progress for the same revision stays. The interval is longer than any attempt, so an overdue one has lost its node.
const askStatement = statement(
  'ask_for_instructions',
  `insert into instruction_generations as asked (version_id, organization_id, id, revision, status, due_at)
   values ($2, $1, $3, $4, 'queued', clock_timestamp() + interval '6 minutes')
   on conflict (version_id) do update
     set id = excluded.id, revision = excluded.revision, status = 'queued', tries = 0, error = null, instructions = null,
         requested_at = excluded.requested_at, due_at = excluded.due_at, finished_at = null
     where asked.organization_id = $1
       and not (asked.revision = excluded.revision and asked.status in ('queued', 'running'))
   returning id`,
)

/** Queues a job, unless one is in progress for the same revision. Must be called in a transaction. */
export async function askForInstructions(
  store: Store,
  { id: version_id, revision }: { id: string; revision: number },
  generation_id: string,
): Promise<void> {
  const { organization_id } = store
  const asked = await store.query(askStatement, [organization_id, version_id, generation_id, revision])
  if (asked.length > 0) await enqueueGeneration(store, { organization_id, version_id, generation_id })
}

export interface BegunGeneration {
  /** Includes this attempt. */
  tries: number
  inputs: JsonObject
  config: JsonObject
  /** Whether the draft has changed since the request. */
  is_outdated: boolean
}

const beginStatement = statement(
  'begin_generation',
  `update instruction_generations g
   set status = 'running', tries = g.tries + 1, due_at = clock_timestamp() + interval '6 minutes'
   from agent_versions v
   where g.version_id = $2 and g.organization_id = $1 and g.id = $3 and g.status in ('queued', 'running')
     and v.id = g.version_id
   returning g.tries, v.config, coalesce(v.instruction_builder_inputs, '{}') as inputs,
             (v.published or v.revision <> g.revision) as is_outdated`,
)

/** Null if there is nothing left to do, because it has ended or was requested again. */
export async function beginGeneration(store: Store, job: Job): Promise<BegunGeneration | null> {
  const [row] = await store.query<BegunGeneration>(beginStatement, [
    store.organization_id,
    job.version_id,
    job.generation_id,
  ])
  return row ?? null
}

const lockStatement = statement(
  'lock_generation',
  `select revision from instruction_generations
   where version_id = $2 and organization_id = $1 and id = $3 and status = 'running' for update`,
)
// The only place where generated text enters a draft, and only if the draft has not changed since the request.
const placeStatement = statement(
  'place_instructions',
  `update agent_versions
   set config = config || jsonb_build_object('instructions', $4::text), revision = revision + 1, updated_at = clock_timestamp()
   where id = $2 and organization_id = $1 and revision = $3 and not published
   returning revision`,
)
const finishStatement = statement(
  'finish_generation',
  `update instruction_generations
   set status = $4, error = $5, instructions = $6, due_at = null, finished_at = clock_timestamp()
   where version_id = $2 and organization_id = $1 and id = $3 and status = 'running'`,
)

export const outdated = 'The draft was changed or published in the meantime. Request new instructions.'

export type GenerationOutcome =
  | { status: 'done'; instructions: string }
  | { status: 'failed'; error: string; instructions: string | null }

/** Writes the outcome once; a second run of the same job, or one that was replaced, changes nothing. */
export async function finishGeneration(store: RootStore, job: Job, outcome: GenerationOutcome): Promise<void> {
  const key = [store.organization_id, job.version_id]
  await store.transaction(async (tx) => {
    const [found] = await tx.query<{ revision: number }>(lockStatement, [...key, job.generation_id])
    if (!found) return
    const { instructions } = outcome
    const isDone = outcome.status === 'done'
    const isPlaced = isDone && (await tx.query(placeStatement, [...key, found.revision, instructions])).length > 0
    const error = isPlaced ? null : isDone ? outdated : outcome.error
    const status = isPlaced ? 'done' : 'failed'
    await tx.query(finishStatement, [...key, job.generation_id, status, error, isPlaced ? null : instructions])
  })
}

const overdueStatement = statement(
  'overdue_generations',
  `update instruction_generations g set due_at = clock_timestamp() + interval '6 minutes'
   where version_id in (
     select version_id from instruction_generations where due_at < clock_timestamp() order by due_at limit 1000)
     and due_at < clock_timestamp()
   returning organization_id, version_id, id as generation_id`,
)
const giveUpStatement = acrossOrganizations(
  'it runs each minute for all organizations',
  'give_up_generations',
  `update instruction_generations
   set status = 'failed', error = 'Every attempt failed because its server stopped. Request it again.', due_at = null, finished_at = clock_timestamp()
   where due_at < clock_timestamp() and status = 'running' and tries >= $1`,
)

/** Queues again what lost nodes left behind, in all organizations, because the queue itself would wait for hours. */
export async function requeueOverdueGenerations(database: Database): Promise<number> {
  return database.transaction(async (tx) => {
    await tx.query(giveUpStatement, [max_generation_tries])
    const overdue = await tx.query<Job>(overdueStatement, [])
    for (const payload of overdue) await enqueueGeneration(tx, payload)
    return overdue.length
  })
}
