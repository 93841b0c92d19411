// Reads everything that the judge needs from the database, bypassing the servers.
import type pg from 'pg'
import type { Stored, StoredConversation, StoredEvent, StoredItem, StoredTurn } from './records.ts'

export async function readStored(pool: pg.Pool): Promise<Stored> {
  const conversations = await pool.query<StoredConversation>(
    `select c.id, c.user_id, c.status, c.ended_at is not null as is_ended, c.deleted_at is not null as is_deleted, c.duration,
            c.custom_metadata, p.next_position, p.next_sequence::integer
     from conversations c join conversation_progress p on p.conversation_id = c.id`,
  )
  const items = await pool.query<StoredItem>(
    `select conversation_id, position, type, role, coalesce(array_to_string(content, ''), '') as text, interrupted, turn_id,
            call_id, name, output, is_error
     from transcript_items order by conversation_id, position`,
  )
  const turns = await pool.query<StoredTurn>(
    'select id, conversation_id, status, outcome, messages_of from turns order by conversation_id, sequence',
  )
  const events = await pool.query<StoredEvent>(
    `select conversation_id, sequence::integer, type, data ->> 'turn_id' as turn_id, data ->> 'call_id' as call_id
     from events order by conversation_id, events.sequence`,
  )
  return { conversations: conversations.rows, items: items.rows, turns: turns.rows, events: events.rows }
}

/** What can be seen of a conversation whose end has just been answered. */
export async function readEnd(
  pool: pg.Pool,
  conversation_id: string,
): Promise<{ items: number; status: string } | null> {
  const { rows } = await pool.query<{ items: number; status: string }>(
    `select status, (select count(*)::integer from transcript_items where conversation_id = $1) as items
     from conversations where id = $1 and deleted_at is null`,
    [conversation_id],
  )
  return rows[0] ?? null
}

export async function countOpenTurns(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::integer as count from turns where status in ('queued', 'running')`,
  )
  return rows[0]!.count
}

/** The leases of running turns with the nodes that hold them. */
export async function readRunning(pool: pg.Pool): Promise<{ turn_id: string; lease: string; node_id: string }[]> {
  const { rows } = await pool.query<{ turn_id: string; lease: string; node_id: string }>(
    `select id as turn_id, lease::text, node_id from turns where status = 'running'`,
  )
  return rows
}
