// Reads what the inactivity rules of many conversations depend on. Writes nothing and locks nothing.
import type { Executor } from '../../database/database.ts'
import { statement } from '../../database/database.ts'
import { arraysOf, rowOf, rowsOf } from '../../database/rows.ts'
import type { Standing } from '../machine/inactivity.ts'
import { silence } from '../machine/rows.ts'

export interface StandingRow extends Standing {
  id: string
  organization_id: string
  agent_version_id: string | null
}

// One look for each, however many conversations there are.
export const standingsStatement = statement(
  'read_standings',
  `/* read_standings */ select c.id, c.organization_id, c.agent_version_id, c.channel, c.status, c.created_at, c.handled_by, ${silence},
          exists (select from turns t where t.conversation_id = c.id and t.status in ('queued', 'running')) as has_open_turns,
          (select h.returned_at from handlings h where h.conversation_id = c.id) as returned_at,
          clock_timestamp() as now
   from ${rowsOf('wanted', 'id uuid, organization_id uuid')}
   cross join ${rowOf('conversations', 'c', 'c.id = wanted.id')}
   cross join ${rowOf('conversation_progress', 'p', 'p.conversation_id = wanted.id')}
   where c.organization_id = wanted.organization_id and c.deleted_at is null`,
  { replanned: true },
)

/** A missing one does not exist any more. */
export function readStandings(
  database: Executor,
  keys: { id: string; organization_id: string }[],
): Promise<StandingRow[]> {
  return database.query<StandingRow>(standingsStatement, arraysOf(keys, ['id', 'organization_id']))
}
