// Which conversations that people handle a caller may see: those of the agents that a credential is narrowed to, and, where responders see
// only their teams, those of their teams, of no team, and their own.
import { type Fragment, sql } from '../../database/fragments.ts'
import type { Access } from '../../calls/access.ts'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import type { HandlingRecord } from '../machine/handling.ts'

/** Over `handlings` as `h`. */
export function seenBy(access: Access, store: Store): Fragment[] {
  return [...narrowed(access, store), ...ofTeams(access, store, sql`h`)]
}

function narrowed({ agent_ids }: Access, { organization_id }: Store): Fragment[] {
  if (agent_ids === null) return []
  return [
    sql`exists (select from conversations n where n.id = h.conversation_id and n.organization_id = ${organization_id}
      and n.agent_id = any(${[...agent_ids]}::uuid[]))`,
  ]
}

/** Empty: the caller sees those of all teams. `h`: the row of a conversation's hand-off. */
export function ofTeams({ sees_teams, actor }: Access, { organization_id }: Store, h: Fragment): Fragment[] {
  if (!sees_teams) return []
  return [
    sql`(${h}.team_id is null or (${h}.assignee_type = 'user' and ${h}.assignee_id = ${actor.id})
      or ${h}.team_id in (select tm.team_id from team_members tm where tm.organization_id = ${organization_id}
        and tm.user_id::text = ${actor.id}))`,
  ]
}

const ownTeamsStatement = statement(
  'list_own_teams',
  'select team_id from team_members where organization_id = $1 and user_id = $2',
)

type Handling = Pick<HandlingRecord, 'team_id' | 'assignee_type' | 'assignee_id'> | null

/** Whether the caller may see each of these; one statement, and none for callers who see all teams. */
export async function filterSeen<Row extends { handling: Handling }>(
  { sees_teams, actor }: Access,
  store: Store,
  rows: readonly Row[],
): Promise<Row[]> {
  const isOpenTo = ({ handling }: Row) =>
    !handling || handling.team_id === null || (handling.assignee_type === 'user' && handling.assignee_id === actor.id)
  if (!sees_teams || rows.every(isOpenTo)) return [...rows]
  const found = await store.query<{ team_id: string }>(ownTeamsStatement, [store.organization_id, actor.id])
  const own = new Set(found.map(({ team_id }) => team_id))
  return rows.filter((row) => isOpenTo(row) || own.has(row.handling!.team_id!))
}
