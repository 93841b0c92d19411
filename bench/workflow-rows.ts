// Rows of executions for measurements: many copies of one that the server has made, each with its visits, its events and its work.
import type pg from 'pg'

const batch = 20_000

const executions = `
  with made as (
    insert into workflow_executions
    select (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(), 'queued_at', e.queued_at - (n + $2) * interval '1 millisecond',
      'cause', null) || %more%)).*
    from workflow_executions e, generate_series(1, $3::integer) n where e.id = $1
    returning id, organization_id, workflow_id, finished_at
  ), visits as (
    insert into workflow_visits
    select (jsonb_populate_record(v, jsonb_build_object('execution_id', made.id) || %visit%)).*
    from made, workflow_visits v where v.execution_id = $1
  ), events as (
    insert into workflow_execution_events
    select (jsonb_populate_record(v, jsonb_build_object('execution_id', made.id))).* from made, workflow_execution_events v
    where v.execution_id = $1
  )`

const insertWaiting = `${executions.replace('%more%', `'{}'::jsonb`).replace('%visit%', `'{}'::jsonb`)}
  insert into work (kind, owner, subject, organization_id, due_at, ready)
  select 'workflow_execution', workflow_id, id, organization_id, now() + interval '30 days' + random() * interval '1 day', false from made`

const insertEnded = `${executions
  .replace('%more%', `jsonb_build_object('finished_at', now() - random() * interval '20 days')`)
  .replace('%visit%', `'{}'::jsonb`)}
  select count(*) from made`

async function copy(client: pg.Client, text: string, id: string, count: number, from: number): Promise<void> {
  for (let done = 0; done < count; done += batch) {
    await client.query(text, [id, from + done, Math.min(batch, count - done)])
    process.stderr.write(`${done + Math.min(batch, count - done)} of ${count} executions\n`)
  }
}

/** `id`: of one that waits, until a time that is far away. */
export const addWaiting = (client: pg.Client, id: string, count: number) => copy(client, insertWaiting, id, count, 0)

/** `id`: of one that has ended. */
export const addEnded = (client: pg.Client, id: string, count: number, from: number) =>
  copy(client, insertEnded, id, count, from)
