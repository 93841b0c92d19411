// What a test database contains.
import type { TestServer } from './server.ts'

/** Every row of every table as text, with the names of its columns; binary columns as hexadecimal. */
export async function dumpDatabase({ database: { pool } }: Pick<TestServer, 'database'>): Promise<string[]> {
  const tables = await pool.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  )
  const dump: string[] = []
  for (const { name } of tables.rows) {
    const { rows } = await pool.query<{ text: string }>(`select row_to_json(t)::text as text from ${name} t`)
    dump.push(...rows.map(({ text }) => `${name} ${text}`))
  }
  return dump
}
