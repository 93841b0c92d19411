// Reads conversations. Writes nothing.
import { statement } from '../../database/database.ts'
import { measureRows } from '../../database/large-rows.ts'
import { rowOf, rowsOf } from '../../database/rows.ts'
import type { Store } from '../../database/store.ts'
import { isUuid } from '../../base/ports.ts'
import { type FoundConversation, type ShownConversation, conversationColumns, foundColumns } from '../machine/rows.ts'
import { handlingOf, ratingOf } from './handling.ts'

const progressAndAgent = `join conversation_progress p on p.conversation_id = c.id
  left join agents a on a.id = c.agent_id and a.organization_id = c.organization_id`

const columns = `${conversationColumns}, ${handlingOf('c.id')} as handling, ${ratingOf('c.id')} as satisfaction`

const large_columns = ['custom_metadata', 'initial_context', 'recording_details', 'summary', 'analysis']

/** A conversation in a list: large fields are null if they do not fit into the page. */
export type ListedConversation = ShownConversation & { has_room: boolean }

/** Also valid over the tables of `listedTables`. */
export const listedColumns = large_columns.reduce(
  (all, name) => all.replace(new RegExp(`\\bc\\.${name}\\b`), `case when page.has_room then c.${name} end as ${name}`),
  `${columns}, page.has_room`,
)

const largeBytes = large_columns.map((name) => `coalesce(octet_length(to_json(r.${name})::text), 0)`).join(' + ')

/** `ids` is an array in the order of the list, which `page.place` keeps. */
export function listedTables(ids: string, max_bytes: string): string {
  const page = measureRows({ table: 'conversations', ids, bytes: largeBytes, max_bytes })
  return `${page} page join conversations c on c.id = page.id ${progressAndAgent}`
}

const findStatement = statement(
  'find_conversation',
  `select wanted.call, ${columns}, c.redaction, ${foundColumns} from ${rowsOf('wanted', 'id uuid, organization_id uuid')}
   cross join ${rowOf('conversations', 'c', 'c.id = wanted.id')} ${progressAndAgent}
   where c.organization_id = wanted.organization_id and c.deleted_at is null`,
)

export async function findConversation(store: Store, id: string): Promise<FoundConversation | null> {
  if (!isUuid(id)) return null
  const [row] = await store.lookUp<FoundConversation>(findStatement, [id, store.organization_id])
  return row ?? null
}
