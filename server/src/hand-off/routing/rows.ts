// The SQL of routing: what waits, who is there, and who can take one more.
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import type { TeamSettings } from '../rules/team-settings.ts'
import { answeringRoles } from '../teams/rows.ts'

/** Heard of within this time, a person is online. */
export const online_seconds = 45
/** So many offers missed in a row make a person away. */
const most_missed = 3

const nextStatement = statement(
  'next_waiting',
  `select conversation_id, passed_by from handlings
   where organization_id = $1 and team_id = $2 and handled_by = 'queue' and ended_at is null and assignee_id is null
     and conversation_id <> all($3::uuid[])
   order by priority desc, waiting_since, conversation_id limit 1`,
)

export interface Waiting {
  conversation_id: string
  /** Who has let an offer of this wait pass. */
  passed_by: string[]
}

/** The highest priority first, in it the longest waiting; null: none is without an offer. */
export async function findNextWaiting(tx: Store, team_id: string, except: readonly string[]): Promise<Waiting | null> {
  const [row] = await tx.query<Waiting>(nextStatement, [tx.organization_id, team_id, except])
  return row ?? null
}

/** Over `user_id`: what a person holds, not snoozed, and is offered. */
export const loadOf = (organization_id: string, user_id: string) => `(select count(*) from handlings h
  where h.organization_id = ${organization_id} and h.assignee_id = ${user_id}::text and h.assignee_type = 'user'
    and h.ended_at is null and h.handled_by <> 'agent' and h.snoozed_until is null)`

/** Over the table `people` as `p`. */
export const isOnline = `p.seen_at > clock_timestamp() - interval '${online_seconds} seconds'`

// `offset 0`: the load of each member is counted once.
const pickStatement = statement(
  'pick_person',
  `select ready.user_id, ready.name from (
     select tm.user_id, coalesce(u.name, u.email) as name, p.offered_at, ${loadOf('$1', 'tm.user_id')} as load
     from team_members tm
     join members m on m.organization_id = $1 and m.user_id = tm.user_id and m.role = any($4)
     join users u on u.id = tm.user_id
     join people p on p.organization_id = $1 and p.user_id = tm.user_id and p.availability = 'available' and ${isOnline}
     where tm.team_id = $2 and tm.organization_id = $1 offset 0
   ) ready
   where ready.load < $3 order by ready.user_id::text = any($5::text[]), ready.load, ready.offered_at nulls first, ready.user_id limit 1`,
)

export interface Candidate {
  user_id: string
  name: string
}

/** Who has the fewest, of those available with room; who has let it pass comes last. Null: nobody. */
export async function pickPerson(
  tx: Store,
  team_id: string,
  capacity: number,
  passed_by: readonly string[],
): Promise<Candidate | null> {
  const values = [tx.organization_id, team_id, capacity, answeringRoles, passed_by]
  const [row] = await tx.query<Candidate>(pickStatement, values)
  return row ?? null
}

const lockStatement = statement(
  'lock_person',
  'select user_id from people where organization_id = $1 and user_id = $2 for update',
)
const stillStatement = statement(
  'has_room_still',
  `select p.user_id from people p where p.organization_id = $1 and p.user_id = $2 and p.availability = 'available'
   and ${loadOf('$1', '$2')} < $3`,
)

/** Locks the person, whom other teams may have given something meanwhile. */
export async function lockIfRoom(tx: Store, user_id: string, capacity: number): Promise<boolean> {
  await tx.query(lockStatement, [tx.organization_id, user_id])
  return (await tx.query(stillStatement, [tx.organization_id, user_id, capacity])).length > 0
}

const offeredStatement = statement(
  'note_offer',
  'update people set offered_at = clock_timestamp() where organization_id = $1 and user_id = $2',
)

export async function noteOffer(tx: Store, user_id: string): Promise<void> {
  await tx.query(offeredStatement, [tx.organization_id, user_id])
}

// Of each, the outcomes of the last offers since they said that they are available.
const awayStatement = statement(
  'set_away',
  `update people p set availability = 'away'
   where p.organization_id = $1 and p.availability = 'available'
     and p.user_id in (select user_id from team_members where team_id = $2 and organization_id = $1)
     and (select count(*) from (
       select kind from handling_facts f where f.organization_id = $1 and f.user_id = p.user_id
         and f.kind in ('offer_expired', 'offer_declined', 'taken') and f.at > p.available_since
       order by f.at desc, f.id desc limit ${most_missed}) last
       where last.kind = 'offer_expired') >= ${most_missed}
   returning p.user_id`,
)

/** Members of the team who have missed three offers in a row are not offered any more. */
export async function setMissingAway(store: Store, team_id: string): Promise<void> {
  await store.query(awayStatement, [store.organization_id, team_id])
}

const teamStatement = statement(
  'find_routed_team',
  `select id, key, name, settings, clock_timestamp() as now from teams
   where organization_id = $1 and id = $2 and deleted_at is null`,
)

export async function findRoutedTeam(store: Store, id: string) {
  const [row] = await store.query<RoutedTeam>(teamStatement, [store.organization_id, id])
  return row ?? null
}

export interface RoutedTeam {
  id: string
  key: string
  name: string
  settings: TeamSettings
  now: string
}
