// XLSX: each sheet as a table, formulas as their values.
import * as xlsx from '@e965/xlsx'
import { checkArchive } from './archive.ts'
import { type Convert, TextBudget, corrupt, tooLarge } from './converter.ts'
import { renderTable } from './table.ts'

/** Empty ones before others count. */
const max_cells = 5_000_000

type Sheet = xlsx.WorkSheet & { '!data'?: (xlsx.CellObject | undefined)[][] }

export const convertXlsx: Convert = async (bytes, { unpacked_bytes, text_bytes }) => {
  const { names } = await checkArchive(bytes, unpacked_bytes)
  if (!names.has('xl/workbook.xml')) throw corrupt('The file is not a whole workbook. Save it again.')
  const book = xlsx.read(bytes, { dense: true, cellFormula: false, cellHTML: false, cellStyles: false })
  const budget = new TextBudget(text_bytes)
  const parts: string[] = []
  let hidden = 0
  for (const [at, name] of book.SheetNames.entries()) {
    if (book.Workbook?.Sheets?.[at]?.Hidden) {
      hidden += 1
      continue
    }
    const table = renderTable(rowsOf(book.Sheets[name] as Sheet), budget)
    if (table !== '') parts.push(`## ${name.replaceAll(/\s+/g, ' ')}\n\n${table}`)
  }
  const warnings = hidden > 0 ? [`Left out hidden sheets: ${hidden}.`] : []
  return { text: parts.join('\n\n'), warnings }
}

/** Only the cells that exist: a sheet can claim to have billions. */
function rowsOf(sheet: Sheet | undefined): string[][] {
  const rows: string[][] = []
  let left = max_cells
  // eslint-disable-next-line unicorn/no-array-for-each -- skips the holes
  sheet?.['!data']?.forEach((cells) => {
    const row: string[] = []
    cells?.forEach((cell, column) => {
      const text = textOf(cell)
      if (text === '') return
      left -= column - row.length + 1
      if (left < 0) throw tooLarge(`A sheet is larger than ${max_cells} cells. Split it.`)
      while (row.length < column) row.push('')
      row[column] = text
    })
    rows.push(row)
  })
  return rows
}

function textOf(cell: xlsx.CellObject | undefined): string {
  if (cell === undefined || cell.v === undefined) return ''
  return cell.w ?? (cell.v instanceof Date ? cell.v.toISOString() : String(cell.v))
}
