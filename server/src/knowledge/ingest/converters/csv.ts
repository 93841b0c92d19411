// CSV and TSV as a table; the first row is its header.
import papa from 'papaparse'
import { type Convert, TextBudget, max_line_bytes, tooLarge } from './converter.ts'
import { decodeText } from './decode-text.ts'
import { renderTable } from './table.ts'

const max_cells = 5_000_000

export const convertCsv: Convert = (bytes, { name, text_bytes, charset }) => {
  const { text, warnings } = decodeText(bytes, charset)
  const rows: string[][] = []
  let cells = 0
  papa.parse<string[]>(text, {
    delimiter: /\.tsv$/i.test(name) ? '\t' : '',
    skipEmptyLines: 'greedy',
    step({ data }) {
      cells += data.length
      if (cells > max_cells) throw tooLarge(`The file has more than ${max_cells} cells. Split it.`)
      if (data.length * 3 > max_line_bytes) throw tooLarge(`A row has ${data.length} cells. Split it.`)
      rows.push(data)
    },
  })
  return { text: renderTable(rows, new TextBudget(text_bytes)), warnings }
}
