// The SQL for one organization's endpoints and deliveries. No query here finds a deleted endpoint.
import type { deliveryStatuses, disabledReasons, WebhookTry } from '@parley/contract'
import { assignments, sql } from '../database/fragments.ts'
import { type TimePosition, newest } from '../database/cursor.ts'
import { statement } from '../database/database.ts'
import type { Store } from '../database/store.ts'

export interface EndpointRecord {
  id: string
  organization_id: string
  url: string
  events: string[]
  description: string | null
  active: boolean
  agent_id: string | null
  failing_since: string | null
  disabled_at: string | null
  disabled_reason: (typeof disabledReasons)[number] | null
  previous_secret_expires_at: string | null
  created_at: string
  updated_at: string
}

const endpointColumns = `id, organization_id, url, events, description, active, agent_id, failing_since, disabled_at,
  disabled_reason, previous_secret_expires_at, created_at, updated_at`

export type NewEndpoint = Pick<EndpointRecord, 'id' | 'url' | 'events' | 'description' | 'active' | 'agent_id'> & {
  /** Whether its deliveries have the output of an execution. */
  shows_outputs: boolean
}

const lockStatement = statement(
  'lock_webhook_endpoints',
  `select pg_advisory_xact_lock(hashtextextended('webhook endpoints of ' || $1::text, 0)) as organization_id`,
)

/** Blocks other new endpoints until the transaction ends, so that they can be counted. */
export async function lockEndpoints(tx: Store): Promise<void> {
  await tx.query(lockStatement, [tx.organization_id])
}

const own = `organization_id = $1 and deleted_at is null`

const countStatement = statement('count_webhook_endpoints', `select count(*) from webhook_endpoints where ${own}`)

export async function countEndpoints(store: Store): Promise<number> {
  const [row] = await store.query<{ count: number }>(countStatement, [store.organization_id])
  return row!.count
}

const insertStatement = statement(
  'insert_webhook_endpoint',
  `insert into webhook_endpoints (organization_id, id, url, events, description, active, agent_id, shows_outputs, secret)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${endpointColumns}`,
)

export async function insertEndpoint(
  store: Store,
  { id, url, events, description, active, agent_id, shows_outputs }: NewEndpoint,
  secret: Buffer,
): Promise<EndpointRecord> {
  const values = [store.organization_id, id, url, events, description, active, agent_id, shows_outputs, secret]
  const [endpoint] = await store.query<EndpointRecord>(insertStatement, values)
  return endpoint!
}

const findStatement = statement(
  'find_webhook_endpoint',
  `select ${endpointColumns} from webhook_endpoints where ${own} and id = $2`,
)

export async function findEndpoint(store: Store, id: string): Promise<EndpointRecord | undefined> {
  const [endpoint] = await store.query<EndpointRecord>(findStatement, [store.organization_id, id])
  return endpoint
}

const listStatement = statement(
  'list_webhook_endpoints',
  `select ${endpointColumns} from webhook_endpoints where ${own} and (created_at, id) < ($2, $3)
   order by created_at desc, id desc limit $4`,
)

/** Newest first. */
export function listEndpointRows(store: Store, after: TimePosition | null, limit: number): Promise<EndpointRecord[]> {
  const { time, key } = after ?? newest
  return store.query(listStatement, [store.organization_id, time, key, limit])
}

/** Changes the fields that are not undefined. An endpoint that is switched on starts over. */
export async function changeEndpoint(
  store: Store,
  id: string,
  changes: Partial<Omit<NewEndpoint, 'id'>>,
): Promise<EndpointRecord | undefined> {
  const reset = changes.active ? { failing_since: null, disabled_at: null, disabled_reason: null } : {}
  const [endpoint] = await store.execute(sql<EndpointRecord>`
    update webhook_endpoints set ${assignments({ ...changes, ...reset, updated_at: sql`clock_timestamp()` })}
    where organization_id = ${store.organization_id} and deleted_at is null and id = ${id}
    returning ${sql.raw(endpointColumns)}`)
  return endpoint
}

const markDeletedStatement = statement(
  'delete_webhook_endpoint',
  `update webhook_endpoints set active = false, deleted_at = clock_timestamp() where ${own} and id = $2 returning id`,
)

/** False if there is no such endpoint. The clean-up job removes its rows. */
export async function markEndpointDeleted(store: Store, id: string): Promise<boolean> {
  return (await store.query(markDeletedStatement, [store.organization_id, id])).length > 0
}

const changeSecretStatement = statement(
  'change_webhook_secret',
  `update webhook_endpoints
   set secret = $3, previous_secret = case when $4::integer > 0 then secret end,
       previous_secret_expires_at = case when $4::integer > 0 then clock_timestamp() + $4::integer * interval '1 second' end,
       updated_at = clock_timestamp()
   where ${own} and id = $2 returning ${endpointColumns}`,
)

/** The current secret stays valid for a while, the one before it does not. */
export async function changeSecret(
  store: Store,
  id: string,
  secret: Buffer,
  previous_valid_seconds: number,
): Promise<EndpointRecord | undefined> {
  const values = [store.organization_id, id, secret, previous_valid_seconds]
  const [endpoint] = await store.query<EndpointRecord>(changeSecretStatement, values)
  return endpoint
}

// --- deliveries ---

export interface DeliveryRecord {
  id: string
  endpoint_id: string
  event_id: string
  type: string
  conversation_id: string | null
  sequence: number
  status: (typeof deliveryStatuses)[number]
  tries: WebhookTry[]
  created_at: string
  finished_at: string | null
}

const deliveryColumns = [
  'id',
  'endpoint_id',
  'event_id',
  'type',
  'conversation_id',
  'sequence',
  'status',
  'tries',
  'created_at',
  'finished_at',
] as const
const columnList = deliveryColumns.join(', ')

const listDeliveriesStatement = statement(
  'list_webhook_deliveries',
  `select ${columnList} from webhook_deliveries
   where organization_id = $1 and endpoint_id = $2 and ($3::text is null or status = $3)
     and (created_at, id) < ($4, $5)
   order by created_at desc, id desc limit $6`,
)

/** Newest first. */
export function listDeliveryRows(
  store: Store,
  endpoint_id: string,
  status: DeliveryRecord['status'] | undefined,
  after: TimePosition | null,
  limit: number,
): Promise<DeliveryRecord[]> {
  const { time, key } = after ?? newest
  return store.query(listDeliveriesStatement, [store.organization_id, endpoint_id, status ?? null, time, key, limit])
}

export interface EventPosition {
  sequence: number
  delivery_id: string
}

/** Above every event: the greatest number of the column. */
const newest_event = { sequence: '9223372036854775807', delivery_id: newest.key }

const listOfConversationStatement = statement(
  'list_webhook_deliveries_of_conversation',
  `select ${deliveryColumns.map((column) => `d.${column}`).join(', ')}
   from webhook_deliveries d join webhook_endpoints w on w.id = d.endpoint_id
   where d.organization_id = $1 and d.conversation_id = $2 and w.deleted_at is null
     and ($3::text is null or d.status = $3)
     and (d.sequence, d.id) < ($4::bigint, $5::uuid)
   order by d.sequence desc, d.id desc limit $6`,
)

/**
 * Of all endpoints, the newest event first. The index that a deletion needs has this order, except among the deliveries of one
 * event.
 */
export function listDeliveryRowsOfConversation(
  store: Store,
  conversation_id: string,
  status: DeliveryRecord['status'] | undefined,
  after: EventPosition | null,
  limit: number,
): Promise<DeliveryRecord[]> {
  const { sequence, delivery_id } = after ?? newest_event
  const values = [store.organization_id, conversation_id, status ?? null, sequence, delivery_id, limit]
  return store.query(listOfConversationStatement, values)
}

const testStatement = statement(
  'add_webhook_test',
  `with added as (
     insert into webhook_deliveries (id, endpoint_id, organization_id, lane, sequence, event_id, type, data, created_at)
     values ($1, $2, $3, $1, 0, $4, 'webhook.test', '{}', clock_timestamp())
     returning *
   ), arrival as (
     insert into webhook_arrivals (endpoint_id, lane, is_urgent) select endpoint_id, lane, true from added
   )
   select ${columnList} from added`,
)

export async function insertTest(store: Store, endpoint_id: string, id: string, event_id: string) {
  const [row] = await store.query<DeliveryRecord>(testStatement, [id, endpoint_id, store.organization_id, event_id])
  return row!
}

const renewed = `status = 'pending', finished_at = null, tries_made = 0`

const redeliverStatement = statement(
  'redeliver_webhook',
  `with renewed as (
     update webhook_deliveries set ${renewed} where id = $1 and endpoint_id = $2 and organization_id = $3 returning *
   ), arrival as (
     insert into webhook_arrivals (endpoint_id, lane, is_urgent) select endpoint_id, lane, true from renewed
   )
   select ${columnList} from renewed`,
)

export async function renewDelivery(store: Store, endpoint_id: string, id: string): Promise<DeliveryRecord | null> {
  const [row] = await store.query<DeliveryRecord>(redeliverStatement, [id, endpoint_id, store.organization_id])
  return row ?? null
}

export interface Range {
  after: string
  before: string | null
  only_failed: boolean
}

// One that is locked is about to be erased, or is being sent again by another call.
const redeliverRangeStatement = statement(
  'redeliver_webhooks',
  `with chosen as (
     select id from webhook_deliveries
     where endpoint_id = $1 and organization_id = $2 and created_at >= $3::timestamptz
       and ($4::timestamptz is null or created_at <= $4::timestamptz)
       and (status = 'failed' or (status = 'delivered' and not $5::boolean))
     order by created_at, id limit $6 for update skip locked
   ), renewed as (
     update webhook_deliveries set ${renewed} where id in (select id from chosen) returning endpoint_id, lane, created_at
   ), arrivals as (
     insert into webhook_arrivals (endpoint_id, lane, is_urgent) select distinct endpoint_id, lane, true from renewed
   )
   select count(*) as redelivered, max(created_at) as last from renewed`,
)

export async function renewDeliveries(
  store: Store,
  endpoint_id: string,
  { after, before, only_failed }: Range,
  limit: number,
): Promise<{ redelivered: number; last: string | null }> {
  const values = [endpoint_id, store.organization_id, after, before, only_failed, limit]
  const [row] = await store.query<{ redelivered: number; last: string | null }>(redeliverRangeStatement, values)
  return row!
}
