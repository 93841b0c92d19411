// Tells the organization that a trigger did not start an execution.
import type { Ports } from '../../base/ports.ts'
import type { Pipeline } from '../../database/database.ts'
import { addOrganizationEvent } from '../../events/events.ts'

export interface SkippedTrigger {
  id: string
  workflow_id: string
  workflow_name: string
  step_id: string
  version: number
}

export function tellSkipped(
  tx: Pipeline & { organization_id: string },
  { newId }: Pick<Ports, 'newId'>,
  { id: trigger_id, workflow_id, workflow_name: name, step_id, version }: SkippedTrigger,
  reason: string,
): void {
  const { organization_id } = tx
  const data = { workflow_id, name, version, trigger_id, step_id, reason }
  addOrganizationEvent(tx, {
    id: newId(),
    organization_id,
    type: 'workflow_trigger.skipped',
    subject: trigger_id,
    data,
  })
}
