// The SQL of connections.
import type { ConnectionConfig } from '@parley/contract'
import { isUuid } from '../../base/ports.ts'
import { type TimePosition, newest } from '../../database/cursor.ts'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'

export interface ConnectionRow {
  id: string
  organization_id: string
  name: string
  description: string | null
  config: ConnectionConfig
  created_at: string
  updated_at: string
}

const columns = 'id, organization_id, name, description, config, created_at, updated_at'

const lockStatement = statement(
  'lock_workflow_connections',
  `select pg_advisory_xact_lock(hashtextextended('workflow connections of ' || $1::text, 0)) as organization_id`,
)

/** Changes of connections, and versions that are published with some, come one after another. */
export async function lockConnections(tx: Store): Promise<void> {
  await tx.query(lockStatement, [tx.organization_id])
}

const countStatement = statement(
  'count_workflow_connections',
  'select count(*) from workflow_connections where organization_id = $1',
)

export async function countConnections(tx: Store): Promise<number> {
  const [row] = await tx.query<{ count: number }>(countStatement, [tx.organization_id])
  return row!.count
}

const insertStatement = statement(
  'insert_workflow_connection',
  `insert into workflow_connections (organization_id, id, name, description, config, created_at, updated_at)
   select $1::uuid, $2::uuid, $3, $4, $5::json, time, time from clock_timestamp() as time returning ${columns}`,
)

export type ConnectionFields = Pick<ConnectionRow, 'name' | 'description' | 'config'>

/** Under the lock of connections, with a name that none has. */
export async function insertConnection(
  tx: Store,
  { id, name, description, config }: ConnectionFields & { id: string },
): Promise<ConnectionRow> {
  const values = [tx.organization_id, id, name, description, JSON.stringify(config)]
  const [row] = await tx.query<ConnectionRow>(insertStatement, values)
  return row!
}

const changeStatement = statement(
  'change_workflow_connection',
  `update workflow_connections set name = $3, description = $4, config = $5::json, updated_at = clock_timestamp()
   where organization_id = $1 and id = $2 returning ${columns}`,
)

export async function changeConnection(
  tx: Store,
  { id, name, description, config }: ConnectionFields & { id: string },
): Promise<ConnectionRow> {
  const values = [tx.organization_id, id, name, description, JSON.stringify(config)]
  const [row] = await tx.query<ConnectionRow>(changeStatement, values)
  return row!
}

const deleteStatement = statement(
  'delete_workflow_connection',
  'delete from workflow_connections where organization_id = $1 and id = $2',
)

export async function deleteConnection(tx: Store, id: string): Promise<void> {
  await tx.query(deleteStatement, [tx.organization_id, id])
}

const readStatement = statement(
  'read_workflow_connection',
  `select ${columns} from workflow_connections where organization_id = $1 and id = $2`,
)
const namedStatement = statement(
  'find_workflow_connections_named',
  `select ${columns} from workflow_connections where organization_id = $1 and (name = any($2::text[]) or id::text = any($2::text[]))`,
)

export async function readConnection(store: Store, id: string): Promise<ConnectionRow | null> {
  if (!isUuid(id)) return null
  const [row] = await store.query<ConnectionRow>(readStatement, [store.organization_id, id])
  return row ?? null
}

/** By id or name, as steps name them; an id first. Missing ones are absent. */
export async function findConnections(store: Store, named: readonly string[]): Promise<Map<string, ConnectionRow>> {
  if (named.length === 0) return new Map()
  const wanted = [...new Set(named.flatMap((each) => [each, each.toLowerCase()]))]
  const rows = await store.query<ConnectionRow>(namedStatement, [store.organization_id, wanted])
  const found = named.flatMap((each): [string, ConnectionRow][] => {
    const row = rows.find(({ id }) => id === each.toLowerCase()) ?? rows.find(({ name }) => name === each)
    return row ? [[each, row]] : []
  })
  return new Map(found)
}

const takenStatement = statement(
  'is_workflow_connection_name_taken',
  'select id from workflow_connections where organization_id = $1 and name = $2 and id <> $3',
)

export async function isNameTaken(tx: Store, name: string, by_other_than: string): Promise<boolean> {
  return (await tx.query(takenStatement, [tx.organization_id, name, by_other_than])).length > 0
}

const listStatement = statement(
  'list_workflow_connections',
  `select ${columns} from workflow_connections where organization_id = $1 and (created_at, id) < ($2, $3)
   order by created_at desc, id desc limit $4`,
)

/** Newest first. */
export function listConnectionRows(store: Store, after: TimePosition | null, limit: number): Promise<ConnectionRow[]> {
  const { time, key } = after ?? newest
  return store.query(listStatement, [store.organization_id, time, key, limit])
}
