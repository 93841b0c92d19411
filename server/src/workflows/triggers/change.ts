// Changes that callers ask for: a pause, and another URL.
import type { Pipeline } from '../../database/database.ts'
import { statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'
import { addWork } from '../../work/add.ts'
import { nextTime } from '../rules/schedule-times.ts'
import { schedule_work } from './schedules.ts'
import { type TokenServices, makeToken } from './tokens.ts'

interface Row {
  workflow_id: string
  is_live: boolean
  paused: boolean
  cron: string | null
  timezone: string | null
  now: string
}

const lockStatement = statement(
  'lock_trigger',
  `select t.workflow_id, t.is_live, t.paused, t.cron, t.timezone, clock_timestamp() as now
   from workflow_triggers t where t.organization_id = $1 and t.id = $2
     and exists (select from workflows w where w.id = t.workflow_id and w.deleted_at is null) for update`,
)

const pauseStatement = statement(
  'pause_trigger',
  'update workflow_triggers set paused = $3, next_at = $4 where organization_id = $1 and id = $2',
)

/** Times that pass in a pause are neither missed nor due later. False: there is no such trigger. */
export async function pauseTrigger(tx: TransactionStore, id: string, paused: boolean): Promise<boolean> {
  const [row] = await tx.query<Row>(lockStatement, [tx.organization_id, id])
  if (!row) return false
  if (row.paused === paused) return true
  const { cron, timezone, workflow_id, is_live, now } = row
  const isDue = !paused && is_live && cron !== null && timezone !== null
  const next_at = isDue ? nextTime({ cron, timezone }, now) : null
  tx.send(pauseStatement, [tx.organization_id, id, paused, next_at])
  if (next_at !== null) addSchedule(tx, { workflow_id, id, next_at })
  return true
}

/** The timer of a schedule. */
export function addSchedule(
  tx: Pipeline & { organization_id: string },
  { workflow_id, id, next_at }: { workflow_id: string; id: string; next_at: string },
): void {
  const { organization_id } = tx
  addWork(tx, schedule_work, { organization_id, owner: workflow_id, subject: id }, { at: next_at })
}

const rotateStatement = statement(
  'rotate_hook',
  `update workflow_triggers set token = $3, token_digest = $4 where organization_id = $1 and id = $2 and type = 'webhook' returning id`,
)

/** The old URL is unknown from this commit on. False: it is no webhook. */
export async function rotateHook(services: TokenServices, tx: TransactionStore, id: string): Promise<boolean> {
  const { token, token_digest } = makeToken(services, id)
  return (await tx.query(rotateStatement, [tx.organization_id, id, token, token_digest])).length > 0
}
