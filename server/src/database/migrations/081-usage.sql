-- What customers are billed by: each call of a provider is one row. It begins in usage_pending, and one statement moves it to
-- usage_entries and adds it to usage_totals.

create table usage_pending (
  id uuid primary key,
  organization_id uuid not null,
  at timestamptz not null, -- when the call began
  kind text not null,
  purpose text not null,
  agent_id uuid,
  conversation_id uuid,
  turn_id uuid,
  provider text,
  model text, -- as the provider names it
  outcome text check (outcome in ('ok', 'failed', 'interrupted', 'lost')), -- null: the call is open
  input_tokens bigint, -- all of them, also those from a cache and those written to one
  cached_input_tokens bigint,
  cache_write_tokens bigint,
  output_tokens bigint,
  quantity numeric, -- of what is not counted in tokens
  unit text,
  estimated boolean not null default false,
  -- Of an open call: the node that makes it, and when it is over at the latest.
  node_id uuid,
  open_until timestamptz,
  check ((outcome is null) = (open_until is not null))
);
create index usage_pending_of_organization on usage_pending (organization_id);
create index usage_pending_open on usage_pending (open_until) where outcome is null;
-- It is emptied every minute: by its share of the table, a vacuum would never be due.
alter table usage_pending set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
