// The SQL of members: whether they are available and online, and how much they have.
import type { Availability, Person } from '@parley/contract'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import { isOnline } from '../routing/rows.ts'
import { answeringRoles } from '../teams/rows.ts'

const seenStatement = statement(
  'find_seen_at',
  'select seen_at from people where organization_id = $1 and user_id = $2',
)

/** When a member was last heard of; null: never. */
export async function findSeenAt(store: Store, user_id: string): Promise<string | null> {
  const [row] = await store.query<{ seen_at: string | null }>(seenStatement, [store.organization_id, user_id])
  return row?.seen_at ?? null
}

const markStatement = statement(
  'mark_person',
  `with before as (
     select availability = 'available' and ${isOnline} as was_there, ${isOnline} as was_online, availability
     from people p where organization_id = $1 and user_id = $2
   )
   insert into people (organization_id, user_id, availability, available_since, seen_at)
   values ($1, $2, coalesce($3, 'away'), case when $3 = 'available' then clock_timestamp() end, clock_timestamp())
   on conflict (organization_id, user_id) do update set availability = coalesce($3, people.availability), seen_at = clock_timestamp(),
     available_since = case when $3 = 'available' then clock_timestamp() else people.available_since end
   returning availability = 'available' and not coalesce((select was_there from before), false) as is_back,
     not coalesce((select was_online from before), false)
       or availability is distinct from (select availability from before) as has_changed`,
)

export interface Marked {
  /** They can be offered conversations, and could not before. */
  is_back: boolean
  /** Others see something new. */
  has_changed: boolean
}

/** The member is online; `availability` null: as it is. */
export async function markPerson(store: Store, user_id: string, availability: Availability | null): Promise<Marked> {
  const [row] = await store.query<Marked>(markStatement, [store.organization_id, user_id, availability])
  return row!
}

const listStatement = statement(
  'list_people',
  `select m.user_id, coalesce(u.name, u.email) as name, coalesce(p.availability, 'away') as availability,
     coalesce(${isOnline}, false) as is_online, coalesce(h.load, 0) as load,
     array(select t.key from team_members tm join teams t on t.id = tm.team_id and t.deleted_at is null
           where tm.organization_id = $1 and tm.user_id = m.user_id order by t.key) as teams
   from members m join users u on u.id = m.user_id
   left join people p on p.organization_id = $1 and p.user_id = m.user_id
   left join (
     select assignee_id, count(*) as load from handlings
     where organization_id = $1 and ended_at is null and assignee_id is not null and assignee_type = 'user'
       and handled_by <> 'agent' and snoozed_until is null group by assignee_id
   ) h on h.assignee_id = m.user_id::text
   where m.organization_id = $1 and m.role = any($2) and ($3::uuid is null or m.user_id = $3)
   order by p.availability = 'available' and ${isOnline} desc nulls last, coalesce(u.name, u.email), m.user_id limit 1000`,
)

/** Those who can answer, the available first. */
export function listPeople(store: Store, user_id: string | null = null): Promise<Person[]> {
  return store.query(listStatement, [store.organization_id, answeringRoles, user_id])
}
