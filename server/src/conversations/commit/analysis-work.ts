// Queues the work that analyzes a conversation, inside the transaction that requests the analysis.
import type { Pipeline } from '../../database/database.ts'
import { addWork } from '../../work/add.ts'

/** The same name as in the room that does the work. */
export const analysis_work = 'analyze_conversation'

/** Counts toward its agent's share of the work. Urgent, since a call of `end` may wait for it. */
export function addAnalysis(
  tx: Pipeline,
  { id, organization_id, agent_id }: { id: string; organization_id: string; agent_id: string | null },
): void {
  addWork(tx, analysis_work, { organization_id, owner: agent_id ?? organization_id, subject: id }, { urgent: true })
}
