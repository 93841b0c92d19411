// Reads the transcripts of a page of conversations, as far as they fit into one answer together. Writes nothing.
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import { type ItemRecord, itemColumns } from '../machine/rows.ts'
import { frame_bytes, hasContent, itemBytes } from './transcript.ts'

/** Items that are measured at once. The last measurement can exceed the limit by that many, which are read but not sent. */
const measured_items = 64

// In the order of the page. `measured` has the bytes of everything before a place in the page and a position in its transcript.
// The subquery is evaluated once, before any item is looked for; as a condition of the join it would follow them all.
const pageStatement = statement(
  'read_page_transcripts',
  `with recursive wanted as materialized (
     select listed.id, listed.place, coalesce(p.next_position, 0) as items
     from unnest($1::uuid[]) with ordinality as listed (id, place)
     left join conversation_progress p on p.conversation_id = listed.id and p.organization_id = $2
   ), measured (place, start, bytes) as (
     select 1::bigint, 0, 0::bigint
     union all
     select case when part.is_last then m.place + 1 else m.place end,
            case when part.is_last then 0 else m.start + ${measured_items} end, m.bytes + part.bytes
     from measured m join wanted w on w.place = m.place cross join lateral (
       select m.start + ${measured_items} >= w.items as is_last, coalesce(sum(${itemBytes} + ${frame_bytes}), 0)::bigint as bytes
       from transcript_items
       where conversation_id = w.id and organization_id = $2 and position >= m.start and position < m.start + ${measured_items}
     ) part
     where m.bytes <= $3
   ), fitting as (
     select max(place) - 1 as places from measured where bytes <= $3
   )
   select fitting.places, items.*
   from fitting left join (
     select w.place, item.* from wanted w cross join lateral (
       select ${itemColumns} from transcript_items
       where conversation_id = w.id and organization_id = $2 and ${hasContent('w.id', '$2')}
     ) item
     where w.place <= (select places from fitting)
   ) items on true
   order by items.place, items.position`,
)

type Row = { places: number; place: number | null } & ItemRecord

/** The items of each conversation, oldest first; null from the first on whose transcript does not fit completely. */
export async function readPageTranscripts(
  store: Store,
  ids: readonly string[],
  max_bytes: number,
): Promise<(ItemRecord[] | null)[]> {
  if (ids.length === 0) return []
  const rows = await store.query<Row>(pageStatement, [ids, store.organization_id, max_bytes])
  const fitting = rows[0]!.places
  const transcripts = ids.map((_id, index): ItemRecord[] | null => (index < fitting ? [] : null))
  for (const row of rows) if (row.place !== null) transcripts[row.place - 1]!.push(row)
  return transcripts
}
