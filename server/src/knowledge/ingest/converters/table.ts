// Rows as a Markdown table.
import { type TextBudget, flatten, max_line_bytes, tooLarge } from './converter.ts'

/** The first row is the header. Columns and rows without any text are left out. */
export function renderTable(rows: readonly (readonly string[])[], budget: TextBudget): string {
  const columns = findColumns(rows)
  if (columns.length === 0) return ''
  // Known before a row is made as wide as the widest.
  if (columns.length * 3 > max_line_bytes) throw tooLarge(`The table has ${columns.length} columns. Split it.`)
  const lines: string[] = []
  const add = (cells: string[]) => {
    const line = `| ${cells.join(' | ')} |`
    if (line.length > max_line_bytes) throw tooLarge('A row has more than 1 MiB of text. Split it.')
    lines.push(budget.take(line))
  }
  for (const row of rows) {
    if (row.every((cell) => cell.trim() === '')) continue
    add(columns.map((column) => renderCell(row[column] ?? '')))
    if (lines.length === 1) add(columns.map(() => '---'))
  }
  return lines.join('\n')
}

function findColumns(rows: readonly (readonly string[])[]): number[] {
  const used = new Set<number>()
  for (const row of rows) {
    for (const [column, cell] of row.entries()) if (cell.trim() !== '') used.add(column)
  }
  return [...used].sort((one, other) => one - other)
}

function renderCell(cell: string): string {
  if (cell.length > max_line_bytes) throw tooLarge('A cell has more than 1 MiB of text. Split it.')
  return flatten(cell).replaceAll('|', '\\|')
}
