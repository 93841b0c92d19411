// Events of an organization: written in the commit of the change that they report, numbered after it, read in the order of their
// numbers, and kept for thirty days. A trigger passes them to webhooks.
import type { OrganizationEventData, OrganizationEventType } from '@parley/contract'
import { type Executor, type Pipeline, acrossOrganizations, statement } from '../database/database.ts'
import { type Growth, numberCommitted } from '../database/numbering.ts'
import type { RootStore, Store } from '../database/store.ts'

export interface OrganizationEvent<T extends OrganizationEventType> {
  /** Absent: the database makes one. */
  id?: string
  organization_id: string
  type: T
  /** The id of what it is about. Events of one subject stay in order if their writers hold a lock on it. */
  subject: string
  data: OrganizationEventData<T>
}

const addStatement = statement(
  'add_organization_event',
  `insert into organization_events (organization_id, id, type, subject, data)
   values ($1, coalesce($2, uuid_by_time()), $3, $4, $5)`,
)

/** The event exists, for readers and webhooks, if and only if the transaction commits. */
export function addOrganizationEvent<T extends OrganizationEventType>(
  tx: Pipeline,
  { organization_id, id, type, subject, data }: OrganizationEvent<T>,
): void {
  tx.send(addStatement, [organization_id, id ?? null, type, subject, JSON.stringify(data)])
}

const numberStatements = {
  begin: statement(
    'begin_organization_event_feed',
    `insert into organization_event_feeds (organization_id, last_number) values ($1, 0) on conflict do nothing`,
  ),
  lock: statement(
    'lock_organization_event_feed',
    'select last_number from organization_event_feeds where organization_id = $1 for update',
  ),
  number: statement(
    'number_organization_events',
    `with waiting as materialized (
       select place, row_number() over (order by place) as nth
       from (select place from organization_events where organization_id = $1 and number is null order by place limit $3) oldest
     ), numbered as (
       update organization_events e set number = $2::bigint + w.nth from waiting w where e.place = w.place
     )
     update organization_event_feeds set last_number = $2::bigint + (select count(*) from waiting) where organization_id = $1
     returning last_number`,
  ),
}

const growthStatement = statement(
  'read_organization_event_growth',
  `select coalesce((select last_number from organization_event_feeds where organization_id = $1), 0) as last_number,
          exists (select from organization_events where organization_id = $1 and number is null) as has_waiting`,
)

/** Numbers every committed event, and returns the last number. */
export async function numberOrganizationEvents(store: RootStore): Promise<number> {
  const [growth] = await store.query<Growth>(growthStatement, [store.organization_id])
  return numberCommitted(store, numberStatements, growth!)
}

const growthsStatement = statement(
  'read_organization_event_growths',
  `select followed.organization_id, coalesce(f.last_number, 0) as last_number,
          exists (select from organization_events e
                  where e.organization_id = followed.organization_id and e.number is null) as has_waiting
   from unnest($1::uuid[]) followed (organization_id)
   left join organization_event_feeds f on f.organization_id = followed.organization_id`,
)

export interface OrganizationGrowth extends Growth {
  organization_id: string
}

/** How far the events of several organizations are numbered. */
export function readOrganizationGrowth(
  executor: Executor,
  organization_ids: readonly string[],
): Promise<OrganizationGrowth[]> {
  return executor.query(growthsStatement, [organization_ids])
}

/** An event of any type; `data` depends on the type. */
export type OrganizationEventRecord = {
  [T in OrganizationEventType]: Required<Omit<OrganizationEvent<T>, 'organization_id'>> & {
    number: number
    occurred_at: string
  }
}[OrganizationEventType]

const pageStatement = statement(
  'read_organization_events',
  `select number, id, type, subject, data, occurred_at from organization_events
   where organization_id = $1 and number > $2 order by number limit $3`,
)

/**
 * The events after a number, oldest first. Numbers are 1, 2, 3 … without holes; only the oldest events are deleted. A reader that
 * finds its next number missing, or no event although `last_number` is greater, has missed some.
 */
export async function readOrganizationEvents(
  store: RootStore,
  after: number,
  limit: number,
): Promise<{ events: OrganizationEventRecord[]; last_number: number }> {
  const last_number = await numberOrganizationEvents(store)
  const events = await store.query<OrganizationEventRecord>(pageStatement, [store.organization_id, after, limit])
  return { events, last_number }
}

const placeStatement = statement(
  'find_organization_event',
  'select id, type, subject, data, occurred_at from organization_events where organization_id = $1 and place = $2',
)

/** By its place in the order of writing. Null: it is too old. */
export async function findOrganizationEvent(
  store: Store,
  place: number,
): Promise<Omit<OrganizationEventRecord, 'number'> | null> {
  const [row] = await store.query<Omit<OrganizationEventRecord, 'number'>>(placeStatement, [
    store.organization_id,
    place,
  ])
  return row ?? null
}

const waitingStatement = statement(
  'find_waiting_organization_events',
  'select distinct organization_id from organization_events where number is null limit $1',
)

/** Organizations with events that have no number yet. */
export async function findWaitingOrganizations(executor: Executor, limit: number): Promise<string[]> {
  const rows = await executor.query<{ organization_id: string }>(waitingStatement, [limit])
  return rows.map(({ organization_id }) => organization_id)
}

// Only numbered events: from the last number, a reader learns that it has missed some.
const forgetStatement = acrossOrganizations(
  'old events of all organizations are deleted',
  'forget_organization_events',
  `delete from organization_events where place = any(array(
     select place from organization_events where occurred_at < clock_timestamp() - $1::integer * interval '1 day'
       and number is not null order by occurred_at limit $2))`,
)

export async function forgetOrganizationEvents(executor: Executor, kept_days: number, limit: number): Promise<void> {
  await executor.query(forgetStatement, [kept_days, limit])
}
