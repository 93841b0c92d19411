// The sums that the page shows, as a file for a spreadsheet (RFC 4180). Pure.
import type { UsageGroup } from '@parley/contract'
import { type Row, keyOf } from './parts.ts'

const sums = ['entries', 'input_tokens', 'output_tokens', 'quantity', 'cost', 'unpriced_tokens'] as const

export interface Grouped {
  group: UsageGroup
  /** The name of an agent, for example; null if its key is all that is known. */
  nameOf: (key: string | null) => string
}

/** With the amounts of the server, digit for digit. */
export function renderCsv(rows: readonly Row[], grouped: Grouped | null): string {
  const named = grouped ? [grouped.group, `${grouped.group}_name`] : []
  const head = ['from', 'to', ...named, ...sums, ...sums.map((name) => `lost_${name}`)]
  const lines = rows.map((row) => {
    const key = grouped && keyOf(row, grouped.group)
    return [
      ...[row.from, row.to],
      ...(grouped ? [key, grouped.nameOf(key)] : []),
      ...sums.map((name) => row[name]),
      ...sums.map((name) => row.lost[name]),
    ]
  })
  return [head, ...lines].map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('')
}

/** A spreadsheet would take some texts for formulas, so they begin with an apostrophe. */
function cellOf(value: string | number | null): string {
  const text = String(value ?? '')
  const isFormula = /^[=+@\t\r-]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text)
  const plain = isFormula ? `'${text}` : text
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}
