-- Embeddings: spaces, vectors by the hash of their text, and which generations are complete.

-- Provider, model and dimension of one organization: its vectors are compared with no others.
create table embedding_spaces ( -- stored with the organization
  id uuid primary key,
  organization_id uuid not null references organizations,
  provider text not null,
  model text not null,
  asked_dimension integer, -- null: the model's own
  dimension integer, -- null: not known before the first vector
  created_at timestamptz not null default now(),
  unique nulls not distinct (organization_id, provider, model, asked_dimension),
  unique (organization_id, id)
);

-- One vector for each text, whatever it is part of.
create table vectors ( -- stored with the organization
  organization_id uuid not null,
  space_id uuid not null,
  text_hash bytea not null, -- SHA-256
  vector bytea not null, -- float32, little-endian, of length 1
  used_at timestamptz not null default clock_timestamp(), -- when a generation last needed it
  primary key (space_id, text_hash),
  foreign key (organization_id, space_id) references embedding_spaces (organization_id, id)
);
-- Vectors do not become smaller by compression.
alter table vectors alter column vector set storage external;
create index vectors_unused on vectors (used_at); -- remove_unused_vectors

-- A text that is being embedded now, so that nobody else asks for the same vector.
create table embedding_claims ( -- stored with the organization
  organization_id uuid not null,
  space_id uuid not null references embedding_spaces,
  text_hash bytea not null,
  holder uuid not null, -- the work, whatever node has it
  expires_at timestamptz not null,
  primary key (space_id, text_hash)
);

-- How far a generation has its vectors in a space.
create table generation_spaces ( -- stored with the organization
  organization_id uuid not null,
  generation_id uuid not null references generations on delete cascade,
  space_id uuid not null references embedding_spaces,
  done_chunks integer not null default 0,
  made_chunks integer not null default 0, -- of these, for which a vector was asked for
  completed_at timestamptz, -- every chunk has its vector, and searches can find it
  is_awaited boolean not null default false, -- its model cannot be called: it may serve without vectors
  primary key (generation_id, space_id)
);

-- Chunks of the dataset lack vectors: when to look next for a model that can be called.
alter table datasets add column vectors_awaited_at timestamptz;
create index datasets_awaiting_vectors on datasets (vectors_awaited_at) where vectors_awaited_at is not null; -- find_embedding_models
