-- Triggers of workflows, what they have fired, and the events that wait for them. Only workflows/triggers writes these tables.

create table workflow_triggers ( -- stored with the organization
  id uuid primary key,
  organization_id uuid not null,
  workflow_id uuid not null,
  step_id text not null,
  type text not null,
  version integer not null, -- the live one, or the one that was live last
  is_live boolean not null,
  paused boolean not null default false,
  cron text, -- of a timer
  timezone text,
  next_at timestamptz, -- null: offline, paused, or never again
  last_execution_id uuid, -- of its last time, for `overlap`
  token_digest bytea, -- of a webhook: SHA-256
  token bytea, -- sealed
  patterns text[], -- the events that it wants
  agent_ids text[], -- null: of all agents
  channels text[], -- null: on all channels
  created_at timestamptz not null default clock_timestamp(),
  foreign key (organization_id, workflow_id) references workflows (organization_id, id) on delete cascade,
  unique (workflow_id, step_id),
  check ((type = 'timer') = (cron is not null and timezone is not null)),
  check ((type = 'webhook') = (token is not null and token_digest is not null)),
  check ((type in ('event', 'post_call')) = (patterns is not null))
);
create unique index workflow_triggers_token on workflow_triggers (token_digest) where token_digest is not null;
create index workflow_triggers_page on workflow_triggers (organization_id, created_at, id); -- listWorkflowTriggers, one for each filter
create index workflow_triggers_type on workflow_triggers (organization_id, type, created_at, id);
create index workflow_triggers_live on workflow_triggers (organization_id, is_live, created_at, id);
-- every event asks
create index workflow_triggers_listening on workflow_triggers (organization_id)
  where patterns is not null and is_live and not paused;
-- every creation of a conversation asks
create index workflow_triggers_before on workflow_triggers (organization_id)
  where type = 'pre_call' and is_live and not paused;

-- One commit with the execution that it started.
create table workflow_fires ( -- stored with the organization
  id uuid primary key,
  organization_id uuid not null,
  trigger_id uuid not null references workflow_triggers on delete cascade,
  at timestamptz not null default clock_timestamp(),
  scheduled_at timestamptz, -- of a timer; null: fired by hand
  dedupe bytea, -- SHA-256 of what tells repeated requests; null: nothing, or its time is over
  dedupe_until timestamptz,
  outcome text not null check (outcome in ('started', 'duplicate', 'skipped', 'refused')),
  reason text,
  execution_id uuid,
  check ((outcome in ('started', 'duplicate')) = (execution_id is not null))
);
create unique index workflow_fires_time on workflow_fires (trigger_id, scheduled_at) where scheduled_at is not null; -- W9
create unique index workflow_fires_request on workflow_fires (trigger_id, dedupe) where dedupe is not null; -- W9
create index workflow_fires_page on workflow_fires (trigger_id, at, id); -- listWorkflowFires, one for each filter
create index workflow_fires_outcome on workflow_fires (trigger_id, outcome, at, id);
create index workflow_fires_age on workflow_fires (at); -- retention

-- Events that a live trigger wants, until a job has judged them: none is lost. Their content stays where it is.
create table workflow_arrivals ( -- stored with the organization
  id bigint generated always as identity primary key,
  organization_id uuid not null,
  trigger_id uuid not null references workflow_triggers on delete cascade,
  event_id uuid not null,
  conversation_id uuid, -- null: an event of the organization
  place bigint not null -- its number in the conversation's log, or its place among the organization's events
);
create index workflow_arrivals_next on workflow_arrivals (trigger_id, id);

-- Conversations that begin when an execution has ended, or when their time is over.
create table workflow_beginnings ( -- stored with the organization
  conversation_id uuid primary key,
  organization_id uuid not null,
  execution_id uuid, -- null: it could not be started
  due_at timestamptz not null, -- then it begins without it
  rejects boolean not null, -- it does not begin if the execution fails
  applied_at timestamptz -- null: not yet
);
create index workflow_beginnings_execution on workflow_beginnings (execution_id) where applied_at is null; -- the end of the execution
create index workflow_beginnings_age on workflow_beginnings (applied_at) where applied_at is not null; -- retention
