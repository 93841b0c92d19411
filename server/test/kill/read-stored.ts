// Reads everything that the judge needs from the database, bypassing the servers.
import type pg from 'pg'
import { verifyAudit } from '../../src/audit/verify.ts'
import { openDatabase } from '../../src/database/database.ts'
import type { StoredAudit } from './judge-audit.ts'
import type { StoredUsage } from './judge-usage.ts'
import type { Stored, StoredConversation, StoredEvent, StoredItem, StoredTurn, StoredVisit } from './records.ts'

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
  const rows = { conversations: conversations.rows, items: items.rows, turns: turns.rows, events: events.rows }
  return { ...rows, ...(await readVisits(pool)) }
}

async function readVisits(pool: pg.Pool): Promise<Pick<Stored, 'visits' | 'active' | 'links' | 'counted'>> {
  const visits = await pool.query<StoredVisit>(
    `select v.conversation_id, v.widget_id, v.user_id, c.ended_at is not null as is_ended,
            exists (select from web_widget_feedback f where f.conversation_id = v.conversation_id) as has_feedback,
            (c.custom_metadata -> 'feedback_form' ->> 'rating')::integer as rating, c.custom_metadata -> 'visitor' as says
     from web_widget_conversations v join conversations c on c.id = v.conversation_id`,
  )
  const active = await pool.query<Stored['active'][number]>(
    'select widget_id, user_id, conversation_id from web_widget_active',
  )
  const links = await pool.query<Stored['links'][number]>('select guest_id, user_id from web_widget_links')
  const counted = await pool.query<{ name: string; total: number }>(
    `select c.key as name, sum(c.value::bigint)::integer as total
     from (select counters from web_widget_days union all select counters from web_widget_deltas) days
     cross join lateral jsonb_each_text(counters) c group by 1`,
  )
  return {
    visits: visits.rows,
    active: active.rows,
    links: links.rows,
    counted: Object.fromEntries(counted.rows.map(({ name, total }) => [name, total])),
  }
}

/** How many conversations a visitor has that have not ended. */
export async function countActive(pool: pg.Pool, widget_id: string, user_id: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::integer as count from conversations
     where web_widget_id = $1 and user_id = $2 and ended_at is null`,
    [widget_id, user_id],
  )
  return rows[0]!.count
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

/** Turns that are not final, and guests whose conversations do not say yet who they are of. */
export async function countOpen(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select (select count(*) from turns where status in ('queued', 'running'))::integer
            + (select count(*) from work where kind = 'link_web_widget_guest')::integer
            + (select count(*) from work_arrivals where kind = 'link_web_widget_guest')::integer as count`,
  )
  return rows[0]!.count
}

/** Calls of nodes that are gone become lost at once; analyses at the end of a run go on for a moment. */
export async function countOpenCalls(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    'select count(*)::integer as count from usage_pending where outcome is null',
  )
  return rows[0]!.count
}

export async function readUsage(pool: pg.Pool): Promise<StoredUsage[]> {
  const { rows } = await pool.query<StoredUsage>(
    `select id, purpose, outcome, estimated, input_tokens::integer as input_tokens, turn_id from (
       select kind, id, purpose, outcome, estimated, input_tokens, turn_id from usage_pending
       union all select kind, id, purpose, outcome, estimated, input_tokens, turn_id from usage_entries
     ) calls where kind = 'model_call'`,
  )
  return rows
}

export async function readAudit(
  pool: pg.Pool,
  connection_string: string,
  renamed: StoredAudit['renamed'],
): Promise<StoredAudit> {
  const { rows: entries } = await pool.query<StoredAudit['entries'][number]>(
    `select e.action, e.target_id, c.change ->> 'from' as from, c.change ->> 'to' as to
     from audit_entries e
       left join lateral jsonb_array_elements(e.entry::jsonb -> 'changes') c (change) on c.change ->> 'path' = 'name'
     where e.action in ('createAgent', 'updateAgent') and e.outcome = 'done' order by e.sequence`,
  )
  const { rows: agents } = await pool.query<StoredAudit['agents'][number]>('select id, name from agents')
  const options = { connection_string, max_connections: 2, statement_timeout_ms: 60_000, onError: () => {} }
  const database = openDatabase(options)
  const faults: string[] = []
  for await (const chain of verifyAudit(database)) faults.push(...chain.faults)
  await database.pool.end()
  return { entries, agents, renamed, faults }
}

/** The leases of running turns and executions with the nodes that hold them. */
export async function readRunning(pool: pg.Pool): Promise<{ turn_id: string; lease: string; node_id: string }[]> {
  const { rows } = await pool.query<{ turn_id: string; lease: string; node_id: string }>(
    `select id::text as turn_id, lease::text, node_id from turns where status = 'running'
     union all
     select subject, 'work ' || lease, node_id from work where kind = 'workflow_execution' and lease is not null`,
  )
  return rows
}
