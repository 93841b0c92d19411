// Records the generation of instructions for a draft: requested, running, stored in the draft or failed. Each step is one commit
// that checks the present state, so that the work can safely run twice and on two nodes.
import { statement } from '../database/database.ts'
import type { TransactionStore } from '../database/store.ts'
import type { JsonObject } from '../base/json.ts'
import { addWork } from '../work/add.ts'

/** The kind of work, named by the room that runs it. The version is its owner, the generation its subject. */
export const generation_work = 'generate_instructions'

export interface Generation {
  version_id: string
  generation_id: string
}

// A generation in progress for the same revision stays. Servers from before leases take a generation for lost after `due_at`.
const askStatement = statement(
  'ask_for_instructions',
  `insert into instruction_generations as asked (version_id, organization_id, id, revision, status, due_at)
   values ($2, $1, $3, $4, 'queued', 'infinity')
   on conflict (version_id) do update
     set id = excluded.id, revision = excluded.revision, status = 'queued', tries = 0, error = null, instructions = null,
         requested_at = excluded.requested_at, due_at = excluded.due_at, finished_at = null
     where asked.organization_id = $1
       and not (asked.revision = excluded.revision and asked.status in ('queued', 'running'))
   returning id`,
)

/** Adds work, unless there is some for the same revision. */
export async function askForInstructions(
  tx: TransactionStore,
  { id: version_id, revision }: { id: string; revision: number },
  generation_id: string,
): Promise<void> {
  const { organization_id } = tx
  const asked = await tx.query(askStatement, [organization_id, version_id, generation_id, revision])
  if (asked.length === 0) return
  addWork(tx, generation_work, { organization_id, owner: version_id, subject: generation_id }, { urgent: true })
}

export interface BegunGeneration {
  inputs: JsonObject
  config: JsonObject
  /** Whether the draft has changed since the request. */
  is_outdated: boolean
}

const beginStatement = statement(
  'begin_generation',
  `update instruction_generations g
   set status = 'running', tries = $4, due_at = 'infinity'
   from agent_versions v
   where g.version_id = $2 and g.organization_id = $1 and g.id = $3 and g.status in ('queued', 'running')
     and v.id = g.version_id
   returning v.config, coalesce(v.instruction_builder_inputs, '{}') as inputs,
             (v.published or v.revision <> g.revision) as is_outdated`,
)

/** Null if there is nothing left to do, because it has ended or was requested again. `tries` includes this attempt. */
export async function beginGeneration(
  tx: TransactionStore,
  { version_id, generation_id }: Generation,
  tries: number,
): Promise<BegunGeneration | null> {
  const values = [tx.organization_id, version_id, generation_id, tries]
  const [row] = await tx.query<BegunGeneration>(beginStatement, values)
  return row ?? null
}

const lockStatement = statement(
  'lock_generation',
  `select revision from instruction_generations
   where version_id = $2 and organization_id = $1 and id = $3 and status in ('queued', 'running') for update`,
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
   where version_id = $2 and organization_id = $1 and id = $3 and status in ('queued', 'running')`,
)

export const outdated = 'The draft was changed or published in the meantime. Request new instructions.'

export type GenerationOutcome =
  | { status: 'done'; instructions: string }
  | { status: 'failed'; error: string; instructions: string | null }

/** Writes the outcome once; a second run, or one that was replaced, has no effect. */
export async function finishGeneration(
  tx: TransactionStore,
  { version_id, generation_id }: Generation,
  outcome: GenerationOutcome,
): Promise<void> {
  const key = [tx.organization_id, version_id]
  const [found] = await tx.query<{ revision: number }>(lockStatement, [...key, generation_id])
  if (!found) return
  const { instructions } = outcome
  const isDone = outcome.status === 'done'
  const isPlaced = isDone && (await tx.query(placeStatement, [...key, found.revision, instructions])).length > 0
  const error = isPlaced ? null : isDone ? outdated : outcome.error
  const status = isPlaced ? 'done' : 'failed'
  await tx.query(finishStatement, [...key, generation_id, status, error, isPlaced ? null : instructions])
}
