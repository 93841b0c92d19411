-- Organizations, credentials, agents, conversations, turns and events.
-- Invariants that the tables themselves keep are marked T<n> as in conversations/SPEC.md.

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% of % is final', tg_table_name, old.id using errcode = 'restrict_violation';
end $$;

-- One row: what belongs to this installation as a whole.
create table installation (
  only_row boolean primary key default true check (only_row),
  secret_key_fingerprint text not null,
  created_at timestamptz not null default now()
);

create table organizations (
  id uuid primary key,
  name text not null,
  slug text not null unique,
  settings jsonb not null default '{}',
  created_at timestamptz not null default now()
);

create table users (
  id uuid primary key,
  email text not null,
  name text,
  created_at timestamptz not null default now()
);
create unique index users_email on users (lower(email));

create table members (
  organization_id uuid not null references organizations,
  user_id uuid not null references users,
  role text not null check (role in ('admin', 'viewer')),
  created_at timestamptz not null default now(),
  primary key (organization_id, user_id)
);
create index members_user on members (user_id);
create index members_page on members (organization_id, created_at, user_id); -- listMembers

create table credentials (
  key_id text not null,
  organization_id uuid references organizations,
  user_id uuid references users,
  name text not null,
  secret_hash bytea not null,
  role text check (role in ('admin', 'viewer')),
  scopes text[],
  agent_ids uuid[],
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  -- An organization key has a role or scopes; a personal access token has its user's power.
  check ((organization_id is not null and user_id is null and (role is null) <> (scopes is null))
      or (organization_id is null and user_id is not null and role is null and scopes is null and agent_ids is null))
);
-- One id for each kind: `ak_x` and `pat_x` are two credentials. The look-up of every request.
create unique index credentials_key on credentials (key_id, (user_id is null));
create index credentials_organization on credentials (organization_id, created_at, key_id); -- listOrganizationKeys
create index credentials_user on credentials (user_id, created_at, key_id); -- listPersonalAccessTokens

create table agents (
  id uuid primary key,
  organization_id uuid not null references organizations,
  name text not null,
  description text,
  active boolean not null,
  is_demo boolean not null,
  metadata jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz
);
create index agents_page on agents (organization_id, created_at, id); -- listAgents

-- A version of an agent, or an inline configuration (agent_id is null), stored once for each content.
create table agent_versions (
  id uuid primary key,
  organization_id uuid not null references organizations,
  agent_id uuid references agents,
  version integer,
  published boolean not null,
  published_at timestamptz,
  config jsonb not null,
  content_hash bytea,
  revision integer not null default 1,
  instruction_builder_inputs jsonb,
  warnings text[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((agent_id is not null and version > 0 and content_hash is null)
      or (agent_id is null and version is null and content_hash is not null and published)),
  check (published = (published_at is not null))
);
create unique index agent_versions_number on agent_versions (agent_id, version); -- getAgentVersion, listAgentVersions
create unique index agent_versions_inline on agent_versions (organization_id, content_hash) where agent_id is null;
create trigger agent_versions_published_is_final before update or delete on agent_versions
  for each row when (old.published) execute function refuse_change();

-- Substring search without an extension: every piece of one to three characters, lower case.
create function search_grams(value text) returns text[] language sql immutable strict parallel safe as $$
  select array_agg(distinct substr(lower(value), start, size))
  from generate_series(1, length(value)) start, generate_series(1, 3) size
  where start + size - 1 <= length(value)
$$;
-- The pieces that a value must have in order to contain `part`.
create function search_part(part text) returns text[] language sql immutable strict parallel safe as $$
  select case when length(part) <= 3 then array[lower(part)] else
    (select array_agg(distinct substr(lower(part), start, 3)) from generate_series(1, length(part) - 2) start) end
$$;

-- Who talks to whom, and how it ended. Written at birth, at the end and when metadata change; what moves with every turn is
-- in conversation_progress, so that a turn touches none of these indexes.
create table conversations (
  id uuid primary key,
  organization_id uuid not null references organizations,
  direction text not null check (direction in ('inbound', 'outbound')),
  channel text not null check (channel in ('telephone', 'webrtc', 'email', 'text')),
  status text not null check (status in ('token_created', 'triggered', 'ringing', 'in_progress', 'completed', 'failed',
                                         'cancelled', 'transferred', 'unanswered')),
  user_id text not null,
  agent_id uuid,
  agent_name text, -- of an imported conversation whose agent is not here
  agent_version_id uuid, -- as agent_id: of an imported one it may name what is not here
  agent_number text,
  to_address text,
  from_address text,
  subject text,
  web_widget_id text,
  trunk_id text,
  initial_context text,
  custom_metadata jsonb not null default '{}',
  recording_details jsonb,
  created_at timestamptz not null,
  ended_at timestamptz,
  duration integer,
  end_reason text,
  ended_by jsonb,
  ending jsonb, -- `mode: finish` was asked for: how it ends when its last open turn is over
  analysis_status text not null default 'none'
    check (analysis_status in ('none', 'queued', 'running', 'done', 'skipped', 'failed')),
  analysis_reason text,
  analysis_due_at timestamptz, -- while it is queued or runs: when it is taken for lost
  summary text,
  content_fingerprint bytea, -- of the request that made it, where its id was the client's
  deleted_at timestamptz,
  check (channel <> 'text' or status <> 'token_created'),
  check ((status in ('token_created', 'triggered', 'ringing', 'in_progress')) = (ended_at is null))
);
create index conversations_analysis_due on conversations (analysis_due_at) where analysis_due_at is not null; -- the requeue job
-- Pagination by created_at needs it to be unique within an organization.
create unique index conversations_created_at on conversations (organization_id, created_at);
-- listConversations without a filter on status
create index conversations_listed on conversations (organization_id, created_at)
  where status <> 'token_created' and deleted_at is null;
-- listConversations, one for each filter
create index conversations_status on conversations (organization_id, status, created_at);
create index conversations_channel on conversations (organization_id, channel, created_at);
create index conversations_direction on conversations (organization_id, direction, created_at);
create index conversations_agent on conversations (organization_id, agent_id, created_at);
create index conversations_version on conversations (organization_id, agent_version_id, created_at);
create index conversations_widget on conversations (organization_id, web_widget_id, created_at) where web_widget_id is not null;
create index conversations_duration on conversations (organization_id, duration) where duration is not null;
create index conversations_user on conversations using gin (search_grams(user_id));
create index conversations_agent_number on conversations using gin (search_grams(agent_number));
create index conversations_metadata on conversations using gin (custom_metadata jsonb_path_ops);
-- Filters ask for what is rare: the longest calls, one number. The planner must know how rare.
alter table conversations alter column duration set statistics 1000;
alter index conversations_user alter column 1 set statistics 1000;
alter index conversations_agent_number alter column 1 set statistics 1000;

create table conversation_progress (
  conversation_id uuid primary key references conversations,
  organization_id uuid not null,
  next_position integer not null default 0,
  next_sequence bigint not null default 1,
  next_turn integer not null default 1,
  user_turn_count integer not null default 0,
  last_activity_at timestamptz not null,
  updated_at timestamptz not null
) with (fillfactor = 80);
alter table conversation_progress alter column user_turn_count set statistics 1000;
create index conversation_progress_turns on conversation_progress (organization_id, user_turn_count); -- listConversations

create table transcript_items (
  conversation_id uuid not null,
  position integer not null check (position >= 0),
  organization_id uuid not null,
  id uuid not null,
  type text not null check (type in ('message', 'function_call', 'function_call_output')),
  turn_id uuid,
  role text check (role in ('user', 'assistant', 'system')),
  content text[],
  interrupted boolean,
  metrics jsonb,
  call_id text,
  name text,
  arguments jsonb,
  output jsonb,
  is_error boolean,
  latency_ms integer,
  created_at timestamptz not null,
  primary key (conversation_id, position), -- T4
  check ((type = 'message') = (role is not null and content is not null and interrupted is not null))
);
create index transcript_items_turn on transcript_items (turn_id) where turn_id is not null; -- what a turn said

-- T3 is the unique index on running turns. T6: `lease` is drawn from a sequence, so a number is never used twice.
create sequence turn_leases;
create table turns (
  id uuid primary key,
  organization_id uuid not null,
  conversation_id uuid not null references conversations,
  sequence integer not null,
  status text not null check (status in ('queued', 'running', 'completed', 'failed', 'cancelled')),
  outcome text check (outcome in ('reply', 'model_error', 'timed_out', 'step_limit', 'conversation_ended',
                                  'cancelled_by_caller', 'superseded', 'attempts_exhausted')),
  concurrency text not null check (concurrency in ('queue', 'merge', 'interrupt', 'reject')),
  interactivity text not null check (interactivity in ('plain', 'rich')),
  agent_version_id uuid not null references agent_versions,
  attempts integer not null default 0,
  lease bigint,
  lease_expires_at timestamptz,
  node_id uuid,
  accepted_by uuid not null, -- the node whose call waits for it
  partial_text text, -- said by an attempt that was stopped for another node, until the turn is concluded
  steps integer not null default 0,
  input_tokens integer,
  output_tokens integer,
  error text,
  queued_at timestamptz not null,
  started_at timestamptz,
  deadline_at timestamptz, -- T10: from the first start
  finished_at timestamptz,
  unique (conversation_id, sequence),
  check ((status in ('completed', 'failed', 'cancelled')) = (outcome is not null and finished_at is not null)),
  check ((status = 'running') = (lease is not null and lease_expires_at is not null and node_id is not null))
);
create unique index turns_one_running on turns (conversation_id) where status = 'running'; -- T3
create index turns_waiting on turns (conversation_id, sequence) where status = 'queued'; -- the next one, and the sweep
create index turns_lease on turns (lease_expires_at) where status = 'running'; -- the sweep
create trigger turns_final before update on turns
  for each row when (old.status in ('completed', 'failed', 'cancelled')) execute function refuse_change();

create table events (
  conversation_id uuid not null references conversations,
  sequence bigint not null,
  organization_id uuid not null,
  id uuid not null,
  type text not null,
  occurred_at timestamptz not null,
  data jsonb not null,
  primary key (conversation_id, sequence)
);

-- T5: a terminal status never changes, and an ended conversation takes no item. The writer locks the conversation before it
-- appends; the share lock here makes the check hold against any other writer too.
create function refuse_status_change() returns trigger language plpgsql as $$
begin
  raise exception 'conversation % is %, which never changes', old.id, old.status using errcode = 'restrict_violation';
end $$;
create trigger conversations_terminal_is_final before update on conversations for each row
  when (old.status in ('completed', 'failed', 'cancelled', 'transferred', 'unanswered') and new.status <> old.status)
  execute function refuse_status_change();

create function refuse_item_after_end() returns trigger language plpgsql as $$
begin
  perform from conversations where id = new.conversation_id
    and status in ('token_created', 'triggered', 'ringing', 'in_progress') for share;
  if not found then
    raise exception 'conversation % takes no items', new.conversation_id using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger transcript_items_only_while_active before insert on transcript_items for each row
  execute function refuse_item_after_end();
-- An item never changes. Deleting content is allowed: purge and delete need it.
create function refuse_item_change() returns trigger language plpgsql as $$
begin
  raise exception 'item % of conversation % is written', old.position, old.conversation_id using errcode = 'restrict_violation';
end $$;
create trigger transcript_items_are_final before update on transcript_items for each row
  execute function refuse_item_change();
