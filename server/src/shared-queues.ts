// What waits in the queues that all nodes share, for the operator: one statement of bounded cost, whatever is stored.
import { type Executor, acrossOrganizations } from './database/database.ts'
import type { Metric, Sample } from './telemetry/metrics.ts'

const ofAll = (name: string, help: string): Metric<never> => ({ name, help, labels: [] })

const jobs_lag: Metric<'kind'> = {
  name: 'parley_jobs_lag_seconds',
  help: 'For how long the oldest job has been due without being begun, by kind. Pauses between tries do not count.',
  labels: ['kind'],
}

/** Shared by all servers, so each tells the same. */
export const queue_gauges = {
  waiting_turns: ofAll(
    'parley_turns_waiting',
    'Turns that wait for another one of their conversation; 10,000 at most.',
  ),
  stuck_turns: ofAll(
    'parley_turns_stuck',
    'Running turns whose server has been gone for 15 s or longer; 1,000 at most.',
  ),
  jobs_lag,
  stuck_jobs: ofAll('parley_jobs_stuck', 'Jobs that failed and could not be given up; 1,000 at most.'),
  analyses_lag: ofAll(
    'parley_analyses_lag_seconds',
    'For how long the oldest analysis has been due without being begun.',
  ),
  deliveries_lag: ofAll(
    'parley_deliveries_lag_seconds',
    'For how long the oldest delivery has been due without being tried.',
  ),
} as const satisfies Record<string, Metric>

// Urgent work is due since ever: it waits since it was added. Lanes of endpoints that are switched off wait for nothing; of the first due
// ones so many are looked at.
export const queuesStatement = acrossOrganizations(
  'for the operator of the server',
  'read_queues',
  `select 'waiting_turns' as name, null::text as kind,
          (select count(*) from (select from turns where status = 'queued' limit 10000) w)::double precision as value
   union all
   select 'stuck_turns', null, (select count(*) from (select from turns where status = 'running'
     and lease_expires_at < clock_timestamp() - interval '15 seconds' limit 1000) s)
   union all
   select 'stuck_jobs', null, (select count(*) from (select from work where stuck_at is not null limit 1000) s)
   union all
   select 'deliveries_lag', null, coalesce(extract(epoch from clock_timestamp() - (
     select l.next_attempt_at from (select endpoint_id, next_attempt_at from webhook_lanes
       where next_attempt_at > '-infinity' and next_attempt_at <= now() order by next_attempt_at limit 1000) l
     join webhook_endpoints e on e.id = l.endpoint_id where e.active order by l.next_attempt_at limit 1)), 0)
   union all
   select 'jobs_lag', k.kind, coalesce(extract(epoch from clock_timestamp() - (
     select min(case when w.due_at = '-infinity' then w.urgent_since else w.due_at end)
     from work w where w.kind = k.kind and w.ready)), 0)
   from unnest($1::text[]) as k(kind)`,
)

interface Row {
  name: keyof typeof queue_gauges
  kind: string | null
  value: number
}

type Queues = Record<keyof typeof queue_gauges, Sample[]>

/** `kinds`: of work, each with its lag, in their order; `analysis`: the one of analyses. */
export async function readQueues(database: Executor, kinds: readonly string[], analysis: string): Promise<Queues> {
  const rows = await database.query<Row>(queuesStatement, [kinds])
  const of = (name: Row['name']) => rows.filter((row) => row.name === name)
  const single = (name: Row['name']): Sample[] =>
    of(name).map(({ value }) => ({ labels: {}, value: Math.max(0, value) }))
  const lags = of('jobs_lag').map(({ kind, value }) => ({ labels: { kind: kind! }, value: Math.max(0, value) }))
  return {
    waiting_turns: single('waiting_turns'),
    stuck_turns: single('stuck_turns'),
    stuck_jobs: single('stuck_jobs'),
    deliveries_lag: single('deliveries_lag'),
    jobs_lag: lags,
    analyses_lag: lags.filter(({ labels }) => labels.kind === analysis).map(({ value }) => ({ labels: {}, value })),
  }
}
