// The SQL over one organization's endpoints and deliveries. A deleted endpoint is not found by anything here.
import type { deliveryStatuses, disabledReasons, WebhookTry } from '@parley/contract'
import { type Expression, type SqlBool, sql } from 'kysely'
import type { TimePosition } from '../database/cursor.ts'
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

const endpointColumns = [
  'id',
  'organization_id',
  'url',
  'events',
  'description',
  'active',
  'agent_id',
  'failing_since',
  'disabled_at',
  'disabled_reason',
  'previous_secret_expires_at',
  'created_at',
  'updated_at',
] as const

export type NewEndpoint = Pick<EndpointRecord, 'id' | 'url' | 'events' | 'description' | 'active' | 'agent_id'>

const lockStatement = statement(
  'lock_webhook_endpoints',
  `select pg_advisory_xact_lock(hashtextextended('webhook endpoints of ' || $1::text, 0)) as organization_id`,
)

/** Holds back other new endpoints until the transaction ends, so that they can be counted. */
export async function lockEndpoints(tx: Store): Promise<void> {
  await tx.query(lockStatement, [tx.organization_id])
}

export async function countEndpoints(store: Store): Promise<number> {
  const { count } = await endpoints(store)
    .select((of) => of.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

function endpoints(store: Store) {
  return store.kysely
    .selectFrom('webhook_endpoints')
    .where('organization_id', '=', store.organization_id)
    .where('deleted_at', 'is', null)
}

export function insertEndpoint(store: Store, endpoint: NewEndpoint, secret: Buffer): Promise<EndpointRecord> {
  return store.kysely
    .insertInto('webhook_endpoints')
    .values({ ...endpoint, secret, organization_id: store.organization_id })
    .returning(endpointColumns)
    .$castTo<EndpointRecord>()
    .executeTakeFirstOrThrow()
}

export function findEndpoint(store: Store, id: string): Promise<EndpointRecord | undefined> {
  return endpoints(store).select(endpointColumns).where('id', '=', id).$castTo<EndpointRecord>().executeTakeFirst()
}

/** Newest first. */
export function listEndpointRows(store: Store, after: TimePosition | null, limit: number): Promise<EndpointRecord[]> {
  return endpoints(store)
    .select(endpointColumns)
    .where((eb) => eb.and(positionConditions(after)))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .$castTo<EndpointRecord>()
    .execute()
}

function positionConditions(after: TimePosition | null): Expression<SqlBool>[] {
  return after === null ? [] : [sql`(created_at, id) < (${after.time}::timestamptz, ${after.key}::uuid)`]
}

/** Changes what is not undefined. One that is switched on begins anew. */
export function changeEndpoint(
  store: Store,
  id: string,
  changes: Partial<Omit<NewEndpoint, 'id'>>,
): Promise<EndpointRecord | undefined> {
  const anew = changes.active ? { failing_since: null, disabled_at: null, disabled_reason: null } : {}
  return store.kysely
    .updateTable('webhook_endpoints')
    .set({ ...changes, ...anew, updated_at: sql<string>`clock_timestamp()` })
    .where('id', '=', id)
    .where('organization_id', '=', store.organization_id)
    .where('deleted_at', 'is', null)
    .returning(endpointColumns)
    .$castTo<EndpointRecord>()
    .executeTakeFirst()
}

/** False when there is no such endpoint. The clean-up job removes what belongs to it. */
export async function markEndpointDeleted(store: Store, id: string): Promise<boolean> {
  const row = await store.kysely
    .updateTable('webhook_endpoints')
    .set({ active: false, deleted_at: sql<string>`clock_timestamp()` })
    .where('id', '=', id)
    .where('organization_id', '=', store.organization_id)
    .where('deleted_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** The secret until now stays valid for a while, the one before it does not. */
export function changeSecret(
  store: Store,
  id: string,
  secret: Buffer,
  previous_valid_seconds: number,
): Promise<EndpointRecord | undefined> {
  const isKept = previous_valid_seconds > 0
  return store.kysely
    .updateTable('webhook_endpoints')
    .set((eb) => ({
      secret,
      previous_secret: isKept ? eb.ref('secret') : null,
      previous_secret_expires_at: isKept
        ? sql<string>`clock_timestamp() + ${previous_valid_seconds}::integer * interval '1 second'`
        : null,
      updated_at: sql<string>`clock_timestamp()`,
    }))
    .where('id', '=', id)
    .where('organization_id', '=', store.organization_id)
    .where('deleted_at', 'is', null)
    .returning(endpointColumns)
    .$castTo<EndpointRecord>()
    .executeTakeFirst()
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

/** Newest first. */
export function listDeliveryRows(
  store: Store,
  endpoint_id: string,
  status: DeliveryRecord['status'] | undefined,
  after: TimePosition | null,
  limit: number,
): Promise<DeliveryRecord[]> {
  let query = store.kysely
    .selectFrom('webhook_deliveries')
    .select(deliveryColumns)
    .where('organization_id', '=', store.organization_id)
    .where('endpoint_id', '=', endpoint_id)
    .where((eb) => eb.and(positionConditions(after)))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  if (status !== undefined) query = query.where('status', '=', status)
  return query.$castTo<DeliveryRecord>().execute()
}

export interface EventPosition {
  sequence: number
  delivery_id: string
}

/** Of all endpoints, the newest event first. The index that a deletion needs is in this order but for the deliveries of one event. */
export function listDeliveryRowsOfConversation(
  store: Store,
  conversation_id: string,
  status: DeliveryRecord['status'] | undefined,
  after: EventPosition | null,
  limit: number,
): Promise<DeliveryRecord[]> {
  let query = store.kysely
    .selectFrom('webhook_deliveries as d')
    .innerJoin('webhook_endpoints as w', 'w.id', 'd.endpoint_id')
    .select(deliveryColumns.map((column) => `d.${column}` as const))
    .where('d.organization_id', '=', store.organization_id)
    .where('d.conversation_id', '=', conversation_id)
    .where('w.deleted_at', 'is', null)
    .orderBy('d.sequence', 'desc')
    .orderBy('d.id', 'desc')
    .limit(limit)
  if (after)
    query = query.where(sql<SqlBool>`(d.sequence, d.id) < (${after.sequence}::bigint, ${after.delivery_id}::uuid)`)
  if (status !== undefined) query = query.where('d.status', '=', status)
  return query.$castTo<DeliveryRecord>().execute()
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

// One that is locked is just being erased, or sent again by another call.
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
