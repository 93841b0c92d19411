// The SQL of corrections: a batch of entries is priced again, and each whose cost has changed gets an entry of the kind `correction`, at
// the time of the call. One statement for each batch, with the place where the next one begins.
import { additions } from '../addition-sql.ts'
import { callColumns, columnsOf, pricing } from '../../budgets/price-sql.ts'
import { statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'
import { lockUsage } from './lock-usage.ts'

const first_id = '00000000-0000-0000-0000-000000000000'

/** A range that is requested while another one is worked on becomes one with it, from its start. */
const requestStatement = statement(
  'request_recalculation',
  `insert into usage_recalculations as r (organization_id, from_at, to_at, after_at, after_id) values ($1, $2, $3, $2, '${first_id}')
   on conflict (organization_id) do update
     set from_at = least(r.from_at, excluded.from_at), to_at = greatest(r.to_at, excluded.to_at),
         after_at = least(r.from_at, excluded.from_at), after_id = excluded.after_id, requested_at = clock_timestamp()`,
)

export async function requestRecalculation(
  tx: TransactionStore,
  { from, to }: { from: string; to: string },
): Promise<void> {
  // So that the work finds every call that was priced without a price of before.
  await lockUsage(tx)
  await tx.query(requestStatement, [tx.organization_id, from, to])
}

const entryColumns = [...callColumns, 'cost', 'price_id', 'unpriced_tokens', 'corrects'].join(', ')
const corrected = callColumns.map((name) => {
  if (name === 'id') return `($2::uuid[])[n]`
  if (name === 'kind') return `'correction'`
  const isNumber = name.endsWith('_tokens') || name === 'quantity' || name === 'unit'
  return isNumber ? 'null' : name
})

/** `$2`: ids for as many corrections. */
const batchStatement = statement(
  'correct_usage',
  `with asked as materialized (
     select * from usage_recalculations where organization_id = $1 for update
   ), picked as materialized (
     select e.* from asked a join lateral (
       select e.* from usage_entries e
       where e.organization_id = a.organization_id and (e.at, e.id) > (a.after_at, a.after_id) and e.at >= a.from_at and e.at < a.to_at
       order by e.at, e.id limit cardinality($2::uuid[])
     ) e on true
   ), calls as materialized (
     select ${columnsOf('p')} from picked p where p.corrects is null
   ), ${pricing('calls')}, changed as (
     select p.*, coalesce(p.cost, 0) - before.cost as difference, p.unpriced_tokens - before.unpriced as unpriced_difference,
            row_number() over (order by p.id) as n
     from priced p cross join lateral (
       select coalesce(sum(e.cost), 0) as cost, coalesce(sum(e.unpriced_tokens), 0) as unpriced from usage_entries e
       where (e.id = p.id or e.corrects = p.id) and e.organization_id = $1
     ) before
     where coalesce(p.cost, 0) <> before.cost or p.unpriced_tokens <> before.unpriced
   ), inserted as (
     insert into usage_entries (${entryColumns})
     select ${corrected.join(', ')}, difference, price_id, unpriced_difference, id from changed
     returning *
   ), ${additions}, moved_on as (
     update usage_recalculations r set after_at = last.at, after_id = last.id
     from (select at, id from picked order by at desc, id desc limit 1) last where r.organization_id = $1
   ), ended as (
     delete from usage_recalculations r where r.organization_id = $1 and (select count(*) from picked) = 0
   )
   select (select count(*) from picked)::integer as picked, (select count(*) from inserted)::integer as corrected`,
  { replanned: true },
)

/** Returns whether there may be more. */
export async function correctBatch(tx: TransactionStore, ids: readonly string[]): Promise<boolean> {
  const [row] = await tx.query<{ picked: number }>(batchStatement, [tx.organization_id, ids])
  return row!.picked > 0
}
