// Reads conversations with their transcripts page after page, as lines that an import takes. Between pages nothing is open.
import type { ConversationFilters } from '@parley/contract'
import type { Access } from '../../calls/access.ts'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import { type Addresses, exportRow } from '../machine/export-row.ts'
import type { ItemRecord, ShownConversation } from '../machine/rows.ts'
import { type ListedConversation, findConversation } from './conversation.ts'
import { pageOf } from './list.ts'
import { readPageTranscripts } from './page-transcripts.ts'
import { readTranscript } from './transcript.ts'

const rows_of_a_page = 100
/** Of transcripts, and of large fields. */
const page_bytes = 4 * 1024 * 1024
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
  gone: AbortSignal
}

/** Each page as one piece. */
export async function* exportPages({ store, access, filters, gone }: Exported): AsyncGenerator<Buffer> {
  let cursor = filters.cursor
  while (!gone.aborted) {
    const page = { ...filters, cursor, limit: rows_of_a_page }
    const rows = await store.execute(pageOf(store, access, page, page_bytes))
    const last = rows.at(-1)
    if (!last) return
    yield Buffer.from(await linesOf(store, rows))
    if (rows.length < rows_of_a_page) return
    cursor = Buffer.from(last.created_at).toString('base64url')
  }
}

async function linesOf(store: Store, rows: ListedConversation[]): Promise<string> {
  const ids = rows.map(({ id }) => id)
  const transcripts = await readPageTranscripts(store, ids, page_bytes)
  const addresses = await readAddresses(store, ids)
  const lines: string[] = []
  for (const [index, { has_room, ...row }] of rows.entries()) {
    const found = addresses.get(row.id)
    // Deleted since the page was read.
    if (!found) continue
    const items = transcripts[index]
    lines.push(has_room && items ? lineOf(row, found, items) : ((await readLine(store, row.id, found)) ?? ''))
  }
  return lines.join('')
}

function lineOf(row: ShownConversation, addresses: Addresses, items: ItemRecord[]): string {
  const line = `${JSON.stringify(exportRow(row, addresses, items))}\n`
  return line.length <= max_line_bytes ? line : tooLong(row)
}

/** A conversation that did not fit into its page; null if it is gone. */
async function readLine(store: Store, id: string, addresses: Addresses): Promise<string | null> {
  const found = await findConversation(store, id)
  if (!found) return null
  const { redaction: _, ...row } = found
  const range = { from: 0, max_bytes: max_line_bytes, for_end_user: false }
  const { items, next_position } = await readTranscript(store, id, range)
  return next_position === null ? lineOf(row, addresses, items) : tooLong(row)
}

const tooLong = ({ id, created_at }: ShownConversation) =>
  `${JSON.stringify({ id, created_at, error: 'The conversation is larger than 16 MiB. Read it with getConversation.' })}\n`

async function readAddresses(store: Store, ids: readonly string[]): Promise<Map<string, Addresses>> {
  const rows = await store.query<Addresses & { id: string }>(addressesStatement, [ids, store.organization_id])
  return new Map(rows.map(({ id, ...addresses }) => [id, addresses]))
}

/** One conversation as an import takes it; null if it is gone. */
export async function exportOne(store: Store, id: string) {
  const found = await findConversation(store, id)
  if (!found) return null
  const addresses = (await readAddresses(store, [id])).get(id)
  const { redaction: _, ...row } = found
  const { items } = await readTranscript(store, id, { from: 0, max_bytes: max_line_bytes, for_end_user: false })
  return addresses ? exportRow(row, addresses, items) : null
}
