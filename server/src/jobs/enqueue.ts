// Puts jobs into the queue, inside the caller's transaction: a job exists if and only if its cause was committed.
import { type Executor, type Pipeline, acrossOrganizations } from '../database/database.ts'

/** Payload of each kind of job. Every job is safe to run twice and checks the state it finds. */
export interface JobPayloads {
  analyze_conversation: { organization_id: string; conversation_id: string }
  generate_instructions: { organization_id: string; version_id: string; generation_id: string }
  /** Comes by itself, once a minute on one node. */
  requeue_analyses: Record<string, unknown>
  /** As above. */
  requeue_generations: Record<string, unknown>
  /** As above. */
  delete_expired_keys: Record<string, unknown>
  /** As above. */
  clean_up_webhooks: Record<string, unknown>
  /** As above. */
  clean_up_sign_in: Record<string, unknown>
  /** As above. */
  fold_statistics: Record<string, unknown>
  /** As above. */
  tend_changes: Record<string, unknown>
}

// The key keeps one job for each conversation; one that a dead node still holds is put out of the way.
const addJob = acrossOrganizations(
  'the queue is that of the server',
  'add_job',
  'select graphile_worker.add_job($1, $2::json, max_attempts => $3::integer, job_key => $4)',
)

/** Tries of an analysis before it is given up. */
const max_analysis_attempts = 5

export function postAnalysis(tx: Pipeline, payload: JobPayloads['analyze_conversation']): void {
  const key = `analyze:${payload.conversation_id}`
  tx.send(addJob, ['analyze_conversation', JSON.stringify(payload), max_analysis_attempts, key])
}

/** Tries of one job; those of a generation are counted with it, over all of its jobs. */
export const max_generation_tries = 4

/** One for each version: a newer one takes the place of one that waits. */
export async function enqueueGeneration(
  executor: Executor,
  payload: JobPayloads['generate_instructions'],
): Promise<void> {
  const key = `generate-instructions:${payload.version_id}`
  await executor.query(addJob, ['generate_instructions', JSON.stringify(payload), max_generation_tries, key])
}
