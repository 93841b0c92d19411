// The SQL of deliveries, across organizations: leases lanes that are due, writes results under their leases, and removes old
// deliveries. Every transaction is short; none is open while a receiver is waited for.
import type { WebhookTry, disabledReasons } from '@parley/contract'
import { type Database, type Executor, acrossOrganizations, statement } from '../database/database.ts'
import type { JsonObject, JsonValue } from '../base/json.ts'
import { addOrganizationEvent } from '../events/events.ts'
import type { Capacity } from '../work/rules/shares.ts'
import type { Verdict } from './rules/deliveries.ts'

/** Longer than a try and the writing of its result take together. */
const lease_ms = 45_000

const max_arrivals = 1000

const of_lanes = 'a node works on lanes of all organizations'

// Always an update: it waits for a node that is about to remove the lane because it found it empty.
const arrivalsStatement = acrossOrganizations(
  of_lanes,
  'open_webhook_lanes',
  `with arrived as (
     delete from webhook_arrivals where id = any(array(
       select id from webhook_arrivals order by id limit $1 for update skip locked))
     returning endpoint_id, lane, is_urgent
   ), lanes as (
     insert into webhook_lanes as known (endpoint_id, lane, next_attempt_at)
     select endpoint_id, lane, case when bool_or(is_urgent) then '-infinity' else clock_timestamp() end
     from arrived group by endpoint_id, lane order by endpoint_id, lane
     on conflict (endpoint_id, lane) do update set next_attempt_at =
       case when known.lease is null and excluded.next_attempt_at = '-infinity' then clock_timestamp()
            else known.next_attempt_at end
   )
   select count(*) as arrived, exists (select from webhook_lanes where next_attempt_at <= now()) as is_any_due
   from arrived`,
)

/** Makes lanes due that new deliveries arrived for. Returns whether any lane is due, and whether there may be more arrivals. */
export async function openLanes(database: Executor): Promise<{ is_any_due: boolean; has_more: boolean }> {
  const [row] = await database.query<{ arrived: number; is_any_due: boolean }>(arrivalsStatement, [max_arrivals])
  const { arrived, is_any_due } = row!
  return { is_any_due: is_any_due || arrived > 0, has_more: arrived === max_arrivals }
}

/** The first delivery of a leased lane, with everything needed to send it. */
export interface Head {
  organization_id: string
  endpoint_id: string
  /** Whether it was leased from the places of endpoints whose last try failed. */
  is_failing: boolean
  lane: string
  lease: number
  url: string
  /** Sealed; the newest first. */
  secrets: Buffer[]
  delivery_id: string
  tries_made: number
  event_id: string
  type: string
  agent_id: string | null
  conversation_id: string | null
  sequence: number
  occurred_at: string
  data: JsonObject
  /** Of an execution; null: it is not sent. */
  output: JsonValue
}

// Each gets at most as much as remains free: an organization of its pool, an endpoint of its organization's share. So one with
// nothing in progress finds a place, as long as fewer compete than there are places. Those with the least come first. `now()`
// and not the
// clock: the index must be able to end the scan. More lanes are read than leased, since other nodes may be faster.
const leaseStatement = statement(
  'lease_webhook_lanes',
  `with pools as (
     select * from jsonb_to_recordset($2::jsonb)
       as pool(is_failing boolean, free integer, of_organization integer, of_owner integer, busy jsonb) limit 2
   ), active as (
     select w.id, w.organization_id, p.is_failing, p.free, p.of_organization,
            coalesce((p.busy ->> w.organization_id::text)::integer, 0) as busy_of_organization,
            coalesce(($3::jsonb ->> w.id::text)::integer, 0) as busy, p.of_owner
     from webhook_endpoints w join pools p on p.is_failing = (w.failing_since is not null) and p.free > 0
     where w.active
   ), of_endpoints as (
     select a.id, a.organization_id, a.is_failing, a.free, a.of_organization, a.busy_of_organization, l.lane, l.next_attempt_at,
            a.busy + l.nth as nth
     from active a cross join lateral (
       select lane, next_attempt_at, row_number() over (order by next_attempt_at) as nth from webhook_lanes
       where endpoint_id = a.id and next_attempt_at <= now()
       order by next_attempt_at limit greatest(0, a.of_owner - a.busy)
     ) l
   ), of_organizations as (
     select e.*, busy_of_organization
                 + row_number() over (partition by organization_id, is_failing order by nth, next_attempt_at) as nth_of_organization
     from of_endpoints e
   ), of_pools as (
     select o.*, row_number() over (partition by is_failing order by nth_of_organization, next_attempt_at) as nth_of_pool
     from of_organizations o where nth + nth_of_organization - 1 <= of_organization
   ), candidates as (
     select id as endpoint_id, lane, is_failing, nth_of_organization, next_attempt_at from of_pools
     where nth_of_organization + nth_of_pool - 1 <= free
     order by nth_of_organization, next_attempt_at limit $1::integer * 4
   ), due as (
     select l.endpoint_id, l.lane, c.is_failing
     from candidates c join webhook_lanes l on l.endpoint_id = c.endpoint_id and l.lane = c.lane
     where l.next_attempt_at <= now()
     order by c.nth_of_organization, c.next_attempt_at limit $1 for update of l skip locked
   )
   update webhook_lanes l
   set lease = nextval('webhook_leases'), next_attempt_at = now() + $4::integer * interval '1 millisecond', node_id = $5
   from due where l.endpoint_id = due.endpoint_id and l.lane = due.lane
   returning l.endpoint_id, l.lane, l.lease, due.is_failing`,
)

/** Of an execution, in a delivery. It is read where it is stored, so it goes with it. */
const max_output_bytes = 32_768

const headsStatement = statement(
  'webhook_heads',
  `select l.endpoint_id, l.lane, l.lease, l.is_failing, w.url, d.id as delivery_id, d.tries_made, d.event_id, d.type, d.organization_id,
          coalesce(c.agent_id, x.agent_id) as agent_id, d.conversation_id, d.sequence, coalesce(e.occurred_at, d.created_at) as occurred_at,
          coalesce(e.data, d.data) as data,
          case when w.shows_outputs and d.type = 'workflow_execution.completed' and octet_length(x.output::text) <= ${max_output_bytes}
            then x.output end as output, w.secret,
          case when w.previous_secret_expires_at > now() then w.previous_secret end as previous_secret
   from jsonb_to_recordset($1::jsonb) as l(endpoint_id uuid, lane uuid, lease bigint, is_failing boolean)
   join webhook_endpoints w on w.id = l.endpoint_id
   left join lateral (
     select * from webhook_deliveries waiting
     where waiting.endpoint_id = l.endpoint_id and waiting.lane = l.lane and waiting.status = 'pending'
       and not exists (select from conversations p where p.id = waiting.conversation_id and waiting.sequence < p.purged_before)
     order by waiting.sequence, waiting.id limit 1
   ) d on true
   left join events e on e.conversation_id = d.conversation_id and e.sequence = d.sequence
   left join conversations c on c.id = d.conversation_id
   left join workflow_executions x on x.id = d.lane and d.conversation_id is null and d.type like 'workflow\\_%'`,
)

const closeStatement = acrossOrganizations(
  of_lanes,
  'close_webhook_lanes',
  'delete from webhook_lanes where lease = any($1::bigint[])',
)

interface HeadRow extends Omit<Head, 'secrets' | 'delivery_id'> {
  delivery_id: string | null
  secret: Buffer
  previous_secret: Buffer | null
}

/** Leases lanes that are due, and closes those in which nothing waits (any more). */
export async function claimHeads(
  database: Database,
  { pools, busy }: Capacity,
  lanes: number,
  node_id: string,
): Promise<{ heads: Head[]; leased: number }> {
  const values = [lanes, JSON.stringify(pools), JSON.stringify(busy), lease_ms, node_id]
  return database.transaction(async (tx) => {
    const leased = await tx.query<{ lease: number }>(leaseStatement, values)
    if (leased.length === 0) return { heads: [], leased: 0 }
    // A separate statement: it must see what was committed while the lane was locked.
    const rows = await tx.query<HeadRow>(headsStatement, [JSON.stringify(leased)])
    const heads = rows.flatMap(({ delivery_id, secret, previous_secret, ...row }): Head[] =>
      delivery_id === null
        ? []
        : [{ ...row, delivery_id, secrets: previous_secret ? [secret, previous_secret] : [secret] }],
    )
    const kept = new Set(heads.map(({ lease }) => lease))
    const empty = leased.map(({ lease }) => lease).filter((lease) => !kept.has(lease))
    if (empty.length > 0) await tx.query(closeStatement, [empty])
    return { heads, leased: leased.length }
  })
}

const lockStatement = acrossOrganizations(
  of_lanes,
  'lock_webhook_lane',
  'select lease from webhook_lanes where endpoint_id = $1 and lane = $2 and lease = $3 for update',
)

const resultStatement = acrossOrganizations(
  of_lanes,
  'write_webhook_try',
  `update webhook_deliveries set status = $2, tries_made = tries_made + 1,
          tries = case when jsonb_array_length(tries) >= 16 then tries - 0 else tries end || $3::jsonb,
          finished_at = case when $2 <> 'pending' then clock_timestamp() end
   where id = $1 and status = 'pending'`,
)

const retryStatement = acrossOrganizations(
  of_lanes,
  'retry_webhook_lane',
  `update webhook_lanes set lease = null, node_id = null, next_attempt_at = clock_timestamp() + $3::integer * interval '1 millisecond'
   where endpoint_id = $1 and lane = $2`,
)

// An arrival that this does not see waits for the lane, and opens it again.
const goOnStatement = acrossOrganizations(
  of_lanes,
  'go_on_in_webhook_lane',
  `with waiting as (
     select exists (select from webhook_deliveries where endpoint_id = $1 and lane = $2 and status = 'pending') as is_left
   ), closed as (
     delete from webhook_lanes using waiting where endpoint_id = $1 and lane = $2 and not is_left
   )
   update webhook_lanes set lease = null, node_id = null, next_attempt_at = clock_timestamp()
   from waiting where endpoint_id = $1 and lane = $2 and is_left
   returning lane`,
)

const succeededStatement = acrossOrganizations(
  of_lanes,
  'webhook_succeeds',
  'update webhook_endpoints set failing_since = null where id = $1 and failing_since is not null',
)

// Written at the first failure and when the endpoint is switched off, not at failures in between.
const failedStatement = statement(
  'webhook_fails',
  `update webhook_endpoints w set failing_since = coalesce(failing_since, clock_timestamp()),
          active = reason is null, disabled_reason = reason, disabled_at = case when reason is not null then clock_timestamp() end
   from (select id as failed_id, case when $2 then 'gone' when failing_since < clock_timestamp() - interval '5 days' then 'failing' end as reason
         from webhook_endpoints where id = $1) judged
   where w.id = failed_id and w.active and (reason is not null or w.failing_since is null)
   returning w.organization_id, w.url, w.disabled_reason`,
)

export interface Written {
  /** The next delivery of the lane can be made. */
  goes_on: boolean
  disabled: { url: string; reason: string } | null
}

interface Disabled {
  organization_id: string
  url: string
  disabled_reason: (typeof disabledReasons)[number] | null
}

/**
 * Writes a try and its consequences; `event_id` is for the event of a disabled endpoint. Null: another node has the lane now, or the
 * endpoint was deleted.
 */
export async function writeTry(
  database: Database,
  head: Head,
  made: WebhookTry,
  verdict: Verdict,
  event_id: string,
): Promise<Written | null> {
  const lane = [head.endpoint_id, head.lane]
  return database.transaction(async (tx) => {
    const held = await tx.query(lockStatement, [...lane, head.lease])
    if (held.length === 0) return null
    const status = verdict.type === 'retry' ? 'pending' : verdict.type
    await tx.query(resultStatement, [head.delivery_id, status, JSON.stringify([made])])
    let goes_on = false
    if (verdict.type === 'retry') await tx.query(retryStatement, [...lane, verdict.after_ms])
    else goes_on = (await tx.query(goOnStatement, lane)).length > 0
    if (verdict.type === 'delivered') {
      await tx.query(succeededStatement, [head.endpoint_id])
      return { goes_on, disabled: null }
    }
    const is_gone = verdict.type === 'failed' && verdict.is_gone
    const [endpoint] = await tx.query<Disabled>(failedStatement, [head.endpoint_id, is_gone])
    if (!endpoint || endpoint.disabled_reason === null) return { goes_on, disabled: null }
    const { organization_id, url, disabled_reason: reason } = endpoint
    const subject = head.endpoint_id
    const data = { webhook_id: subject, url, reason }
    // The endpoint itself is inactive now, so only others receive the event.
    addOrganizationEvent(tx, { id: event_id, organization_id, type: 'webhook.disabled', subject, data })
    return { goes_on, disabled: { url, reason } }
  })
}

const giveBackStatement = acrossOrganizations(
  of_lanes,
  'give_back_webhook_lane',
  `update webhook_lanes set lease = null, node_id = null, next_attempt_at = clock_timestamp()
   where endpoint_id = $1 and lane = $2 and lease = $3`,
)

/** A try that was aborted: any node may repeat it at once. */
export async function giveBack(database: Executor, { endpoint_id, lane, lease }: Head): Promise<void> {
  await database.query(giveBackStatement, [endpoint_id, lane, lease])
}

const freeStatement = acrossOrganizations(
  of_lanes,
  'free_webhook_lanes_of_nodes',
  `update webhook_lanes set next_attempt_at = clock_timestamp()
   where node_id = any($1::uuid[]) and lease is not null and next_attempt_at > clock_timestamp()`,
)

/** The nodes are gone: any node may repeat their tries at once. */
export async function freeLanesOf(database: Executor, node_ids: string[]): Promise<void> {
  await database.query(freeStatement, [node_ids])
}

const agedStatement = acrossOrganizations(
  of_lanes,
  'delete_aged_deliveries',
  `delete from webhook_deliveries where id = any(array(
     select id from webhook_deliveries where created_at < now() - interval '30 days' order by created_at limit $1))`,
)

const ofDeletedStatement = acrossOrganizations(
  of_lanes,
  'delete_deliveries_of_deleted',
  `with doomed as (select id from webhook_endpoints where deleted_at is not null limit 10),
   lanes as (delete from webhook_lanes where endpoint_id in (select id from doomed)),
   arrivals as (delete from webhook_arrivals where endpoint_id in (select id from doomed)),
   deliveries as (
     delete from webhook_deliveries where id = any(array(
       select d.id from doomed cross join lateral
          (select id from webhook_deliveries where endpoint_id = doomed.id order by created_at limit $1) d limit $1))
   )
   delete from webhook_endpoints w
   where w.id in (select id from doomed) and not exists (select from webhook_deliveries d where d.endpoint_id = w.id)`,
)

/** Deletes deliveries older than 30 days, and rows of deleted endpoints; at most `limit` of each. */
export async function cleanUp(database: Executor, limit: number): Promise<void> {
  await database.query(agedStatement, [limit])
  await database.query(ofDeletedStatement, [limit])
}
