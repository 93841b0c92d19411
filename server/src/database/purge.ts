// How rooms delete what belonged to a deleted organization: in parts of a bounded number of rows, each a commit, safe to break off.
import { type Executor, acrossOrganizations, statement } from './database.ts'
import type { TransactionStore } from './store.ts'

export interface Purge {
  /** What it deletes from; a test asks for every table that has organization_id. */
  readonly tables: readonly string[]
  /** Kept as long as its slug is reserved: what it used may still have to be billed. */
  readonly late?: true
  /** Deletes about so many rows of the organization. False: nothing is left. */
  run(tx: TransactionStore, most: number): Promise<boolean>
}

/** A table whose rows name the organization. Without an index on it, each part reads the table: for tables with few rows for each. */
export function purgeTable(table: string, also = ''): Purge {
  const deletion = statement(
    `purge_${table}`,
    `with gone as (
       delete from ${table} where ctid = any(array(select ctid from ${table} where organization_id = $1 ${also} limit $2))
         and organization_id = $1 returning 1)
     select count(*) from gone`,
  )
  return {
    tables: [table],
    async run(tx, most) {
      const [row] = await tx.query<{ count: number }>(deletion, [tx.organization_id, most])
      return row!.count > 0
    },
  }
}

export interface PurgeBelow {
  /** Its rows name the organization. */
  parent: string
  /** Tables with the column that names the parent, and what it names it by: its `id`, or another column. */
  children: readonly (readonly [table: string, column: string, key?: string])[]
}

const parents_at_once = 50

/** Rows that are found by those that they belong to, and then these. */
export function purgeBelow({ parent, children }: PurgeBelow): Purge {
  const keys = [...new Set(['id', ...children.map(([, , key = 'id']) => key)])]
  const find = statement(
    `purge_find_${parent}`,
    `select ${keys.join(', ')} from ${parent} where organization_id = $1 order by id limit $2`,
  )
  const remove = statement(`purge_${parent}`, `delete from ${parent} where organization_id = $1 and id = any($2)`)
  const removals = children.map(([table, column, key = 'id']) => ({
    key,
    deletion: acrossOrganizations(
      'by the rows that they belong to',
      `purge_${table}_of_${parent}`,
      `with gone as (
         delete from ${table} where ctid = any(array(select ctid from ${table} where ${column} = any($1) limit $2))
           and ${column} = any($1) returning 1)
       select count(*) from gone`,
    ),
  }))
  return {
    tables: [parent, ...children.map(([table]) => table)],
    async run(tx, most) {
      const parents = await tx.query<Record<string, unknown>>(find, [tx.organization_id, parents_at_once])
      if (parents.length === 0) return false
      for (const { key, deletion } of removals) {
        const values = parents.map((row) => row[key])
        const [row] = await (tx as Executor).query<{ count: number }>(deletion, [values, most])
        if (row!.count >= most) return true
      }
      await tx.query(remove, [tx.organization_id, parents.map(({ id }) => id)])
      return true
    },
  }
}
