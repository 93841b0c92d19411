// Rows as parameters: one statement for any number of them.

/**
 * Rows for a `from` clause. Each column is an array parameter, beginning with `$<first>`. `call` numbers the rows from 1. Columns are
 * written as in a table definition: `id uuid, position integer`.
 *
 * The limit makes the planner expect few rows and prefer an index. Otherwise a plan that reads the whole table may be kept while the
 * table grows, until it is analyzed. If the table had one page when the statement was prepared, that still happens.
 */
export function rowsOf(name: string, columns: string, first = 1): string {
  const parsed = columns.split(',').map((column) => column.trim().split(' ') as [string, string])
  const arrays = parsed.map(([, type], index) => `$${first + index}::${type}[]`)
  const names = parsed.map(([column]) => column)
  return `(select * from unnest(${arrays.join(', ')}) with ordinality as ${name} (${names.join(', ')}, call)
    limit cardinality(${arrays[0]})) ${name}`
}

/**
 * The row of a table that has a unique key, for a `from` clause: `key` compares it with what stands before. Found by its key, whatever else
 * the statement asks of it. Of a table without statistics the planner believes that any index leads to one row, and it keeps a plan that reads
 * an index from end to end while the table grows. `columns`:
 * those that are needed, where each execution counts. `lock`: how to lock the row; other conditions are then about the row as it is locked.
 */
export function rowOf(table: string, alias: string, key: string, { columns = '*', lock = '' } = {}): string {
  return `lateral (select ${columns} from ${table} ${alias} where ${key} limit 1 ${lock}) ${alias}`
}

/** The array parameters of rows. */
export function arraysOf<Row extends object>(rows: Row[], columns: (keyof Row)[]): unknown[][] {
  return columns.map((column) => rows.map((row) => row[column]))
}
