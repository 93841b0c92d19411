// Puts jobs into the queue, inside the caller's transaction: a job exists if and only if its cause was committed.
import { statement } from '../database/database.ts'
import type { Store } from '../database/store.ts'

/** Payload of each kind of job. Every job is safe to run twice and checks the state it finds. */
export interface JobPayloads {
  analyze_conversation: { organization_id: string; conversation_id: string }
}

const addJob = statement('add_job', 'select graphile_worker.add_job($1, $2::json, max_attempts => $3::integer)')

/** Tries of a job before it is given up. */
export const max_job_attempts: Record<keyof JobPayloads, number> = { analyze_conversation: 5 }

export async function enqueueAnalysis(store: Store, conversation_id: string): Promise<void> {
  const payload: JobPayloads['analyze_conversation'] = { organization_id: store.organization_id, conversation_id }
  await store.query(addJob, ['analyze_conversation', JSON.stringify(payload), max_job_attempts.analyze_conversation])
}
