// Has a conversation's analysis made, inside the transaction that queues it.
import type { Pipeline } from '../../database/database.ts'
import { addWork } from '../../work/add.ts'

/** As the room that does it names it. */
export const analysis_work = 'analyze_conversation'

/** Its agent's share is what it takes. At once, since the call of `end` may wait for it. */
export function addAnalysis(
  tx: Pipeline,
  { id, organization_id, agent_id }: { id: string; organization_id: string; agent_id: string | null },
): void {
  addWork(tx, analysis_work, { organization_id, owner: agent_id ?? organization_id, subject: id }, { urgent: true })
}
