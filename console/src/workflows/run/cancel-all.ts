// Cancels all open executions, of all workflows or of one.
import type { Session } from '../../session/session.ts'

export async function cancelAll(client: Session['client'], workflow_id: string | undefined): Promise<void> {
  const which = workflow_id === undefined ? {} : { workflow_id }
  for (;;) {
    const { continue_after } = await client.cancelExecutions(which)
    if (continue_after === null) return
  }
}
