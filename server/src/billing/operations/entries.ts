// The operation on entries of usage: a page of them, or all of them as a download.
import { type UsageEntry, UsageEntry as EntrySchema } from '@parley/contract'
import { isUuid } from '../../base/ports.ts'
import { FileStream } from '../../calls/event-stream.ts'
import type { Handler } from '../../calls/context.ts'
import { type TimePosition, cutPage, decodeTimeCursor, default_page_size } from '../../database/cursor.ts'
import type { Store } from '../../database/store.ts'
import { type EntryFilters, readEntries } from '../rows/entries.ts'
import { csvLine } from '../rules/csv.ts'

export const listUsageEntries: Handler<'listUsageEntries'> = async ({ store }, { format, ...input }) => {
  const after = decodeTimeCursor(input.cursor, isUuid)
  if (format === 'ndjson' || format === 'csv') return download(store, input, after, format)
  const limit = input.limit ?? default_page_size
  return cutPage(await readEntries(store, input, after, limit + 1), limit, positionOf)
}

const positionOf = ({ at, id }: UsageEntry): TimePosition => ({ time: at, key: id })

/** Entries of a piece. */
const at_once = 1000

const fields = Object.keys(EntrySchema.properties) as (keyof UsageEntry)[]

const media_types = { ndjson: 'application/x-ndjson', csv: 'text/csv; charset=utf-8' }

function download(
  store: Store,
  filters: EntryFilters,
  from: TimePosition | null,
  format: 'ndjson' | 'csv',
): FileStream {
  const lineOf = (entry: UsageEntry) =>
    format === 'csv' ? csvLine(fields.map((field) => entry[field])) : `${JSON.stringify(entry)}\n`
  return new FileStream({
    name: `usage.${format}`,
    media_type: media_types[format],
    bytes: null,
    async *open(gone) {
      if (format === 'csv') yield Buffer.from(csvLine(fields))
      for (let after = from; !gone.aborted;) {
        const entries = await readEntries(store, filters, after, at_once)
        if (entries.length > 0) yield Buffer.from(entries.map(lineOf).join(''))
        if (entries.length < at_once) return
        after = positionOf(entries.at(-1)!)
      }
    },
  })
}
