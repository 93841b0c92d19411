// Reads conversations with their transcripts page after page, as lines that an import takes. Between pages nothing is open.
import type { ConversationFilters } from '@parley/contract'
import type { Access } from '../../calls/access.ts'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import { type Addresses, exportRow } from '../machine/export-row.ts'
import type { ItemRecord, ShownConversation } from '../machine/rows.ts'
import { findConversation } from './conversation.ts'
import type { ExportShares } from './export-shares.ts'
import { pageOf } from './list.ts'
import { readPageTranscripts } from './page-transcripts.ts'
import { readTranscript } from './transcript.ts'

const rows_of_a_page = 100
/** Of transcripts, and of large fields. */
const page_bytes = 4 * 1024 * 1024
/** A piece ends with the line that reaches this. */
const piece_bytes = 1024 * 1024
/** A longer line has an error instead of the conversation. */
const max_line_bytes = 16 * 1024 * 1024

const addressesStatement = statement(
  'read_addresses',
  `select id, to_address, from_address, subject from conversations where id = any ($1::uuid[]) and organization_id = $2`,
)

interface Exported {
  store: Store
  access: Access
  filters: ConversationFilters & { cursor?: string | undefined }
  shares: ExportShares
  gone: AbortSignal
}

/** Pieces of whole lines. Nothing but the rest of a page is held while the reader has not taken a piece. */
export async function* exportPieces(exported: Exported): AsyncGenerator<Buffer> {
  const { store, shares, gone } = exported
  const { organization_id } = store
  await shares.open.enter(organization_id, gone)
  try {
    let lines: Buffer[] = []
    let bytes = 0
    for await (const line of exportLines(exported)) {
      lines.push(line)
      bytes += line.length
      if (bytes < piece_bytes) continue
      yield Buffer.concat(lines)
      lines = []
      bytes = 0
    }
    if (bytes > 0) yield Buffer.concat(lines)
  } finally {
    shares.open.leave(organization_id)
  }
}

async function* exportLines({ store, access, filters, shares, gone }: Exported): AsyncGenerator<Buffer> {
  const read = <T>(work: () => Promise<T>) => shares.reading.within(store.organization_id, work, gone)
  let cursor = filters.cursor
  while (!gone.aborted) {
    const page = await read(() => readPage(store, access, { ...filters, cursor, limit: rows_of_a_page }))
    for (const { row, addresses, items } of page) {
      // Deleted since the page was read.
      if (!addresses) continue
      const line = items ? lineOf(row, addresses, items) : await read(() => readLine(store, row.id, addresses))
      if (line) yield line
    }
    if (page.length < rows_of_a_page) return
    cursor = Buffer.from(page.at(-1)!.row.created_at).toString('base64url')
  }
}

/** Without `items`: it does not fit into the page. */
async function readPage(store: Store, access: Access, filters: Parameters<typeof pageOf>[2]) {
  const rows = await store.execute(pageOf(store, access, filters, page_bytes))
  const ids = rows.map(({ id }) => id)
  const transcripts = await readPageTranscripts(store, ids, page_bytes)
  const addresses = await readAddresses(store, ids)
  return rows.map(({ has_room, ...row }, index) => ({
    row,
    addresses: addresses.get(row.id),
    items: has_room ? transcripts[index] : undefined,
  }))
}

function lineOf(row: ShownConversation, addresses: Addresses, items: ItemRecord[]): Buffer {
  const line = Buffer.from(`${JSON.stringify(exportRow(row, addresses, items))}\n`)
  return line.length <= max_line_bytes ? line : tooLong(row)
}

/** A conversation that did not fit into its page; null if it is gone. */
async function readLine(store: Store, id: string, addresses: Addresses): Promise<Buffer | null> {
  const found = await findConversation(store, id)
  if (!found) return null
  const { redaction: _, ...row } = found
  const range = { from: 0, max_bytes: max_line_bytes, for_end_user: false }
  const { items, next_position } = await readTranscript(store, id, range)
  return next_position === null ? lineOf(row, addresses, items) : tooLong(row)
}

const tooLong = ({ id, created_at }: ShownConversation) =>
  Buffer.from(
    `${JSON.stringify({ id, created_at, error: 'The conversation is larger than 16 MiB. Read it with getConversation.' })}\n`,
  )

async function readAddresses(store: Store, ids: readonly string[]): Promise<Map<string, Addresses>> {
  const rows = await store.query<Addresses & { id: string }>(addressesStatement, [ids, store.organization_id])
  return new Map(rows.map(({ id, ...addresses }) => [id, addresses]))
}

/** One conversation as an import takes it; null if it is gone, or more than so many bytes are stored. */
export async function exportOne(store: Store, id: string, max_bytes: number) {
  const found = await findConversation(store, id)
  if (!found) return null
  const range = { from: 0, max_bytes: Math.min(max_bytes, max_line_bytes), for_end_user: false }
  const { items, next_position } = await readTranscript(store, id, range)
  if (next_position !== null) return null
  const addresses = (await readAddresses(store, [id])).get(id)
  const { redaction: _, ...row } = found
  return addresses ? exportRow(row, addresses, items) : null
}
