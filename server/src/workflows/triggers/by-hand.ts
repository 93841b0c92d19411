// Fires a live trigger because a caller asks for it: also a paused one, and its next time stays.
import type { JsonObject } from '../../base/json.ts'
import { statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'
import type { TriggerServices } from './services.ts'
import { type LiveTrigger, plainFiring, startExecution } from './start.ts'

export interface FiredByHand {
  id: string
  /** The payload. */
  given: JsonObject
  depth: number
  started_by: JsonObject
}

const holdStatement = statement(
  'hold_trigger_to_fire',
  `select id, type, workflow_id, step_id, version, clock_timestamp() as now from workflow_triggers
   where organization_id = $1 and id = $2 and is_live for share`,
)

/** Returns the id of the execution. Null: it is not live. */
export async function fireByHand(
  services: TriggerServices,
  tx: TransactionStore,
  { id, given, depth, started_by }: FiredByHand,
): Promise<string | null> {
  const [row] = await tx.query<LiveTrigger & { now: string }>(holdStatement, [tx.organization_id, id])
  if (!row) return null
  const { now: scheduled_at, ...trigger } = row
  const runnable = await services.versionOf(tx, trigger.workflow_id, trigger.version)
  const time: JsonObject = trigger.type === 'timer' ? { scheduled_at, missed: false } : {}
  return startExecution(tx, services, runnable, {
    ...plainFiring,
    ...{ trigger, depth, started_by },
    payload: { ...time, ...given },
    facts: { manual: true },
  })
}
