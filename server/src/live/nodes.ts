// The nodes of an installation, for its operator.
import { type Database, acrossOrganizations } from '../database/database.ts'
import { lock_class } from './presence.ts'

export interface ListedNode {
  id: string
  /** Since when it has had the connection that shows that it lives; null: it is gone, and nobody has noticed yet. */
  connected_at: string | null
}

const statement = acrossOrganizations(
  'the nodes of the server itself',
  'list_nodes',
  `select n.id, a.backend_start as connected_at from nodes n
     left join pg_locks l on l.locktype = 'advisory' and l.classid = ${lock_class} and l.objid = n.lock::oid and l.objsubid = 2
       and l.granted and l.database = (select oid from pg_database where datname = current_database())
     left join pg_stat_activity a on a.pid = l.pid
   order by a.backend_start, n.id`,
)

export function listNodes(database: Database): Promise<ListedNode[]> {
  return database.query<ListedNode>(statement, [])
}
