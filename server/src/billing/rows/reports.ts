// The SQL of reports: sums by hour together with calls that still wait to be counted, in one statement, so that nothing is read twice or missed.
import type { UsageGroup } from '@parley/contract'
import { columnsOf, pricing, sums } from '../../budgets/price-sql.ts'
import { type Executor, acrossOrganizations, statement } from '../../database/database.ts'
import { type Fragment, sql } from '../../database/fragments.ts'
import type { Store } from '../../database/store.ts'

/** Of `$1`, from `$2` to `$3`: `parts` has the columns of usage_totals. */
const parts = `waiting as materialized (
     select ${columnsOf('c')} from usage_pending c
     where c.organization_id = any($1::uuid[]) and c.outcome is not null and c.at >= $2::timestamptz and c.at < $3::timestamptz
       and not exists (select from usage_entries e where e.id = c.id)
   ), ${pricing('waiting')}, parts as (
     select organization_id, hour, agent_id, kind, purpose, provider, model, outcome, ${sums.join(', ')} from usage_totals
     where organization_id = any($1) and hour >= $2 and hour < $3
     union all
     select organization_id, date_trunc('hour', at, 'UTC'), agent_id, kind, purpose, provider, model, outcome, 1,
            coalesce(input_tokens, 0), coalesce(cached_input_tokens, 0), coalesce(cache_write_tokens, 0),
            coalesce(output_tokens, 0), coalesce(quantity, 0), coalesce(cost, 0), unpriced_tokens
     from priced
   )`

const measured = (column: string) => `coalesce(sum(${column}) filter (where outcome <> 'lost'), 0)`
const lost = (column: string) => `coalesce(sum(${column}) filter (where outcome = 'lost'), 0)`
const runs = (condition: string) => `coalesce(sum(quantity) filter (where kind = 'workflow_run'${condition}), 0)`

const summaryStatement = acrossOrganizations(
  'a partner reads the sums of all organizations below',
  'read_usage_summary',
  `with ${parts}
   select organization_id, to_char(day at time zone 'UTC', 'YYYY-MM-DD') as day,
     ${measured('input_tokens')} as input, ${measured('cached_input_tokens')} as cached_input, ${measured('output_tokens')} as output,
     ${measured('cost')}::text as amount, ${measured('unpriced_tokens')} as unpriced_tokens, ${lost('cost')}::text as lost_amount,
     ${runs('')} as runs, ${runs(` and outcome = 'ok'`)} as runs_ok, ${runs(` and outcome = 'failed'`)} as runs_failed
   from (select *, date_trunc('day', hour, 'UTC') as day from parts) p
   group by grouping sets ((organization_id), (day), ())`,
  { replanned: true },
)

export interface UsageSums {
  /** Null: all of them. */
  organization_id: string | null
  /** Null: all days. */
  day: string | null
  input: number
  cached_input: number
  output: number
  amount: string
  unpriced_tokens: number
  lost_amount: string
  runs: number
  runs_ok: number
  runs_failed: number
}

export interface Hours {
  from: string
  to: string
}

/** The sums of each organization, of each day, and of everything. */
export function readUsageSums(
  executor: Executor,
  organization_ids: readonly string[],
  { from, to }: Hours,
): Promise<UsageSums[]> {
  return executor.query(summaryStatement, [organization_ids, from, to])
}

const groupColumns: Record<UsageGroup, { name: string; value: Fragment }> = {
  agent: { name: 'agent_id', value: sql`agent_id` },
  model: { name: 'model', value: sql`provider || '/' || model` },
  provider: { name: 'provider', value: sql`provider` },
  kind: { name: 'kind', value: sql`kind` },
  purpose: { name: 'purpose', value: sql`purpose` },
  organization: { name: 'organization_id', value: sql`organization_id` },
}

const row_sums = ['entries', 'input_tokens', 'output_tokens', 'quantity', 'cost', 'unpriced_tokens']

export interface ReportRow extends Record<string, unknown> {
  from: string
  to: string
}

/** Its parameters are the organizations, the start and the end. */
const parts_pieces = parts.split(/(\$[123])/)

/** At most so many rows, oldest first, with sums as text that has `lost_` before its name for lost calls. */
export function readReport(
  store: Store,
  organization_ids: readonly string[],
  {
    from,
    to,
    bucket,
    groups,
    most,
  }: Hours & { bucket: 'hour' | 'day' | 'month'; groups: readonly UsageGroup[]; most: number },
): Promise<ReportRow[]> {
  const given: Record<string, Fragment> = { $1: sql`${organization_ids}`, $2: sql`${from}`, $3: sql`${to}` }
  const source = sql.join(
    parts_pieces.map((piece) => given[piece] ?? sql.raw(piece)),
    sql.raw(''),
  )
  const columns = groups.map((group) => groupColumns[group])
  const keys = columns.map(({ name, value }) => sql`${value} as ${sql.ref(name)}`)
  const numbers = row_sums.flatMap((name) => [
    sql.raw(`${measured(name)}::text as ${name}`),
    sql.raw(`${lost(name)}::text as lost_${name}`),
  ])
  const places = sql.raw(columns.map((_one, index) => `, ${index + 2}`).join(''))
  const started = sql`date_trunc(${bucket}::text, hour, 'UTC')`
  const end = sql.raw(`interval '1 ${bucket}'`)
  return store.execute(sql<ReportRow>`with ${source}, summed as (
      select ${sql.join([sql`${started} as starts_at`, ...keys, ...numbers])} from parts group by 1 ${places}
    )
    select s.*, greatest(starts_at, ${from}::timestamptz) as "from",
           least((starts_at at time zone 'UTC' + ${end}) at time zone 'UTC', ${to}::timestamptz) as "to"
    from summed s order by starts_at ${places} limit ${most}`)
}

const inventoryStatement = statement(
  'read_inventory',
  `select (select count(*) from agents where organization_id = $1 and deleted_at is null) as agents,
          (select count(*) from web_widgets where organization_id = $1 and deleted_at is null) as web_widgets,
          (select count(*) from datasets where organization_id = $1) as knowledge_bases`,
)

export async function readInventory(store: Store) {
  const [row] = await store.query<{ agents: number; web_widgets: number; knowledge_bases: number }>(
    inventoryStatement,
    [store.organization_id],
  )
  return { agents: row!.agents, phone_numbers: 0, web_widgets: row!.web_widgets, knowledge_bases: row!.knowledge_bases }
}

export interface TreeOrganization {
  id: string
  name: string
  slug: string
}

const subtreeStatement = acrossOrganizations(
  'an organization and those below it, which it may read',
  'read_subtree',
  `select id, name, slug from organizations where (id = $1 or ($2 and ancestors @> array[$1::uuid])) and deleted_at is null
   order by slug limit 10001`,
)

export function readSubtree(
  executor: Executor,
  organization_id: string,
  is_whole: boolean,
): Promise<TreeOrganization[]> {
  return executor.query(subtreeStatement, [organization_id, is_whole])
}

const descendantStatement = acrossOrganizations(
  'an organization below that of the caller',
  'find_descendant',
  'select id from organizations where id = $1 and ancestors @> array[$2::uuid] and deleted_at is null',
)

export async function isDescendant(executor: Executor, id: string, of: string): Promise<boolean> {
  return (await executor.query(descendantStatement, [id, of])).length > 0
}
