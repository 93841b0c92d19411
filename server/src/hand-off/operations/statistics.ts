// The operation on statistics of hand-offs.
import type { HandlingStatisticsRow } from '@parley/contract'
import { type Fragment, sql } from '../../database/fragments.ts'
import { invalid } from '../../base/errors.ts'
import { isUuid } from '../../base/ports.ts'
import { type Access, agentsOf } from '../../calls/access.ts'
import type { Handler } from '../../calls/context.ts'
import type { Store } from '../../database/store.ts'
import { bucket_ms, chooseRange } from '../../statistics/rules/range.ts'

interface Counted extends Pick<HandlingStatisticsRow, 'team' | 'user_id'> {
  from_ms: number
  requested: number
  taken: number
  declined: number
  expired: number
  abandoned: number
  waits: number[] | null
  answers: number[] | null
  ratings: number
  average: number | null
}

export const getHandlingStatistics: Handler<'getHandlingStatistics'> = async (ctx, input) => {
  const range = chooseRange(input, ctx.core.ports.clock.now())
  if ('message' in range) throw invalid(range)
  const { store } = ctx
  const size_s = bucket_ms[range.bucket] / 1000
  const agents = agentsOf(ctx.access, undefined)
  const { team, user_id, by = 'none' } = input
  const conditions: Fragment[] = [
    sql`f.organization_id = ${store.organization_id}`,
    sql`f.at >= ${formatTime(range.from)}::timestamptz and f.at < ${formatTime(range.to)}::timestamptz`,
    ...seenFacts(ctx.access, store),
    ...(agents === null ? [] : [sql`f.agent_id = any(${agents}::uuid[])`]),
    ...(team === undefined
      ? []
      : [
          sql`f.team_id = (select id from teams t where t.organization_id = ${store.organization_id} and t.key = ${team} and t.deleted_at is null)`,
        ]),
    ...(user_id === undefined ? [] : [isUuid(user_id) ? sql`f.user_id = ${user_id}::uuid` : sql`false`]),
  ]
  const rows = await store.execute(sql<Counted>`
    select counted.*, (select key from teams t where t.organization_id = ${store.organization_id} and t.id = counted.team_id
      and t.deleted_at is null) as team
    from (
      select floor(extract(epoch from f.at) / ${size_s}::integer)::bigint * ${size_s}::integer * 1000 as from_ms,
        ${by === 'team' ? sql`f.team_id` : sql`null::uuid`} as team_id, ${by === 'user' ? sql`f.user_id` : sql`null::uuid`} as user_id,
        count(*) filter (where f.kind = 'requested') as requested, count(*) filter (where f.kind = 'taken') as taken,
        count(*) filter (where f.kind in ('declined', 'offer_declined')) as declined,
        count(*) filter (where f.kind in ('offer_expired', 'wait_expired')) as expired,
        count(*) filter (where f.kind = 'abandoned') as abandoned,
        percentile_cont(array[0.5, 0.95]) within group (order by f.seconds) filter (where f.kind = 'taken') as waits,
        percentile_cont(array[0.5, 0.95]) within group (order by f.seconds) filter (where f.kind = 'answered') as answers,
        count(*) filter (where f.kind = 'rated') as ratings,
        round(avg(f.rating) filter (where f.kind = 'rated'), 2)::double precision as average
      from handling_facts f where ${sql.join(conditions, sql` and `)} group by 1, 2, 3
    ) counted
    order by counted.from_ms, team nulls first, counted.user_id nulls first limit 20000`)
  return { data: rows.map((row) => presentRow(row, bucket_ms[range.bucket])) }
}

/** Of responders who see only their teams: what is theirs, of their teams, and of no team. */
function seenFacts({ sees_teams, actor }: Access, { organization_id }: Store): Fragment[] {
  if (!sees_teams) return []
  return [
    sql`(f.team_id is null or f.user_id = ${actor.id}::uuid or f.team_id in (select tm.team_id from team_members tm
      where tm.organization_id = ${organization_id} and tm.user_id = ${actor.id}::uuid))`,
  ]
}

function presentRow({ from_ms, waits, answers, ratings, average, ...row }: Counted, size_ms: number) {
  const { team, user_id, requested, taken, declined, expired, abandoned } = row
  return {
    from: formatTime(from_ms),
    to: formatTime(from_ms + size_ms),
    ...{ team, user_id, requested, taken, declined, expired, abandoned },
    wait: secondsOf(waits),
    first_response: secondsOf(answers),
    ratings: { count: ratings, average },
  }
}

/** Null: there was none, so neither percentile is known. */
function secondsOf(percentiles: (number | null)[] | null) {
  const [p50 = null, p95 = null] = percentiles ?? []
  if (p50 === null || p95 === null) return null
  const rounded = (seconds: number) => Math.round(seconds * 1000) / 1000
  return { p50: rounded(p50), p95: rounded(p95) }
}

function formatTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z')
}
