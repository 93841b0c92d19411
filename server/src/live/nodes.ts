// The nodes of an installation, for its operator, and for those that change what older ones use.
import type pg from 'pg'
import { isOlder, version } from '../base/version.ts'
import { type Database, acrossOrganizations } from '../database/database.ts'
import { lock_class } from './presence.ts'

export interface ListedNode {
  id: string
  /** Of its Parley; null: it is older than versions are recorded. */
  version: string | null
  /** Since when it has had the connection that shows that it lives; null: it is gone, and nobody has noticed yet. */
  connected_at: string | null
}

const text = `select n.id, n.version, a.backend_start as connected_at from nodes n
     left join pg_locks l on l.locktype = 'advisory' and l.classid = ${lock_class} and l.objid = n.lock::oid and l.objsubid = 2
       and l.granted and l.database = (select oid from pg_database where datname = current_database())
     left join pg_stat_activity a on a.pid = l.pid
   order by a.backend_start, n.id`

const statement = acrossOrganizations('the nodes of the server itself', 'list_nodes', text)

export function listNodes(database: Database): Promise<ListedNode[]> {
  return database.query<ListedNode>(statement, [])
}

/** Of servers and commands; several of one version are one. */
export interface ListedConnections {
  version: string | null
  count: number
}

/** A server behind a pooler is no listed node, and one that lost its lock a moment ago is not connected. Their queries show them. */
const connectionsText = `select nullif(substring(application_name from '^parley (.*)$'), '') as version, count(*)::integer as count
  from pg_stat_activity where datname = current_database() and application_name ~ '^parley( [0-9]|$)' group by 1`

/** Older servers use what was to be removed. */
export class OlderNodesLive extends Error {
  constructor(nodes: ListedNode[], connections: ListedConnections[]) {
    const named = [
      ...nodes.map(({ id, version: own }) => `${id} (${own ?? unknown})`),
      ...connections.map(
        ({ version: own, count }) =>
          `${count === 1 ? '1 connection' : `${count} connections`} ${own === null ? unknown : `of ${own}`}`,
      ),
    ]
    const pooled = connections.length > 0 ? ' A pooler keeps connections for a while after their server has ended.' : ''
    super(
      `Nothing was changed, because older servers are running: ${named.join(', ')}. Replace them by ${version} or stop them, and run this again.${pooled}`,
    )
  }
}

const unknown = 'of an unknown version'

/** Until the end of the transaction no node begins; one that begins then finds out what it does not know (`presence.ts`). */
export async function refuseOlderNodes(client: pg.Client): Promise<void> {
  await client.query('lock table nodes in share row exclusive mode')
  const nodes = (await client.query<ListedNode>(text)).rows.filter((node) => node.connected_at !== null)
  const older = nodes.filter((node) => isOlder(node.version, version))
  const { rows } = await client.query<ListedConnections>(connectionsText)
  const others = rows.filter(({ version: own }) => isOlder(own, version) && !older.some((node) => node.version === own))
  if (older.length + others.length > 0) throw new OlderNodesLive(older, others)
}
