// Creates conversations like those of a year of use, directly in the database with bulk statements: one large organization and
// some small ones, agents of different weight, mostly ended, each with about ten turns and twenty items. Every tenth has all of
// its events, the others only the first two: the log is read by conversation and number, and would need the most space.
import type pg from 'pg'

export interface Grown {
  conversations: number
  items: number
  events: number
  seconds: number
}

/** Rows for each statement, so that progress is visible and the rows fit into memory. */
const batch = 20_000
const small_organizations = 20
const agents = 50

const prelude = `
  create table if not exists bench_conversations (count integer not null);
  create table if not exists bench_agents (place integer primary key, agent_id uuid not null, version_id uuid not null);
  create table if not exists bench_organizations (place integer primary key, id uuid not null);
  create or replace function bench_id(at timestamptz) returns uuid language sql volatile as $$
    select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
      placing substring(int8send((extract(epoch from at) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
  $$`

const organizations = `
  with made as (
    insert into organizations (id, name, slug)
    select gen_random_uuid(), 'Small ' || n, 'small-' || n from generate_series(1, $2::integer) n returning id
  )
  insert into bench_organizations select 0, $1::uuid union all select row_number() over (), id from made`

const agentRows = `
  with made as (
    insert into agents (id, organization_id, name, active, is_demo, metadata)
    select gen_random_uuid(), $1, 'Agent ' || n, true, false, '{}' from generate_series(1, $2::integer) n returning id
  ), versions as (
    insert into agent_versions (id, organization_id, agent_id, version, published, published_at, config)
    select gen_random_uuid(), $1, id, 1, true, now(), '{}' from made returning id, agent_id
  )
  insert into bench_agents select row_number() over () - 1, agent_id, id from versions`

// Oldest first, so that the newest page was inserted last. Nine of ten belong to the large organization.
const conversations = `
  with raw as (
    select n, now() - interval '1 hour' - (1 - (n + random() * 0.9) / $3::float8) * interval '31536000 seconds' as at,
      random() as of_channel, random() as of_status, random() as of_user, random() as of_plan, random() as of_order,
      case when random() < 0.9 then 0 else 1 + floor($4::integer * power(random(), 2))::integer end as organization,
      floor($5::integer * power(random(), 2))::integer as agent, floor(-ln(1 - random()) * 180)::integer as lasted
    from generate_series($1::integer, $2::integer - 1) n
  ), shaped as (
    select raw.*, bench_id(at) as id, o.id as organization_id, a.agent_id, a.version_id,
      case when of_channel < 0.7 then 'text' when of_channel < 0.9 then 'telephone' when of_channel < 0.97 then 'webrtc' else 'email' end as channel,
      -- Those that are open are the newest, but for a few that somebody forgot.
      case when n > $3::integer * 0.998 or of_status < 0.0005 then 'in_progress' when of_status < 0.9 then 'completed'
        when of_status < 0.94 then 'failed' when of_status < 0.97 then 'cancelled' when of_status < 0.985 then 'transferred' else 'unanswered' end as status
    from raw join bench_organizations o on o.place = raw.organization join bench_agents a on a.place = raw.agent
  )
  insert into conversations (id, organization_id, direction, channel, status, user_id, agent_id, agent_version_id, agent_number,
    web_widget_id, custom_metadata, created_at, ended_at, duration, end_reason, ended_by, analysis_status, summary, deleted_at)
  select id, organization_id, case when of_user < 0.9 then 'inbound' else 'outbound' end, channel, status,
    (array['ada', 'ben', 'chloe', 'dmitri', 'elif', 'farid', 'grace', 'hiro', 'ines', 'jonas'])[1 + floor(of_plan * 10)::integer]
      || '.' || floor(of_user * greatest($3::integer / 5, 1)) || '@example.com',
    agent_id, version_id, case when channel = 'telephone' then '+4930' || (1000000 + floor(of_order * 2000)::integer) end,
    case when channel = 'webrtc' then 'widget-' || (1 + floor(of_order * 10)) end,
    -- A campaign of the first weeks: a tenth of all, and none of the newest.
    jsonb_build_object('plan', case when of_plan < 0.7 then 'free' when of_plan < 0.97 then 'pro' else 'enterprise' end,
      'locale', (array['en', 'de', 'fr', 'es', 'pl'])[1 + floor(of_order * 5)::integer], 'order', 'A-' || n)
      || case when n < $3::integer / 5 and of_order < 0.5 then '{"campaign": "launch"}' else '{}' end::jsonb,
    at, case when status <> 'in_progress' then at + lasted * interval '1 second' end,
    case when status <> 'in_progress' then lasted end, case when status <> 'in_progress' then 'ended_by_caller' end,
    case when status <> 'in_progress' then '{"type": "credential", "id": null, "name": null, "reason": null}'::jsonb end,
    case when status = 'completed' then 'done' else 'none' end,
    case when status = 'completed' then 'The customer asked for the state of order A-' || n || ' and was told that it is under way.' end,
    case when status <> 'in_progress' and of_plan < 0.005 then at + interval '1 day' end
  from shaped order by n
  returning id, organization_id, agent_version_id, created_at`

// 1 to 19 turns each, ten on average; most people give short answers.
const contents = `
  create temp table made as
    select row_number() over (order by created_at) as place, id, organization_id, agent_version_id, created_at,
      1 + floor(random() * 19)::integer as turns from new_conversations;
  insert into conversation_progress (conversation_id, organization_id, next_position, next_sequence, next_turn, user_turn_count,
    last_activity_at, updated_at)
  select id, organization_id, 2 * turns, 3 + 4 * turns, 1 + turns, turns, created_at + turns * interval '8 seconds',
    created_at + turns * interval '8 seconds' from made order by place;
  create temp table said as
    select bench_id(at) as turn_id, place, id as conversation_id, organization_id, agent_version_id, turn, at
    from made cross join lateral (select turn, created_at + (turn - 1) * interval '8 seconds' as at
      from generate_series(1, turns) turn) each_turn;
  insert into turns (id, organization_id, conversation_id, sequence, status, outcome, concurrency, interactivity, agent_version_id,
    attempts, accepted_by, steps, input_tokens, output_tokens, queued_at, started_at, deadline_at, finished_at)
  select turn_id, organization_id, conversation_id, turn, 'completed', 'reply', 'queue', 'plain', agent_version_id, 1,
    agent_version_id, 1, 200 + 80 * turn, 60, at, at, at + interval '120 seconds', at + interval '1.2 seconds'
  from said order by place, turn;
  insert into transcript_items (conversation_id, position, organization_id, id, type, turn_id, role, content, interrupted, metrics,
    created_at)
  select conversation_id, 2 * turn - 2 + half, organization_id, bench_id(at), 'message', turn_id,
    case half when 0 then 'user' else 'assistant' end,
    array[case half when 0 then 'What is the state of my order ' || turn || ', please?'
      else 'Your order has left our house and should be with you within two working days. Is there anything else?' end],
    false, case half when 1 then '{"model": "openai/stub", "input_tokens": 900, "output_tokens": 60, "llm_ms": 900, "tools_ms": 0, "total_ms": 1000, "ttft_ms": 400}'::jsonb end,
    at + half * interval '1.2 seconds'
  from said cross join generate_series(0, 1) half order by place, turn, half;
  insert into events (conversation_id, sequence, organization_id, id, type, occurred_at, data)
  select id, 1 + half, organization_id, bench_id(created_at), case half when 0 then 'conversation.created' else 'conversation.started' end,
    created_at, '{"status": "in_progress"}' from made cross join generate_series(0, 1) half order by place, half;
  insert into events (conversation_id, sequence, organization_id, id, type, occurred_at, data)
  select conversation_id, 3 + (turn - 1) * 4 + quarter, organization_id, bench_id(at),
    (array['message.created', 'turn.started', 'message.created', 'turn.completed'])[1 + quarter], at,
    case when quarter in (1, 3) then jsonb_build_object('turn_id', turn_id)
      else jsonb_build_object('turn_id', turn_id, 'role', 'user', 'content', array['What is the state of my order, please?'], 'interrupted', false) end
  from said cross join generate_series(0, 3) quarter where place % 10 = 0 order by place, turn, quarter;
  drop table new_conversations, made, said`

/**
 * Adds conversations up to `count` as a superuser. References are not verified, so the rows must be correct.
 */
export async function grow(
  client: pg.Client,
  { organization_id, from, count }: { organization_id: string; from: number; count: number },
): Promise<Grown> {
  const begun = performance.now()
  await client.query(prelude)
  if ((await client.query('select from bench_organizations')).rowCount === 0) {
    await client.query(organizations, [organization_id, small_organizations])
    await client.query(agentRows, [organization_id, agents])
  }
  if (from < count) await addConversations(client, from, count)
  const { rows } = await client.query<Pick<Grown, 'items' | 'events'>>(
    'select (select count(*)::float8 from transcript_items) as items, (select count(*)::float8 from events) as events',
  )
  return { conversations: count, ...rows[0]!, seconds: (performance.now() - begun) / 1000 }
}

async function addConversations(client: pg.Client, from: number, count: number): Promise<void> {
  await client.query(`set synchronous_commit = off; set work_mem = '64MB'; set maintenance_work_mem = '512MB'`)
  // Disabling triggers and references halves the time.
  await client.query('set session_replication_role = replica')
  const rebuild = count - from > batch ? await dropIndexes(client) : []
  for (let first = from; first < count; first += batch) {
    await addBatch(client, first, Math.min(first + batch, count), count)
  }
  for (const definition of rebuild) await client.query(definition)
  await client.query('reset session_replication_role; reset work_mem')
  await client.query('vacuum analyze')
}

async function addBatch(client: pg.Client, first: number, end: number, count: number): Promise<void> {
  await client.query('begin')
  await client.query(
    `create temp table new_conversations (id uuid, organization_id uuid, agent_version_id uuid, created_at timestamptz)`,
  )
  await client.query(`with added as (${conversations}) insert into new_conversations select * from added`, [
    first,
    end,
    count,
    small_organizations,
    agents,
  ])
  await client.query(contents)
  await client.query('insert into bench_conversations values ($1)', [end])
  await client.query('commit')
}

/** Drops the indexes of conversations that no constraint needs, because building them at once is much faster. Returns their definitions. */
async function dropIndexes(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ indexname: string; indexdef: string }>(
    `select indexname, indexdef from pg_indexes where tablename = 'conversations' and indexname <> 'conversations_pkey'`,
  )
  for (const { indexname } of rows) await client.query(`drop index ${indexname}`)
  // Dropped with its index: the statistics of the expression that is searched.
  const statistics = ['conversations_user', 'conversations_agent_number'].map(
    (index) => `alter index ${index} alter column 1 set statistics 1000`,
  )
  return [...rows.map(({ indexdef }) => indexdef), ...statistics]
}
