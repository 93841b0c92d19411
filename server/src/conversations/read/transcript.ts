// Reads transcripts: in parts that an answer has room for, and their two ends. Writes nothing.
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import { type ItemRecord, contentAsJson, itemBytes, itemColumns } from './conversation.ts'

/** Of all that an answer says of an item besides. */
const frame_bytes = 300
const isSaid = `type = 'message' and role <> 'system'`

// One item after another, which is how the index knows them: what has no room is not looked at.
const transcriptStatement = statement(
  'read_transcript',
  `with recursive part (position, bytes) as (
     select $3::integer - 1, 0::bigint
     union all
     select following.position, part.bytes + following.size from part cross join lateral (
       select position, ${itemBytes} + ${frame_bytes} as size from transcript_items
       where conversation_id = $1 and organization_id = $2 and position > part.position and (not $5::boolean or (${isSaid}))
       order by position limit 1
     ) following
     where part.bytes < $4
   ), room (last) as (
     select max(position) from part
   )
   select ${itemColumns}, (
     select min(position) from transcript_items
     where conversation_id = $1 and organization_id = $2 and position > (select last from room) and (not $5 or (${isSaid}))
   ) as next_position
   from transcript_items
   where conversation_id = $1 and organization_id = $2 and position between $3 and (select last from room)
     and (not $5 or (${isSaid}))
   order by position`,
)

export interface TranscriptPart {
  items: ItemRecord[]
  /** Of the first item that had no room; null: there is none. */
  next_position: number | null
}

export interface TranscriptRange {
  from: number
  /** The part ends with the item that goes beyond. */
  max_bytes: number
  /** What was said, and nothing of tools and of the system. */
  only_said: boolean
}

/** What comes from a position on, oldest first, as far as there is room for it. */
export async function readTranscript(
  store: Store,
  conversation_id: string,
  { from, max_bytes, only_said }: TranscriptRange,
): Promise<TranscriptPart> {
  const values = [conversation_id, store.organization_id, from, max_bytes, only_said]
  const rows = await store.query<ItemRecord & Pick<TranscriptPart, 'next_position'>>(transcriptStatement, values)
  const next_position = rows[0]?.next_position ?? null
  return { items: rows, next_position }
}

const measuredText = `select position, length(array_to_string(content, E'\\n')) + 8 as size from transcript_items`

const endsStatement = statement(
  'read_ends',
  `with recursive beginning (position, characters) as (
     select -1, 0::bigint
     union all
     select following.position, characters + size from beginning cross join lateral (
       ${measuredText} where conversation_id = $1 and organization_id = $2 and ${isSaid} and position > beginning.position
       order by position limit 1) following
     where characters < $3
   ), ending (position, characters) as (
     select 2147483647, 0::bigint
     union all
     select previous.position, characters + size from ending cross join lateral (
       ${measuredText} where conversation_id = $1 and organization_id = $2 and ${isSaid} and position < ending.position
       order by position desc limit 1) previous
     where characters < $3
   )
   select role, ${contentAsJson} from transcript_items
   where conversation_id = $1 and organization_id = $2 and ${isSaid}
     and (position <= (select max(position) from beginning) or position >= (select min(position) from ending))
   order by position`,
)

/** What was said at the beginning and at the end, at least so many characters of each, with who said it. */
export function readEnds(
  store: Store,
  conversation_id: string,
  characters: number,
): Promise<Pick<ItemRecord, 'role' | 'content'>[]> {
  return store.query(endsStatement, [conversation_id, store.organization_id, characters])
}
