// The SQL of teams and their members. Only moving.ts finds a deleted team.
import { type Role, roles } from '@parley/contract'
import { sql, assignments } from '../../database/fragments.ts'
import { roleScopes } from '../../calls/access.ts'
import { type TimePosition, newest } from '../../database/cursor.ts'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import type { TeamSettings } from '../rules/team-settings.ts'

/** Those that answer people. */
export const answeringRoles: readonly Role[] = roles.filter((role) => roleScopes[role].has('conversations:reply'))

export interface TeamRecord {
  id: string
  key: string
  name: string
  is_default: boolean
  settings: TeamSettings
  members: string[]
  revision: number
  created_at: string
  updated_at: string
  /** The database's clock. */
  now: string
}

// A member who cannot answer any more is left out, even before the job that removes them.
const columns = `t.id, t.key, t.name, t.is_default, t.settings, t.revision, t.created_at, t.updated_at, clock_timestamp() as now,
  array(select tm.user_id from team_members tm join members m on m.organization_id = tm.organization_id and m.user_id = tm.user_id
        where tm.team_id = t.id and m.role in (${answeringRoles.map((role) => `'${role}'`).join(', ')})
        order by tm.user_id) as members`

const listStatement = statement(
  'list_teams',
  `select ${columns} from teams t where t.organization_id = $1 and t.deleted_at is null and (t.created_at, t.id) < ($2, $3)
   order by t.created_at desc, t.id desc limit $4`,
)

/** Newest first. */
export function listTeamRows(store: Store, after: TimePosition | null, limit: number): Promise<TeamRecord[]> {
  const { time, key } = after ?? newest
  return store.query(listStatement, [store.organization_id, time, key, limit])
}

const findStatement = statement(
  'find_team',
  `select ${columns} from teams t where t.organization_id = $1 and t.key = $2 and t.deleted_at is null`,
)

export async function findTeam(store: Store, key: string): Promise<TeamRecord | null> {
  const [row] = await store.query<TeamRecord>(findStatement, [store.organization_id, key])
  return row ?? null
}

const idStatement = statement(
  'find_team_id',
  'select id from teams where organization_id = $1 and key = $2 and deleted_at is null',
)

export async function findTeamId(store: Store, key: string): Promise<string | null> {
  const [row] = await store.query<{ id: string }>(idStatement, [store.organization_id, key])
  return row?.id ?? null
}

const askedStatement = statement(
  'find_asked_team',
  `select t.id, t.key, t.name, t.is_default, t.settings, clock_timestamp() as now from teams t
   where t.organization_id = $1 and t.deleted_at is null and (t.key = $2 or t.is_default) order by t.key = $2 desc limit 1`,
)

/** The team with this key, or else the default team; null: there is neither. */
export async function findAskedTeam(store: Store, key: string | null) {
  const values = [store.organization_id, key ?? '']
  const [row] = await store.query<Omit<TeamRecord, 'members'>>(askedStatement, values)
  return row ?? null
}

const lockAllStatement = statement(
  'lock_teams',
  `select pg_advisory_xact_lock(hashtextextended('teams of ' || $1::text, 0)) as organization_id`,
)
const countStatement = statement(
  'count_teams',
  'select count(*) from teams where organization_id = $1 and deleted_at is null',
)

/** Blocks other changes of which teams there are, and which is the default, until the transaction ends. */
export async function countLockedTeams(tx: Store): Promise<number> {
  await tx.query(lockAllStatement, [tx.organization_id])
  const [row] = await tx.query<{ count: number }>(countStatement, [tx.organization_id])
  return row!.count
}

const lockStatement = statement('lock_team', 'select id from teams where organization_id = $1 and id = $2 for update')

/** Before the lock of any conversation. False: it is gone. */
export async function lockTeam(tx: Store, id: string): Promise<boolean> {
  return (await tx.query(lockStatement, [tx.organization_id, id])).length > 0
}

const insertStatement = statement(
  'insert_team',
  `insert into teams (organization_id, id, key, name, is_default, settings, created_at, updated_at)
   select $1::uuid, $2::uuid, $3, $4, $5::boolean, $6::jsonb, time, time from clock_timestamp() as time`,
)

export interface TeamFields {
  key: string
  name: string
  is_default: boolean
  settings: TeamSettings
}

export async function insertTeam(
  tx: Store,
  id: string,
  { key, name, is_default, settings }: TeamFields,
): Promise<void> {
  await tx.query(insertStatement, [tx.organization_id, id, key, name, is_default, JSON.stringify(settings)])
}

/** Under its lock. */
export async function changeTeam(tx: Store, id: string, { settings, ...rest }: Partial<TeamFields>): Promise<void> {
  const values = {
    ...rest,
    settings: settings && JSON.stringify(settings),
    revision: sql`revision + 1`,
    updated_at: sql`clock_timestamp()`,
  }
  await tx.execute(
    sql`update teams set ${assignments(values)} where organization_id = ${tx.organization_id} and id = ${id}`,
  )
}

const takenStatement = statement(
  'is_team_key_taken',
  'select id from teams where organization_id = $1 and key = $2 and id <> $3 and deleted_at is null',
)

/** Under the lock of all teams. */
export async function isKeyTaken(tx: Store, key: string, by_other_than: string): Promise<boolean> {
  return (await tx.query(takenStatement, [tx.organization_id, key, by_other_than])).length > 0
}

const undefaultStatement = statement(
  'end_default_team',
  `update teams set is_default = false, revision = revision + 1, updated_at = clock_timestamp()
   where organization_id = $1 and is_default and id <> $2`,
)

/** No other team is the default any more. */
export async function endOtherDefault(tx: Store, id: string): Promise<void> {
  await tx.query(undefaultStatement, [tx.organization_id, id])
}

const answeringStatement = statement(
  'list_answering_among',
  'select user_id from members where organization_id = $1 and user_id = any($2::uuid[]) and role = any($3) for share',
)

/** Which of these users are members who can answer. */
export async function listAnsweringAmong(tx: Store, user_ids: readonly string[]): Promise<Set<string>> {
  const values = [tx.organization_id, user_ids, answeringRoles]
  const rows = await tx.query<{ user_id: string }>(answeringStatement, values)
  return new Set(rows.map(({ user_id }) => user_id))
}

const setMembersStatement = statement(
  'set_team_members',
  `with gone as (
     delete from team_members where organization_id = $1 and team_id = $2 and user_id <> all($3::uuid[])
   )
   insert into team_members (organization_id, team_id, user_id) select $1, $2, user_id from unnest($3::uuid[]) user_id
   on conflict do nothing`,
)

export async function setMembers(tx: Store, team_id: string, user_ids: readonly string[]): Promise<void> {
  await tx.query(setMembersStatement, [tx.organization_id, team_id, user_ids])
}

const deleteStatement = statement(
  'delete_team',
  `update teams set deleted_at = clock_timestamp(), is_default = false, move_to = $3 where organization_id = $1 and id = $2`,
)

/** Nobody finds it any more; what is in it still has to move. */
export async function deleteTeamRow(tx: Store, id: string, move_to: string | null): Promise<void> {
  await tx.query(deleteStatement, [tx.organization_id, id, move_to])
}
