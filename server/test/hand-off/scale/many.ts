// Many hand-offs and people at once, as rows: what operations would write one by one.
import type { TestServer, publishAgent } from '../../support/server.ts'

export type Base = Pick<TestServer, 'database' | 'organization_id'>

export const rowsOf = async <Row extends object>({ database }: Base, text: string, values: unknown[] = []) =>
  (await database.pool.query<Row>(text, values)).rows

/** Members who can answer, are available, and stay online. */
export async function makePeople(server: Base, count: number): Promise<string[]> {
  const rows = await rowsOf<{ user_id: string }>(
    server,
    `with made as (
       insert into users (id, email) select gen_random_uuid(), 'many-' || n || '@example.test' from generate_series(1, $2::integer) n returning id
     ), joined as (
       insert into members (organization_id, user_id, role) select $1, id, 'responder' from made returning user_id
     )
     insert into people (organization_id, user_id, availability, available_since, seen_at)
     select $1, user_id, 'available', now(), now() + interval '1 hour' from joined returning user_id`,
    [server.organization_id, count],
  )
  return rows.map(({ user_id }) => user_id)
}

export interface ManyHandlings {
  agent: Awaited<ReturnType<typeof publishAgent>>
  count: number
  /** Columns of `handlings` besides its keys, as SQL over `n`, which counts from 0. */
  columns: Record<string, string>
  handled_by?: 'queue' | 'person'
}

/** Conversations of the agent; returns them in the order of `n`. */
export async function makeHandlings(server: Base, { agent, count, columns, handled_by = 'queue' }: ManyHandlings) {
  const { agent_id, version_id } = agent
  const names = Object.keys(columns)
  const rows = await rowsOf<{ id: string }>(
    server,
    `with numbered as (
       select gen_random_uuid() as id, n from generate_series(0, $2::integer - 1) n
     ), made as (
       insert into conversations (id, organization_id, direction, channel, status, user_id, agent_id, agent_version_id, created_at, handled_by)
       select id, $1, 'inbound', 'text', 'in_progress', 'user-' || n, $3, $4, now() - interval '1 day' + n * interval '1 millisecond', $5
       from numbered
     ), progress as (
       insert into conversation_progress (conversation_id, organization_id, last_activity_at, updated_at)
       select id, $1, now() - interval '2 days', now() - interval '2 days' from numbered
     ), handled as (
       insert into handlings (conversation_id, organization_id, handled_by, created_at, ${names.join(', ')})
       select id, $1, $5, now() - interval '1 day' + n * interval '1 millisecond', ${names.map((name) => columns[name]).join(', ')}
       from numbered
     )
     select id from numbered order by n`,
    [server.organization_id, count, agent_id, version_id, handled_by],
  )
  if (count > 1000) await rowsOf(server, 'analyze conversations, conversation_progress, handlings, people, members')
  return rows.map(({ id }) => id)
}
