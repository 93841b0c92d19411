// What a widget counts by day: inserted as it happens, added up within seconds, and read as statistics.
import type { WidgetLimit } from '@parley/contract'
import { type Executor, type Pipeline, acrossOrganizations, statement } from '../database/database.ts'
import { rowsOf, arraysOf } from '../database/rows.ts'
import type { Store } from '../database/store.ts'

/** By name: `conversations`, `messages`, `tokens`, `feedback`, `feedback_rated`, `feedback_score`, `refused_<limit>`. */
export type WidgetCounters = Record<string, number>

export interface Counted {
  organization_id: string
  widget_id: string
  counters: WidgetCounters
}

const addStatement = statement(
  'add_web_widget_counters',
  `insert into web_widget_deltas (widget_id, organization_id, counters)
   select widget_id, organization_id, counters from ${rowsOf('c', 'widget_id uuid, organization_id uuid, counters jsonb')}`,
)

const valuesOf = (counted: readonly Counted[]) =>
  arraysOf(
    counted.map((one) => ({ ...one, counters: JSON.stringify(one.counters) })),
    ['widget_id', 'organization_id', 'counters'],
  )

export function sendCounters(tx: Pipeline, organization_id: string, widget_id: string, counters: WidgetCounters): void {
  sendAllCounters(tx, [{ organization_id, widget_id, counters }])
}

export function sendAllCounters(tx: Pipeline, counted: readonly Counted[]): void {
  if (counted.length > 0) tx.send(addStatement, valuesOf(counted))
}

export async function writeRefusals(executor: Executor, refusals: readonly Counted[]): Promise<void> {
  await executor.query(addStatement, valuesOf(refusals))
}

const folded_at_once = 10_000

// In the order of the key, so that two nodes that fold at the same time do not deadlock.
const foldStatement = acrossOrganizations(
  'it adds up what all widgets have counted',
  'fold_web_widget_deltas',
  `with picked as materialized (
     select id from web_widget_deltas order by id limit $1 for update skip locked
   ), taken as (
     delete from web_widget_deltas d using picked where d.id = picked.id
     returning d.widget_id, d.day, d.organization_id, d.counters
   ), sums as (
     select t.widget_id, t.day, t.organization_id, c.key as name, sum(c.value::bigint) as total
     from taken t cross join lateral jsonb_each_text(t.counters) c group by 1, 2, 3, 4
   ), added as (
     insert into web_widget_days as d (widget_id, day, organization_id, counters)
     select widget_id, day, organization_id, jsonb_object_agg(name, total) from sums group by 1, 2, 3 order by 1, 2
     on conflict (widget_id, day) do update set counters = add_counters(d.counters, excluded.counters)
   )
   select count(*) as folded from taken`,
)

/** Adds up at most so many statements of rows. */
export async function foldCounters(executor: Executor, most_statements: number): Promise<void> {
  for (let count = 0; count < most_statements; count += 1) {
    const [row] = await executor.query<{ folded: number }>(foldStatement, [folded_at_once])
    if (row!.folded < folded_at_once) return
  }
}

const reachedStatement = statement(
  'note_reached_limit',
  `insert into web_widget_reached (widget_id, day, limit_name, organization_id)
   values ($2, (clock_timestamp() at time zone 'UTC')::date, $3, $1) on conflict do nothing returning to_char(day, 'YYYY-MM-DD') as day`,
)

/** The day; null: it was noted before on this day. */
export async function noteReached(tx: Store, widget_id: string, limit: WidgetLimit): Promise<string | null> {
  const [row] = await tx.query<{ day: string }>(reachedStatement, [tx.organization_id, widget_id, limit])
  return row?.day ?? null
}

const daysStatement = statement(
  'read_web_widget_days',
  `select to_char(day, 'YYYY-MM-DD') as date, jsonb_object_agg(name, total) as counters from (
     select day, c.key as name, sum(c.value::bigint) as total from (
       select day, counters from web_widget_days
       where organization_id = $1 and widget_id = $2 and day between $3::date and $4::date
       union all
       select day, counters from web_widget_deltas
       where organization_id = $1 and widget_id = $2 and day between $3::date and $4::date
     ) counted cross join lateral jsonb_each_text(counters) c group by 1, 2
   ) summed group by day order by day`,
)

export interface WidgetDay {
  date: string
  counters: WidgetCounters
}

export function readDays(store: Store, widget_id: string, from: string, to: string): Promise<WidgetDay[]> {
  return store.query(daysStatement, [store.organization_id, widget_id, from, to])
}

const forgetStatements = [
  acrossOrganizations(
    'an address is forgotten by its age alone',
    'forget_addresses',
    `update web_widget_conversations set address_hash = null where conversation_id = any(array(
       select conversation_id from web_widget_conversations
       where address_hash is not null and created_at < clock_timestamp() - interval '30 days'
       order by created_at limit $1))`,
  ),
  acrossOrganizations(
    'an address is forgotten by its age alone',
    'forget_blocked_addresses',
    `update web_widget_blocks set address_hash = null where id = any(array(
       select id from web_widget_blocks
       where address_hash is not null and created_at < clock_timestamp() - interval '30 days' limit $1))`,
  ),
  acrossOrganizations(
    'an allowance that is over is the same as no allowance',
    'forget_allowances',
    `delete from web_widget_allowances where ctid = any(array(
       select ctid from web_widget_allowances where until < clock_timestamp()
       order by until limit $1 for update skip locked))`,
  ),
]

const forgotten_at_once = 10_000

export async function forgetAddresses(executor: Executor): Promise<void> {
  for (const forget of forgetStatements) await executor.query(forget, [forgotten_at_once])
}
