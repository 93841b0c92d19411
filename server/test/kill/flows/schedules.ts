// Makes schedules due without waiting for a minute: each trigger once, for a time of a year that has passed.
import type pg from 'pg'
import type { Planted } from './records.ts'

/** The last time that it could have been due for. */
const past = `${new Date().getUTCFullYear()}-01-01T00:00:00.000Z`

/** Those that are live and were never due. */
const freeText = `
  select id from workflow_triggers
  where type = 'timer' and cron = '0 0 1 1 *' and is_live and next_at > now() and not (id = any($1::uuid[])) limit 1`

const plantText = `
  with due as (
    update workflow_triggers set next_at = $2 where id = $1 and is_live and next_at > now()
    returning id, workflow_id, organization_id
  )
  insert into work_arrivals (kind, owner, subject, organization_id, due_at)
  select 'workflow_schedule', workflow_id, id, organization_id, now() from due`

/** `make`: another workflow with ten of them. */
export async function plantSchedule(pool: pg.Pool, planted: Planted[], make: () => Promise<unknown>): Promise<void> {
  const find = () => pool.query<{ id: string }>(freeText, [planted.map(({ trigger_id }) => trigger_id)])
  let { rows } = await find()
  if (rows.length === 0) {
    await make()
    ;({ rows } = await find())
  }
  const [free] = rows
  if (!free || planted.some(({ trigger_id }) => trigger_id === free.id)) return
  planted.push({ trigger_id: free.id, at: past })
  await pool.query(plantText, [free.id, past])
}
