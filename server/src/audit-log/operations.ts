// The operations on the audit log.
import type { AuditEntry } from '@parley/contract'
import { exportEntries } from '../audit/export.ts'
import { listEntries, measureEntries } from '../audit/queries.ts'
import { auditSettings } from '../audit/settings.ts'
import { AppError } from '../base/errors.ts'
import { FileStream } from '../calls/event-stream.ts'
import type { Handler } from '../calls/context.ts'
import { decodeCursor, default_page_size, encodeCursor, invalidCursor } from '../database/cursor.ts'

export const listAuditLog: Handler<'listAuditLog'> = async ({ store }, input) => {
  const limit = input.limit ?? default_page_size
  const below = input.cursor === undefined ? null : readCursor(input.cursor)
  const rows = await listEntries(store, store.organization_id, input, { below, limit: limit + 1 })
  const data = rows.slice(0, limit).map(({ entry, hash }) => ({ ...(JSON.parse(entry) as AuditEntry), hash }))
  const next_cursor = rows.length > limit ? encodeCursor([String(data.at(-1)!.sequence)]) : null
  return { data, pagination: { limit, next_cursor } }
}

function readCursor(text: string): number {
  const [sequence = ''] = decodeCursor(text, 1)
  if (!/^\d{1,15}$/.test(sequence)) throw invalidCursor()
  return Number(sequence)
}

export const exportAuditLog: Handler<'exportAuditLog'> = async ({ core, store }, { format = 'ndjson', ...filters }) => {
  const most = core.config.of(auditSettings).export_rows
  const chain = store.organization_id
  const { count, last } = await measureEntries(store, chain, filters, most + 1)
  if (count > most) throw new AppError('too_many_audit_entries')
  return new FileStream({
    name: `audit-log.${format}`,
    media_type: format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
    bytes: null,
    open: (gone) => exportEntries(store, { chain, filters, format, last }, gone),
  })
}
