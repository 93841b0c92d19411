// Reads what the judge needs of workflows from the database, bypassing the servers.
import type pg from 'pg'
import { openViolationsText, violationsText } from '../../workflows/durable/violations.ts'
import type { FlowAgents, StoredAround, StoredExecution, StoredFires, StoredFlows, StoredVisit } from './records.ts'

const executionsText = `
  select id, status, input ->> 'n' as n, output ->> 'n' as output_n, error ->> 'code' as error_code, cancel_reason, cause, trigger_type,
         trigger ->> 'call_id' as call_id, conversation_id, retry_of, milliseconds_of(finished_at)::double precision as finished_at
  from workflow_executions`

const visitsText = `
  select execution_id, position, step_id, type, status, error ->> 'code' as error_code, is_sent,
         (output ->> 'resumed')::boolean as is_resumed, milliseconds_of(started_at)::double precision as started_at,
         milliseconds_of(finished_at)::double precision as finished_at, json_array_length(attempts) as attempts
  from workflow_visits order by execution_id, position`

const aroundText = `
  select c.id as conversation_id, c.agent_id, c.status, c.ended_at is not null as is_ended, c.custom_metadata ->> 'tier' as tier,
         (select count(*) from events e where e.conversation_id = c.id and e.type = 'conversation.started')::integer as starts,
         milliseconds_of(b.due_at)::double precision as due_at, coalesce(b.applied_at is not null, true) as is_applied
  from conversations c left join workflow_beginnings b on b.conversation_id = c.id
  where c.agent_id = any($1::uuid[]) and c.deleted_at is null`

const firesText = `
  select f.trigger_id, to_char(f.scheduled_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at,
         (count(*) filter (where f.outcome = 'started'))::integer as started
  from workflow_fires f join workflow_triggers t on t.id = f.trigger_id
  where t.cron = '0 0 1 1 *' group by 1, 2`

const minutesText = `
  select (extract(epoch from f.scheduled_at) / 60)::integer as minute
  from workflow_fires f join workflow_triggers t on t.id = f.trigger_id
  where t.cron = '* * * * *' and f.outcome = 'started' order by 1`

export async function readFlows(pool: pg.Pool, agents: FlowAgents): Promise<StoredFlows> {
  const { rows: executions } = await pool.query<StoredExecution>(executionsText)
  const { rows: visits } = await pool.query<StoredVisit>(visitsText)
  const { rows: around } = await pool.query<StoredAround>(aroundText, [Object.values(agents)])
  const { rows: fires } = await pool.query<StoredFires>(firesText)
  const minutes = await pool.query<{ minute: number }>(minutesText)
  const violations = await pool.query<{ what: string }>(violationsText)
  return {
    ...{ executions, visits, around, fires },
    minutes: minutes.rows.map(({ minute }) => minute),
    violations: violations.rows.map(({ what }) => what),
  }
}

/** W3, W4, at this moment. */
export async function findBroken(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ what: string }>(openViolationsText)
  return rows.map(({ what }) => what)
}

const kinds = [
  'begin_conversation',
  'follow_conversation',
  'cancel_calls_of_turn',
  'workflow_arrivals',
  'workflow_line',
]

/** Executions that have not ended, and what may start some. */
export async function countOpenFlows(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select ((select count(*) from workflow_executions where finished_at is null)
             + (select count(*) from workflow_arrivals)
             + (select count(*) from workflow_beginnings where applied_at is null)
             + (select count(*) from work where kind = any($1))
             + (select count(*) from work_arrivals where kind = any($1)))::integer as count`,
    [kinds],
  )
  return rows[0]!.count
}
