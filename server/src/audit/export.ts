// Writes the audit log as lines, page after page. Between pages nothing is open, and the newest entry is fixed at the beginning.
import type { Executor } from '../database/database.ts'
import { type AuditFilters, listEntriesUp, measureEntries } from './queries.ts'
import { csvLine, csv_head } from './rules/csv.ts'

export type ExportFormat = 'ndjson' | 'csv'

/** At most 64 MiB, if each entry is as large as it may be; usually one. */
const rows_of_a_page = 1000

export interface Exported {
  readonly chain: string
  readonly filters: AuditFilters
  readonly format: ExportFormat
  /** The newest entry to export. */
  readonly last: number
}

export async function* exportEntries(
  executor: Executor,
  exported: Exported,
  gone: AbortSignal,
): AsyncGenerator<Buffer> {
  if (exported.format === 'csv') yield Buffer.from(csv_head)
  yield* exportRows(executor, exported, gone)
}

async function* exportRows(
  executor: Executor,
  { chain, filters, format, last }: Exported,
  gone: AbortSignal,
): AsyncGenerator<Buffer> {
  for (let above = 0; !gone.aborted;) {
    const page = await listEntriesUp(executor, chain, filters, { above, last, limit: rows_of_a_page })
    const write = format === 'csv' ? csvLine : ndjsonLine
    if (page.length > 0) yield Buffer.from(page.map(({ entry, hash }) => write(entry, hash)).join(''))
    if (page.length < rows_of_a_page) return
    above = page.at(-1)!.sequence
  }
}

/** The hash is last: the rest of the line, with its bracket, is what it covers. */
export function ndjsonLine(entry: string, hash: string): string {
  return `${entry.slice(0, -1)},"hash":"${hash}"}\n`
}

/** Several chains after each other, in one file. */
export async function* exportAudit(
  executor: Executor,
  chains: readonly string[],
  format: ExportFormat,
): AsyncGenerator<Buffer> {
  const gone = new AbortController().signal
  if (format === 'csv') yield Buffer.from(csv_head)
  for (const chain of chains) {
    const { last } = await measureEntries(executor, chain, {}, 1)
    yield* exportRows(executor, { chain, filters: {}, format, last }, gone)
  }
}
