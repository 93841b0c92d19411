-- What was asked of knowledge bases in turns, what the model was shown of them, and what its texts cite. Part of the conversation:
-- redacted, purged and erased with it.

create table retrievals ( -- stored with the conversation
  conversation_id uuid not null references conversations,
  turn_id uuid not null,
  id uuid not null,
  organization_id uuid not null,
  kind text not null check (kind in ('implicit', 'action', 'tool')),
  call_id text,
  query text,
  retrieval_mode text,
  degraded jsonb not null,
  outcome text not null check (outcome in ('found', 'nothing', 'skipped', 'failed', 'timed_out')),
  chunks jsonb not null, -- best first; without their text
  latency_ms integer not null,
  created_at timestamptz not null,
  primary key (conversation_id, turn_id, id)
);

-- One row for each dataset that a retrieval searched.
create table dataset_retrievals ( -- stored with the conversation
  dataset_id uuid not null,
  created_at timestamptz not null,
  retrieval_id uuid not null,
  organization_id uuid not null,
  conversation_id uuid not null references conversations,
  turn_id uuid not null,
  outcome text not null, -- of the search in this dataset
  best_score double precision,
  primary key (dataset_id, created_at, retrieval_id)
);
create index dataset_retrievals_conversation on dataset_retrievals (conversation_id); -- what is erased with it

alter table turns
  add column retrievals integer not null default 0, -- how many it has, so that turns without any are not looked up
  add column partial_retrievals jsonb; -- beside partial_text: what its attempt had found, and what the text cites
alter table transcript_items add column citations jsonb;
