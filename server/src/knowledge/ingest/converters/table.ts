// Rows as a Markdown table.
import { type TextBudget, max_line_bytes, tooLarge } from './converter.ts'

/** The first row is the header. Columns and rows without any text are left out. */
export function renderTable(rows: readonly (readonly string[])[], budget: TextBudget): string {
  const used = rows.filter((row) => row.some((cell) => cell.trim() !== ''))
  let width = 0
  for (const row of used) width = Math.max(width, row.findLastIndex((cell) => cell.trim() !== '') + 1)
  if (width === 0) return ''
  const lines: string[] = []
  const add = (cells: string[]) => {
    const line = `| ${cells.join(' | ')} |`
    if (line.length > max_line_bytes) throw tooLarge('A row has more than 1 MiB of text. Split it.')
    lines.push(budget.take(line))
  }
  for (const [at, row] of used.entries()) {
    // A row is checked before it is as wide as the widest.
    if (width * 3 > max_line_bytes) throw tooLarge(`The table has ${width} columns. Split it.`)
    add(Array.from({ length: width }, (_, column) => renderCell(row[column] ?? '')))
    if (at === 0) add(Array.from({ length: width }, () => '---'))
  }
  return lines.join('\n')
}

function renderCell(cell: string): string {
  if (cell.length > max_line_bytes) throw tooLarge('A cell has more than 1 MiB of text. Split it.')
  return cell
    .trim()
    .replaceAll(/\s*[\r\n]+\s*/g, ' ')
    .replaceAll('|', '\\|')
}
