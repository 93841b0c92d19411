// How long work has been waiting for a node, for the operator: work that waits long lacks nodes or places.
import { type Executor, acrossOrganizations } from '../database/database.ts'
import type { Metric, Sample } from '../telemetry/metrics.ts'

export const oldest_work: Metric<'kind'> = {
  name: 'parley_oldest_work_seconds',
  help: 'For how long the oldest piece of work has been due without being begun, by kind. Pauses between tries do not count.',
  labels: ['kind'],
}

// Urgent work is due since ever: it waits since it was added.
const oldestStatement = acrossOrganizations(
  'for the operator of the server',
  'read_oldest_work',
  `select kind, coalesce(extract(epoch from clock_timestamp() - min(case when due_at = '-infinity' then urgent_since else due_at end)), 0)::double precision as seconds
   from work where ready group by kind`,
)

/** Of every kind, in their order; 0 without any. */
export async function readOldestWork(database: Executor, kinds: readonly string[]): Promise<Sample<'kind'>[]> {
  const rows = await database.query<{ kind: string; seconds: number }>(oldestStatement, [])
  const found = new Map(rows.map(({ kind, seconds }) => [kind, Math.max(0, seconds)]))
  return kinds.map((kind) => ({ labels: { kind }, value: found.get(kind) ?? 0 }))
}
