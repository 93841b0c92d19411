// What a database consists of, read from PostgreSQL's catalogue: tables, columns, sequences, constraints, triggers.
import type pg from 'pg'
import { readMigration } from '../database/migration-files.ts'
import type { SequenceValue, TableColumns } from './rules/manifest.ts'

const own_schema = 'current_schema()::regnamespace'
/** Not of an extension, which makes its tables itself. */
const isOwn = (relation: string) => `not exists (
    select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = ${relation}.oid and e.deptype = 'e')`

const tablesText = `select c.relname::text as name, array_agg(a.attname::text order by a.attnum) filter (where a.attgenerated = '') as columns,
    greatest(0, c.reltuples)::float8 as rows
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relnamespace = ${own_schema} and c.relkind in ('r', 'p') and ${isOwn('c')}
  group by c.oid order by name`

export interface FoundTable extends TableColumns {
  /** As PostgreSQL guesses. */
  rows: number
}

export async function readTables(client: pg.ClientBase): Promise<FoundTable[]> {
  return (await client.query<FoundTable>(tablesText)).rows
}

/** The tables that migrations make. Others are somebody else's, or made by the server from what these hold. */
export async function tablesOf(migrations: readonly string[]): Promise<Set<string>> {
  const made = await findMade(/^\s*create (?:unlogged )?table (\w+)/gim, migrations)
  return made.add('kysely_migration')
}

async function findMade(made: RegExp, migrations: readonly string[]): Promise<Set<string>> {
  const texts = await Promise.all(migrations.map((name) => readMigration(name)))
  return new Set(texts.flatMap((text) => [...text.matchAll(made)].map(([, name]) => name!)))
}

/**
 * Those of the given tables, and those that migrations make without one. Not of a transaction: read after a snapshot was taken, they are at
 * least as high as what it shows.
 */
export async function readSequences(
  client: pg.ClientBase,
  tables: ReadonlySet<string>,
  migrations: readonly string[],
): Promise<SequenceValue[]> {
  const { rows } = await client.query<SequenceValue & { table: string | null }>(
    `select c.relname::text as name, s.last_value::text, t.relname::text as table
     from pg_class c join pg_sequences s on s.schemaname = current_schema() and s.sequencename = c.relname
     left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.refclassid = 'pg_class'::regclass
       and d.deptype in ('a', 'i')
     left join pg_class t on t.oid = d.refobjid
     where c.relnamespace = ${own_schema} and c.relkind = 'S' order by name`,
  )
  const made = await findMade(/^\s*create sequence (\w+)/gim, migrations)
  const own = rows.filter(({ name, table }) => (table === null ? made.has(name) : tables.has(table)))
  return own.map(({ name, last_value }) => ({ name, last_value }))
}

/** Whether the schema has neither a table nor anything else that a query could read. */
export async function readForeignNames(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select relname::text as name from pg_class where relnamespace = ${own_schema} and relkind in ('r', 'p', 'v', 'm', 'S', 'f')
       and ${isOwn('pg_class')}
     order by name`,
  )
  return rows.map(({ name }) => name)
}

export interface Constraint {
  table: string
  name: string
  definition: string
}

/** Those that loading would have to obey in an order, and those that rows of before may break. */
export async function readLooseConstraints(client: pg.ClientBase): Promise<Constraint[]> {
  const { rows } = await client.query<Constraint>(
    `select c.relname::text as table, k.conname::text as name, pg_get_constraintdef(k.oid) as definition
     from pg_constraint k join pg_class c on c.oid = k.conrelid
     where k.connamespace = ${own_schema} and k.conparentid = 0 and (k.contype = 'f' or (k.contype = 'c' and not k.convalidated))
     order by k.contype, c.relname, k.conname`,
  )
  return rows
}

export async function readTablesWithTriggers(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select distinct c.relname::text as name from pg_trigger t join pg_class c on c.oid = t.tgrelid
     where c.relnamespace = ${own_schema} and not t.tgisinternal order by name`,
  )
  return rows.map(({ name }) => name)
}

export const quoteName = (name: string) => `"${name.replaceAll('"', '""')}"`

export const quoteNames = (names: readonly string[]) => names.map(quoteName).join(', ')
