-- What has been counted: each call once, with the price that it had, and sums by the hour.

create table usage_entries ( -- stored with the organization
  id uuid primary key, -- of its row in usage_pending
  organization_id uuid not null,
  at timestamptz not null,
  kind text not null,
  purpose text not null,
  agent_id uuid,
  conversation_id uuid,
  turn_id uuid,
  provider text,
  model text,
  outcome text not null check (outcome in ('ok', 'failed', 'interrupted', 'lost')),
  input_tokens bigint,
  cached_input_tokens bigint,
  cache_write_tokens bigint,
  output_tokens bigint,
  quantity numeric,
  unit text,
  estimated boolean not null,
  cost numeric, -- null: it had no price
  price_id uuid,
  unpriced_tokens bigint not null, -- of a correction, those that have a price now count as negative
  corrects uuid, -- of a correction: the entry whose cost it changes
  check ((kind = 'correction') = (corrects is not null))
);
create index usage_entries_page on usage_entries (organization_id, at, id); -- listUsageEntries, corrections, and the clean-up
create index usage_entries_conversation on usage_entries (conversation_id) where conversation_id is not null; -- cost of conversations and turns
create index usage_entries_corrected on usage_entries (corrects) where corrects is not null; -- what an entry costs by now

-- Deletions are those of old entries, and of organizations.
create function refuse_change_of_usage() returns trigger language plpgsql as $$
begin
  raise exception 'an entry of usage never changes' using errcode = 'restrict_violation';
end $$;
create trigger usage_entries_fixed before update on usage_entries for each row execute function refuse_change_of_usage();

create table usage_totals ( -- stored with the organization
  organization_id uuid not null,
  hour timestamptz not null, -- of UTC
  agent_id uuid,
  kind text not null,
  purpose text not null,
  provider text,
  model text,
  outcome text not null,
  unit text,
  entries bigint not null,
  input_tokens bigint not null,
  cached_input_tokens bigint not null,
  cache_write_tokens bigint not null,
  output_tokens bigint not null,
  quantity numeric not null,
  cost numeric not null,
  unpriced_tokens bigint not null,
  constraint usage_totals_key unique nulls not distinct (organization_id, hour, kind, purpose, agent_id, provider, model, outcome, unit)
) with (fillfactor = 70);

-- What a caller has asked to price again; work takes one batch of entries after the other.
create table usage_recalculations ( -- stored with the organization
  organization_id uuid primary key,
  from_at timestamptz not null,
  to_at timestamptz not null,
  after_at timestamptz not null, -- the entry before the next batch
  after_id uuid not null,
  requested_at timestamptz not null default clock_timestamp()
);
