// Parameters that are rows: one statement for any number of them.

/**
 * Rows as a part of a `from`: of each column an array is given, the first as the parameter `$<first>`. `call` numbers the rows
 * from 1. Columns are written as in a table: `id uuid, position integer`.
 *
 * The limit is for the planner, which expects few rows then and sooner goes by an index. A plan that reads the whole table is kept
 * while the table grows, until it is analyzed; where it had one page when the statement was prepared, that happens all the same.
 */
export function rowsOf(name: string, columns: string, first = 1): string {
  const parsed = columns.split(',').map((column) => column.trim().split(' ') as [string, string])
  const arrays = parsed.map(([, type], index) => `$${first + index}::${type}[]`)
  const names = parsed.map(([column]) => column)
  return `(select * from unnest(${arrays.join(', ')}) with ordinality as ${name} (${names.join(', ')}, call)
    limit cardinality(${arrays[0]})) ${name}`
}

/** Reads `text[]`. The library reads character by character, which for a long message keeps the whole process waiting. */
export function parseTextArray(text: string, parse: (text: string) => string[]): string[] {
  const isQuoted = text.startsWith('{"') && text.endsWith('"}')
  const inner = isQuoted ? text.slice(2, -2) : text.slice(1, -1)
  if (!isQuoted) return /[",{]/.test(inner) || /^(NULL)?$/i.test(inner) ? parse(text) : [inner]
  if (inner.includes('"') && inner.replaceAll(/\\./gs, '').includes('"')) return parse(text) // more than one
  return [inner.includes('\\') ? inner.replaceAll(/\\(.)/gs, '$1') : inner]
}

/** The arrays of such rows. */
export function arraysOf<Row extends object>(rows: Row[], columns: (keyof Row)[]): unknown[][] {
  return columns.map((column) => rows.map((row) => row[column]))
}
