-- Statistics: what happens is counted by whoever writes it, in a row of its own that nobody else touches, so that no two writers
-- wait for each other. A job adds those rows up; reading adds what it has not added up yet.

create table statistics_deltas (
  organization_id uuid not null,
  id bigint generated always as identity,
  agent_id uuid, -- null: of a conversation without one
  at timestamptz not null,
  counters jsonb not null, -- numbers by name, as statistics/counters.ts has them
  primary key (organization_id, id)
);
-- It is emptied every minute: by its share of the table, a vacuum would never be due.
alter table statistics_deltas set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

create table statistics (
  organization_id uuid not null references organizations,
  agent_id uuid, -- null: all of the organization
  unit text not null check (unit in ('hour', 'day', 'all')), -- of UTC
  starts_at timestamptz not null, -- of `all`: -infinity
  counters jsonb not null,
  unique nulls not distinct (organization_id, agent_id, unit, starts_at)
) with (fillfactor = 70);

create function add_counters(first jsonb, second jsonb) returns jsonb language sql immutable parallel safe as $$
  select coalesce(jsonb_object_agg(name, total), '{}') from (
    select name, sum(value::bigint) as total
    from (select * from jsonb_each_text(first) union all select * from jsonb_each_text(second)) both_of_them (name, value)
    group by name
  ) added
$$;

-- What was there before. User messages count where their conversation began.
with counted (organization_id, agent_id, at, name, number) as (
  select organization_id, agent_id, created_at, 'conversations', 1 from conversations where status <> 'token_created'
  union all
  select c.organization_id, c.agent_id, c.created_at, 'user_messages', p.user_turn_count
  from conversations c join conversation_progress p on p.conversation_id = c.id where c.status <> 'token_created'
  union all
  select c.organization_id, c.agent_id, c.ended_at, ended.name, ended.number
  from conversations c, lateral (values ('ended', 1), ('duration', c.duration), ('end.' || c.end_reason, 1)) ended (name, number)
  where c.ended_at is not null
  union all
  select c.organization_id, c.agent_id, c.deleted_at, deleted.name, deleted.number
  from conversations c join conversation_progress p on p.conversation_id = c.id, lateral
    (values ('deleted', 1), ('deleted_duration', c.duration), ('deleted_user_messages', p.user_turn_count)) deleted (name, number)
  where c.deleted_at is not null
  union all
  select t.organization_id, c.agent_id, t.finished_at, 'turn.' || t.outcome, 1
  from turns t join conversations c on c.id = t.conversation_id where t.finished_at is not null
  union all
  select t.organization_id, c.agent_id, coalesce(t.finished_at, t.started_at, t.queued_at), tokens.name, tokens.number
  from turns t join conversations c on c.id = t.conversation_id, lateral
    (values ('input_tokens', t.input_tokens), ('output_tokens', t.output_tokens)) tokens (name, number)
  union all
  select t.organization_id, c.agent_id, t.finished_at, measured.name, measured.number
  from turns t join conversations c on c.id = t.conversation_id
    join transcript_items i on i.turn_id = t.id and i.conversation_id = t.conversation_id and i.metrics is not null, lateral
    (select (i.metrics->>'ttft_ms')::float8 as first_ms, (i.metrics->>'total_ms')::float8 as all_ms) took, lateral
    (values ('measured', 1), ('model_ms', (i.metrics->>'llm_ms')::integer), ('tools_ms', (i.metrics->>'tools_ms')::integer),
            ('total_ms', took.all_ms::integer),
            (case when took.first_ms is not null then 'first_text.' || round(8 * ln(greatest(took.first_ms, 1)) / ln(2::float8)) end, 1),
            ('total.' || round(8 * ln(greatest(took.all_ms, 1)) / ln(2::float8)), 1)) measured (name, number)
  where t.outcome = 'reply'
)
insert into statistics_deltas (organization_id, agent_id, at, counters)
select organization_id, agent_id, hour, jsonb_object_agg(name, total)
from (
  select organization_id, agent_id, date_trunc('hour', at, 'UTC') as hour, name, sum(number) as total
  from counted where name is not null and number <> 0 group by 1, 2, 3, 4
) by_hour
group by 1, 2, 3;
