// Reads everything that the judge needs from the database, bypassing the servers.
import type pg from 'pg'
import type { Stored, StoredEvent, StoredItem, StoredTurn } from './records.ts'

const micros = (column: string) => `(extract(epoch from ${column}) * 1000000)::float8`

export async function readStored(pool: pg.Pool): Promise<Stored> {
  const events = await pool.query<StoredEvent>(
    `select conversation_id, sequence::integer, type, data ->> 'turn_id' as turn_id, ${micros('occurred_at')} as at,
            data ->> 'role' as role, data -> 'author' ->> 'type' as author, data -> 'author' ->> 'id' as author_id,
            data -> 'assignee' ->> 'id' as assignee, data -> 'from' ->> 'id' as "from"
     from events order by conversation_id, events.sequence`,
  )
  const items = await pool.query<StoredItem>(
    `select conversation_id, position, type, role, author ->> 'type' as author, author ->> 'id' as author_id,
            coalesce(array_to_string(content, ''), '') as text, interrupted, turn_id, call_id, ${micros('created_at')} as at
     from transcript_items order by conversation_id, position`,
  )
  const turns = await pool.query<StoredTurn>('select id, conversation_id, status, outcome from turns order by sequence')
  return { events: events.rows, items: items.rows, turns: turns.rows }
}

export async function countOpen(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::integer as count from turns where status in ('queued', 'running')`,
  )
  return rows[0]!.count
}
