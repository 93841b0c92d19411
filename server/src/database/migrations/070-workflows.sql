-- Workflows, their versions and connections; executions, their visits and events; and what endpoints are told of them.

create table workflows ( -- stored with the organization
  id uuid primary key,
  organization_id uuid not null references organizations,
  name text not null,
  description text,
  metadata jsonb not null default '{}',
  last_version integer not null default 0, -- no number is used twice
  last_revision integer not null default 0, -- of its versions, deleted ones included
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  deleted_at timestamptz, -- executions keep its id until they are deleted too
  unique (organization_id, id)
);
create index workflows_page on workflows (organization_id, created_at, id) where deleted_at is null; -- listWorkflows
create index workflows_deleted on workflows (deleted_at) where deleted_at is not null; -- the clean-up

create table workflow_versions ( -- stored with the organization
  id uuid primary key,
  organization_id uuid not null,
  workflow_id uuid not null,
  version integer not null check (version > 0),
  status text not null default 'draft' check (status in ('draft', 'published', 'live')),
  revision integer not null,
  definition json not null, -- in its one form, with unknown keys and their order
  bytes integer not null, -- of its text
  problems json not null default '[]',
  warnings text[] not null default '{}',
  connection_ids uuid[] not null default '{}', -- of a published version: the connections that its steps name
  published_at timestamptz,
  published_by json, -- who published it, whose name the steps act in at this server
  live_since timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  foreign key (organization_id, workflow_id) references workflows (organization_id, id),
  unique (workflow_id, version), -- and listWorkflowVersions
  check ((status = 'draft') = (published_at is null)),
  check ((published_at is null) = (published_by is null)),
  check ((status = 'live') = (live_since is not null))
);
create unique index workflow_versions_live on workflow_versions (workflow_id) where status = 'live'; -- at most one is live
create index workflow_versions_connections on workflow_versions using gin (connection_ids) where connection_ids <> '{}'; -- connection_in_use

-- A published version changes only between published and live. It goes with its workflow.
create function refuse_change_of_published_version() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if exists (select from workflows where id = old.workflow_id and deleted_at is null) then
      raise exception 'a published version of a workflow cannot be deleted' using errcode = 'restrict_violation';
    end if;
    return old;
  end if;
  if new.status = 'draft' or (new.id, new.organization_id, new.workflow_id, new.version, new.revision, new.definition::text, new.bytes,
      new.problems::text, new.warnings, new.connection_ids, new.published_at, new.published_by::text, new.created_at)
    is distinct from (old.id, old.organization_id, old.workflow_id, old.version, old.revision, old.definition::text, old.bytes,
      old.problems::text, old.warnings, old.connection_ids, old.published_at, old.published_by::text, old.created_at) then
    raise exception 'a published version of a workflow never changes' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger workflow_versions_published before update or delete on workflow_versions
  for each row when (old.status <> 'draft') execute function refuse_change_of_published_version();

create table workflow_connections ( -- stored with the organization
  id uuid primary key,
  organization_id uuid not null references organizations,
  name text not null,
  description text,
  config json not null,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp()
);
create unique index workflow_connections_name on workflow_connections (organization_id, name);
create index workflow_connections_page on workflow_connections (organization_id, created_at, id); -- listWorkflowConnections

-- Ends of executions, tests aside: one row each, which nobody else touches, until work adds them up.
create table workflow_deltas ( -- stored with the organization
  organization_id uuid not null,
  id bigint generated always as identity,
  workflow_id uuid not null,
  at timestamptz not null,
  status text not null,
  duration_ms bigint not null,
  primary key (organization_id, id)
);
-- It is emptied every minute: by its share of the table, a vacuum would never be due.
alter table workflow_deltas set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

create table workflow_counts ( -- stored with the organization
  organization_id uuid not null,
  workflow_id uuid not null,
  unit text not null check (unit in ('hour', 'day')), -- of UTC
  starts_at timestamptz not null,
  success bigint not null,
  failed bigint not null,
  cancelled bigint not null,
  duration_ms bigint not null,
  primary key (workflow_id, unit, starts_at)
) with (fillfactor = 70);
create index workflow_counts_age on workflow_counts (unit, starts_at); -- the clean-up

-- Executions, their visits and events. Only workflows/commit writes them. Payloads are json, not jsonb: they keep their order and every
-- character, and nothing is converted.

-- Copies that executions keep to their end: inline definitions, and drafts that are tested. A published version never changes.
create table workflow_definitions ( -- stored with the organization
  organization_id uuid not null references organizations,
  digest bytea not null, -- SHA-256 of the canonical text
  definition json not null,
  primary key (organization_id, digest)
);

create table workflow_executions ( -- stored with the organization
  id uuid primary key,
  organization_id uuid not null references organizations,
  workflow_id uuid, -- null: inline
  version integer,
  definition_digest bytea,
  status text not null check (status in ('queued', 'running', 'waiting', 'success', 'failed', 'cancelled')),
  phase text not null, -- in no index, so that most updates touch none
  is_admitted boolean not null, -- false: a place in line
  revision integer not null default 0, -- the state that a decision rests on
  mode text not null check (mode in ('sync', 'async')),
  stop_after text,
  test json,
  is_test boolean not null,
  depth smallint not null default 0,
  max_concurrent integer, -- of its version; null: any number
  keep text not null check (keep in ('all', 'failed', 'none')), -- of its version: whether its content is removed at its end
  is_erased boolean not null default false, -- its content was removed
  holds_output boolean not null default false, -- until its caller has read it, or a minute later
  queued_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  active_ms bigint not null default 0,
  visit_count integer not null,
  event_count integer not null,
  input json,
  output json,
  error json,
  cancel_reason text,
  trigger json not null,
  trigger_type text not null,
  started_by json,
  cause text, -- W9
  conversation_id uuid,
  agent_id uuid,
  retry_of uuid,
  foreign key (organization_id, definition_digest) references workflow_definitions,
  foreign key (organization_id, workflow_id) references workflows (organization_id, id),
  check (definition_digest is not null or (workflow_id is not null and version is not null)),
  check (status = case when phase in ('in_line', 'admitted') then 'queued'
                       when phase in ('between', 'attempting', 'backing_off') then 'running' else phase end),
  check (is_admitted = (phase <> 'in_line') or finished_at is not null),
  check ((status in ('success', 'failed', 'cancelled')) = (finished_at is not null)),
  check ((status = 'cancelled') = (cancel_reason is not null))
);
-- listWorkflowExecutions, one for each filter
create index workflow_executions_list on workflow_executions (organization_id, queued_at, id) where not is_test;
create index workflow_executions_tests on workflow_executions (organization_id, queued_at, id) where is_test;
create index workflow_executions_workflow on workflow_executions (organization_id, workflow_id, status, queued_at, id);
create index workflow_executions_version on workflow_executions (organization_id, workflow_id, version, queued_at, id) where not is_test;
create index workflow_executions_status on workflow_executions (organization_id, status, queued_at, id);
create index workflow_executions_trigger on workflow_executions (organization_id, trigger_type, queued_at, id);
create index workflow_executions_conversation on workflow_executions (conversation_id) where conversation_id is not null; -- and erasure
create index workflow_executions_definition on workflow_executions (organization_id, definition_digest)
  where definition_digest is not null; -- the clean-up of copies
create unique index workflow_executions_cause on workflow_executions (organization_id, cause) where cause is not null; -- W9
-- max_concurrent, and whether a workflow is in use
create index workflow_executions_open on workflow_executions (organization_id, workflow_id)
  where finished_at is null and is_admitted;
-- the line, in its order
create index workflow_executions_line on workflow_executions (organization_id, workflow_id, (mode = 'async'), queued_at)
  where finished_at is null and not is_admitted;
create index workflow_executions_queued on workflow_executions (queued_at) where status = 'queued'; -- W12
create index workflow_executions_held on workflow_executions (finished_at) where holds_output; -- the clean-up
create index workflow_executions_age on workflow_executions (is_test, finished_at) where finished_at is not null; -- retention

create table workflow_visits ( -- stored with its execution
  execution_id uuid not null references workflow_executions on delete cascade,
  position integer not null check (position > 0),
  step_id text not null,
  step_name text not null,
  type text not null,
  visit integer not null,
  status text not null check (status in ('ready', 'running', 'waiting', 'retrying', 'success', 'failed', 'cancelled')),
  branch text,
  error json,
  attempts json not null,
  lost smallint not null,
  is_sent boolean not null,
  started_at timestamptz,
  finished_at timestamptz,
  until timestamptz,
  is_resumable boolean not null,
  bytes integer not null,
  input json,
  output json,
  answers json, -- of models, for further attempts
  logs text,
  input_tokens integer,
  output_tokens integer,
  primary key (execution_id, position),
  check ((status in ('success', 'failed', 'cancelled')) = (finished_at is not null))
);
create unique index workflow_visits_open on workflow_visits (execution_id) where finished_at is null; -- W3

create table workflow_execution_events ( -- stored with its execution
  execution_id uuid not null references workflow_executions on delete cascade,
  number integer not null,
  type text not null,
  at timestamptz not null,
  data json not null,
  primary key (execution_id, number)
);

-- W2: what is final never changes. Its content may be erased. Compared as text, since jsonb cannot hold every character.
create function refuse_change_of_ended_execution() returns trigger language plpgsql as $$
begin
  if tg_table_name = 'workflow_executions' then
    if new.input is null and new.output is null and new.is_erased and not new.holds_output then
      old.input := null;
      old.output := null;
      old.is_erased := true;
      old.holds_output := false;
    end if;
  else
    if new.input is null and new.output is null and new.answers is null and new.logs is null then
      old.input := null;
      old.output := null;
      old.answers := null;
      old.logs := null;
    end if;
  end if;
  if to_json(old)::text <> to_json(new)::text then
    raise exception '% of an execution is final', tg_table_name using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger workflow_executions_final before update on workflow_executions
  for each row when (old.finished_at is not null) execute function refuse_change_of_ended_execution();
create trigger workflow_visits_final before update on workflow_visits
  for each row when (old.finished_at is not null) execute function refuse_change_of_ended_execution();

-- A state that a decision rests on is not the stored one any more: the transaction fails.
create function require_moved(moved bigint) returns void language plpgsql as $$
begin
  if moved = 0 then raise exception 'the execution has changed' using errcode = 'PW001'; end if;
end $$;

create function milliseconds_of(at timestamptz) returns bigint language sql immutable strict parallel safe
  return floor(extract(epoch from at) * 1000)::bigint;
create function time_of(milliseconds bigint) returns timestamptz language sql immutable strict parallel safe
  return timestamptz 'epoch' + milliseconds * interval '1 millisecond';

-- Null: a text in it has characters that jsonb cannot hold.
create function jsonb_or_null(value json) returns jsonb language plpgsql immutable parallel safe as $$
begin
  return value::jsonb;
exception when others then
  return null;
end $$;

-- Runs in the transaction of the event. Its deliveries are made in the order of its number; no endpoint is told of tests.
create function deliver_execution_events() returns trigger language plpgsql as $$
begin
  -- Few organizations have an endpoint.
  if not exists (select from webhook_endpoints w where w.active and w.organization_id in (
                   select e.organization_id from new_events n join workflow_executions e on e.id = n.execution_id)) then
    return null;
  end if;
  with added as (
    insert into webhook_deliveries (id, endpoint_id, organization_id, lane, sequence, event_id, type, data, created_at)
    select uuid_by_time(), w.id, e.organization_id, e.id, n.number, n.event_id, n.type,
           jsonb_build_object(
             'execution_id', e.id, 'sequence', n.number, 'workflow_id', e.workflow_id, 'workflow_version', e.version, 'status', n.data->>'status',
             'step_id', n.data->>'step_id', 'position', (n.data->>'position')::integer, 'attempt', (n.data->>'attempt')::integer,
             'error', case when n.data->>'error' is not null then jsonb_build_object('code', n.data->'error'->>'code',
               'message', coalesce(jsonb_or_null(n.data->'error'->'message'), '"The message has characters that cannot be shown."')) end,
             'until', to_char(time_of((n.data->>'until')::bigint) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
             'cancel_reason', n.data->>'reason', 'conversation_id', e.conversation_id),
           n.at
    from (select *, uuid_by_time() as event_id from new_events) n
      join workflow_executions e on e.id = n.execution_id and not e.is_test
      join webhook_endpoints w on w.organization_id = e.organization_id and w.active
    where matches_event(w.events, n.type) and (w.agent_id is null or w.agent_id = e.agent_id)
    order by n.execution_id, n.number
    returning endpoint_id, lane
  )
  insert into webhook_arrivals (endpoint_id, lane) select distinct endpoint_id, lane from added;
  return null;
end $$;
create trigger workflow_execution_events_are_delivered after insert on workflow_execution_events referencing new table as new_events
  for each statement execute function deliver_execution_events();
