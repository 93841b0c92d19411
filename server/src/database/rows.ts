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

/** The array parameters of such rows. */
export function arraysOf<Row extends object>(rows: Row[], columns: (keyof Row)[]): unknown[][] {
  return columns.map((column) => rows.map((row) => row[column]))
}
