// The SQL of leased work, across organizations: merges arrivals, leases what is due, and writes the result of a run under its
// lease. Every statement is bounded; no transaction is open while something runs.
import { type Executor, type Pipeline, statement, acrossOrganizations } from '../database/database.ts'
import { arraysOf, rowsOf } from '../database/rows.ts'
import { leaseText } from './lease-statement.ts'
import type { WorkItem, WorkKey } from './port.ts'
import type { Pool } from './rules/shares.ts'

const max_arrivals = 1000
const max_ready_at_once = 1000
/** Other work of an owner that just failed, or works again; work that is left out learns of it with its next try. */
const max_marked_at_once = 1000

// Always an update if there is a row: it waits for a node that is about to remove the row. The earliest time counts; but a
// failed try
// is not repeated sooner because the same work was added again, unless that is urgent. A timer that is due already is reviewed, too,
// unless it is urgent.
const mergeStatement = statement(
  'merge_work',
  `/* merge_work */ with arrived as (
     delete from work_arrivals where id = any(array(
       select id from work_arrivals order by id limit $1 for update skip locked))
     returning kind, owner, subject, organization_id, due_at, added_at
   ), merged as (
     insert into work as known (kind, owner, subject, organization_id, due_at, urgent_since, ready, slow)
     select a.kind, a.owner, a.subject, (array_agg(a.organization_id))[1], min(a.due_at),
            min(a.added_at) filter (where a.due_at = '-infinity'),
            min(a.due_at) = '-infinity' or (min(a.due_at) <= now() and a.kind <> all($2::text[])),
            (a.kind, a.owner) in (select w.kind, w.owner from work w where w.slow)
     from arrived a group by a.kind, a.owner, a.subject order by a.kind, a.owner, a.subject
     on conflict (kind, owner, subject) do update set
       again_at = case when known.lease is not null then least(known.again_at, excluded.due_at) end,
       due_at = case when known.lease is null and (known.tries = 0 or excluded.due_at = '-infinity')
                     then least(known.due_at, excluded.due_at) else known.due_at end,
       ready = known.ready
         or (known.lease is null and (known.tries = 0 or excluded.due_at = '-infinity') and excluded.ready),
       urgent_since = least(known.urgent_since, excluded.urgent_since,
         case when excluded.urgent_since is not null and known.ready and known.due_at > '-infinity' then known.due_at end),
       stuck_at = null
   )
   select count(*) as arrived from arrived`,
  { replanned: true },
)

export const lookStatement = acrossOrganizations(
  'a node looks for work of all organizations',
  'look_for_work',
  `select exists (select from work_arrivals) as has_arrivals,
          exists (select from work where not ready and due_at <= now()) as is_any_due,
          exists (select from work where ready and kind = any($1::text[])) as is_any_ready`,
)

interface Glance {
  has_arrivals: boolean
  is_any_due: boolean
  is_any_ready: boolean
}

// Work whose node is lost has been reviewed before.
export const readyStatement = statement(
  'ready_work',
  `/* ready_work */ with due as (
     select kind, owner, subject, organization_id, due_at, kind = any($2::text[]) and lease is null as is_timer from work
     where not ready and due_at <= now() order by due_at limit $1 for update skip locked
   ), made_ready as (
     update work w set ready = true from due
     where w.kind = due.kind and w.owner = due.owner and w.subject = due.subject and not due.is_timer
   )
   select * from due`,
  { replanned: true },
)

export interface DueWork extends WorkKey {
  kind: string
  due_at: string
  /** It may be too early: it is not ready before it is reviewed. */
  is_timer: boolean
}

export interface Seen {
  is_any_ready: boolean
  /** More may have arrived or become due. */
  has_more: boolean
  timers: DueWork[]
}

/** Merges what was added, and finds what is due now, of any kind; work of `timers` is still to be reviewed. */
export async function mergeWork(
  database: Executor,
  kinds: readonly string[],
  timers: readonly string[] = [],
): Promise<Seen> {
  const [glance] = await database.query<Glance>(lookStatement, [kinds])
  const { has_arrivals, is_any_due, is_any_ready } = glance!
  const merged = has_arrivals ? await database.query<{ arrived: number }>(mergeStatement, [max_arrivals, timers]) : []
  const arrived = merged[0]?.arrived ?? 0
  const due = is_any_due ? await database.query<DueWork>(readyStatement, [max_ready_at_once, timers]) : []
  return {
    // Some of them are ready, or due with the next look.
    is_any_ready: is_any_ready || arrived > 0 || due.some(({ is_timer }) => !is_timer),
    has_more: arrived === max_arrivals || due.length === max_ready_at_once,
    timers: due.filter(({ is_timer }) => is_timer),
  }
}

const reviewedColumns = 'kind text, owner text, subject text, due_at timestamptz, ready boolean, next timestamptz'

// One that was added again meanwhile, or that another node has reviewed, has another time and is left alone.
export const reviewedStatement = acrossOrganizations(
  'timers of all organizations',
  'reviewed_work',
  `/* reviewed_work */ with reviewed as (
     select w.kind, w.owner, w.subject, r.ready, r.next from ${rowsOf('r', reviewedColumns)}
     join work w on w.kind = r.kind and w.owner = r.owner and w.subject = r.subject and w.due_at = r.due_at
     where not w.ready and w.lease is null for update of w skip locked
   ), over as (
     delete from work w using reviewed r
     where w.kind = r.kind and w.owner = r.owner and w.subject = r.subject and not r.ready and r.next is null
   )
   update work w set ready = r.ready, due_at = coalesce(r.next, w.due_at), tries = case when r.ready then w.tries else 0 end
   from reviewed r
   where w.kind = r.kind and w.owner = r.owner and w.subject = r.subject and (r.ready or r.next is not null)`,
  { replanned: true },
)

export interface Reviewed extends Pick<DueWork, 'kind' | 'owner' | 'subject' | 'due_at'> {
  ready: boolean
  /** When it is due instead; null: never. */
  next: string | null
}

export async function writeReview(database: Executor, reviewed: Reviewed[]): Promise<void> {
  const values = arraysOf(reviewed, ['kind', 'owner', 'subject', 'due_at', 'ready', 'next'])
  if (reviewed.length > 0) await database.query(reviewedStatement, values)
}

/** A kind's places on this node, of one pool. */
export interface LeasedPool extends Pool {
  kind: string
  lease_ms: number
  /** Running in all pools of the kind, by owner. */
  busy_owners: Record<string, number>
}

export interface Leased extends WorkItem {
  kind: string
  lease: number
  is_failing: boolean
}

const leaseStatement = statement('lease_work', leaseText)

/** `start`: a random id, from which organizations and owners are scanned in turn. */
export async function leaseWork(
  database: Executor,
  pools: readonly LeasedPool[],
  most: number,
  start: string,
  node_id: string,
): Promise<Leased[]> {
  return database.query<Leased>(leaseStatement, [JSON.stringify(pools), most, start, node_id])
}

const leases = rowsOf('held', 'kind text, owner text, subject text, lease bigint, lease_ms integer')
const leaseColumns = ['kind', 'owner', 'subject', 'lease', 'lease_ms'] as const

// A row that its own run is writing is locked, and needs no more time: a run that writes without a pause renews it itself.
const renewStatement = acrossOrganizations(
  'the leases of a node',
  'renew_work',
  `update work w set due_at = now() + found.lease_ms * interval '1 millisecond', ready = false
   from (select held.lease_ms, one.kind, one.owner, one.subject from ${leases} join work one
           on one.kind = held.kind and one.owner = held.owner and one.subject = held.subject and one.lease = held.lease
         for update of one skip locked) found
   where w.kind = found.kind and w.owner = found.owner and w.subject = found.subject
   returning w.lease`,
)

export type HeldLease = Pick<Leased, 'kind' | 'owner' | 'subject' | 'lease'> & { lease_ms: number }

/** Returns the leases that were renewed. A missing one is lost, or locked by its run's write. */
export async function renewLeases(database: Executor, held: HeldLease[]): Promise<Set<number>> {
  const rows = await database.query<{ lease: number }>(renewStatement, arraysOf(held, [...leaseColumns]))
  return new Set(rows.map(({ lease }) => lease))
}

const freeStatement = acrossOrganizations(
  'nodes work for all organizations',
  'free_work_of_nodes',
  `update work set due_at = now() where node_id = any($1::uuid[]) and lease is not null and not ready`,
)

/** The nodes are gone: their leases have run out. One that lives nevertheless renews them, unless another node was faster. */
export async function freeWorkOf(database: Executor, node_ids: string[]): Promise<void> {
  await database.query(freeStatement, [node_ids])
}

const lockStatement = acrossOrganizations(
  'a row by its lease',
  'lock_work',
  'select lease from work where kind = $1 and owner = $2 and subject = $3 and lease = $4 for update',
)

type Key = Pick<Leased, 'kind' | 'owner' | 'subject' | 'lease'>
const valuesOf = ({ kind, owner, subject, lease }: Key) => [kind, owner, subject, lease]

/** For the rest of the transaction, with whose begin it travels. False: another node has it now, or it is over. */
export async function lockWork(tx: Pipeline, key: Key): Promise<boolean> {
  return (await tx.readAtBegin(lockStatement, valuesOf(key))).length > 0
}

const lockAndRenewStatement = acrossOrganizations(
  'a row by its lease',
  'lock_and_renew_work',
  `update work set due_at = now() + $5::double precision * interval '1 millisecond', ready = false
   where kind = $1 and owner = $2 and subject = $3 and lease = $4 returning lease`,
)

/** The same, and renews the lease with the commit. */
export async function lockAndRenewWork(tx: Executor, key: Key, lease_ms: number): Promise<boolean> {
  return (await tx.query(lockAndRenewStatement, [...valuesOf(key), lease_ms])).length > 0
}

// Work that was added meanwhile is a new piece of work.
const endStatement = acrossOrganizations(
  'a row by its lease',
  'end_work',
  `with next as (
     select kind, owner, subject,
            least(again_at, coalesce($5::timestamptz, clock_timestamp() + $6::double precision * interval '1 millisecond')) as due_at
     from work where kind = $1 and owner = $2 and subject = $3 and lease = $4
   ), over as (
     delete from work w using next where w.kind = next.kind and w.owner = next.owner and w.subject = next.subject
       and next.due_at is null
   )
   update work w set lease = null, node_id = null, tries = 0, again_at = null, due_at = next.due_at, ready = next.due_at <= clock_timestamp(),
          slow = w.slow and not $7
   from next where w.kind = next.kind and w.owner = next.owner and w.subject = next.subject and next.due_at is not null
   returning w.ready`,
)

const succeededStatement = acrossOrganizations(
  'an owner of any organization',
  'work_succeeds',
  `update work set slow = false where kind = $1 and owner = $2 and subject = any(array(
     select subject from work where kind = $1 and owner = $2 and slow limit $3 for update skip locked))`,
)

/** Under its lock: over, or due again at a time or after a while. True: it is due now. */
export async function endWork(
  tx: Executor,
  work: Leased,
  again: { at: string | null; in_ms: number } | null,
  succeeded: boolean,
): Promise<boolean> {
  const [left] = await tx.query<{ ready: boolean }>(endStatement, [
    ...valuesOf(work),
    again?.at ?? null,
    again?.at ? null : (again?.in_ms ?? null),
    succeeded,
  ])
  const { kind, owner } = work
  if (succeeded && work.is_failing) await tx.query(succeededStatement, [kind, owner, max_marked_at_once])
  return left?.ready ?? false
}

// Work that was added meanwhile is covered by the next try, and does not bring it forward unless it is urgent.
const retryStatement = acrossOrganizations(
  'a row by its lease',
  'retry_work',
  `update work set lease = null, node_id = null, slow = true, again_at = null, ready = again_at is not distinct from '-infinity',
          due_at = case when again_at = '-infinity' then again_at
                        else clock_timestamp() + $5::double precision * interval '1 millisecond' end
   where kind = $1 and owner = $2 and subject = $3 and lease = $4`,
)

// Leased rows learn of it on their own: two runs that end at once must not wait for each other.
const failedStatement = acrossOrganizations(
  'an owner of any organization',
  'work_fails',
  `update work set slow = true where kind = $1 and owner = $2 and subject = any(array(
     select subject from work where kind = $1 and owner = $2 and not slow and lease is null
     limit $3 for update skip locked))`,
)

/** Under its lock. */
export async function retryWork(tx: Executor, work: Leased, after_ms: number): Promise<void> {
  await tx.query(retryStatement, [...valuesOf(work), after_ms])
  if (!work.is_failing) await markFailing(tx, work)
}

/** Its owner's last try failed. */
export async function markFailing(tx: Executor, { kind, owner }: WorkKey & { kind: string }): Promise<void> {
  await tx.query(failedStatement, [kind, owner, max_marked_at_once])
}

const giveBackStatement = acrossOrganizations(
  'a row by its lease',
  'give_back_work',
  `update work set lease = null, node_id = null, due_at = clock_timestamp(), ready = true, tries = tries - 1, again_at = null
   where kind = $1 and owner = $2 and subject = $3 and lease = $4`,
)

/** A try that was aborted and does not count: any node may repeat it at once. */
export async function giveBackWork(database: Executor, work: Leased): Promise<void> {
  await database.query(giveBackStatement, valuesOf(work))
}

const stuckStatement = acrossOrganizations(
  'a row by its lease',
  'stuck_work',
  `update work set lease = null, node_id = null, due_at = 'infinity', ready = false, tries = 0, again_at = null, stuck_at = clock_timestamp()
   where kind = $1 and owner = $2 and subject = $3 and lease = $4`,
)

/** It could not even be given up: it stays, and nothing happens until a retry is requested. */
export async function markStuck(database: Executor, work: Leased): Promise<void> {
  await database.query(stuckStatement, valuesOf(work))
}

const countStuckStatement = acrossOrganizations(
  'for the operator of the server',
  'count_stuck_work',
  'select kind, count(*) as count, min(stuck_at) as since from work where stuck_at is not null group by kind order by kind',
)

/** Stuck work, by kind, over all organizations. */
export function countStuckWork(database: Executor): Promise<{ kind: string; count: number; since: string }[]> {
  return database.query(countStuckStatement, [])
}

const requeueStatement = acrossOrganizations(
  'for the operator of the server',
  'requeue_stuck_work',
  `update work set stuck_at = null, due_at = clock_timestamp(), ready = true where ctid = any(array(
     select ctid from work where kind = $1 and stuck_at is not null order by stuck_at limit $2 for update skip locked))
   returning kind`,
)

/** Requeues stuck work from its first try on, at most `most` rows. Returns how many. */
export async function requeueStuckWork(database: Executor, kind: string, most: number): Promise<number> {
  return (await database.query(requeueStatement, [kind, most])).length
}

const putOffStatement = acrossOrganizations(
  'a paused copy does no work of any organization',
  'put_off_work',
  'select put_off_work()',
)

/** What waits now stays, and is never due. */
export async function putOffWork(database: Executor): Promise<void> {
  await database.query(putOffStatement, [])
}
