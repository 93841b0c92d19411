import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const folder = join(import.meta.dirname, 'migrations')
const recent = readdirSync(folder).filter((file) => file >= '051' && file.endsWith('.sql'))
const without = (sql: string) => sql.replaceAll(/--.*$/gm, '').replaceAll(/\$\$[\s\S]*?\$\$/g, '')

/** The tables that writers use, which a migration locks until its commit. */
function lockedTables(file: string): Set<string> {
  const sql = without(readFileSync(join(folder, file), 'utf8'))
  const created = new Set([...sql.matchAll(/create table (\w+)/g)].map(([, table]) => table))
  const locking = /alter table (\w+)|create (?:or replace )?trigger \w+ \w+ [^;]*? on (\w+)|references (\w+)/g
  const tables = [...sql.matchAll(locking)].map((found) => found.slice(1).find(Boolean)!)
  return new Set(tables.filter((table) => !created.has(table)))
}

// Readers and writers lock several tables in different orders, so a migration that held one and waited for another could wait for ever.
test.each(recent)('%s locks one table at most', (file) => {
  expect([...lockedTables(file)].length).toBeLessThanOrEqual(1)
})
