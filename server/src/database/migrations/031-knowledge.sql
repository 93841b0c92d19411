-- Knowledge bases: datasets, sources and their contents, attachments, and the generations of chunks that searches use.

create table datasets ( -- stored with the organization
  id uuid primary key,
  organization_id uuid not null references organizations,
  name text not null,
  description text,
  embedding_model text, -- as asked, `model` or `provider/model`; null: the server's default
  embedding_dimension integer, -- as asked; null: the model's own
  language text not null default 'auto',
  chunking jsonb,
  space_id uuid, -- whose vectors searches use; null: there are none yet
  next_space_id uuid, -- being filled, until every chunk has a vector there
  reembedding_status text check (reembedding_status in ('running', 'failed')),
  reembedding_error text,
  creation_hash bytea, -- of the body that created it under an id of the caller's
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((next_space_id is null) = (reembedding_status is null))
);
create index datasets_page on datasets (organization_id, created_at, id); -- listDatasets

-- A new organization has one. Those that exist get it now.
create function create_default_dataset() returns trigger language plpgsql as $$
begin
  insert into datasets (id, organization_id, name) values (gen_random_uuid(), new.id, 'Default');
  return null;
end $$;
create trigger organizations_create_dataset after insert on organizations
  for each row execute function create_default_dataset();
insert into datasets (id, organization_id, name) select gen_random_uuid(), id, 'Default' from organizations;

create table sources ( -- stored with the organization
  id uuid primary key,
  organization_id uuid not null references organizations,
  type text not null check (type in ('FILE', 'URL')),
  name text not null,
  domain text,
  upload_status text not null check (upload_status in ('PENDING', 'IN_PROGRESS', 'COMPLETE', 'FAILED')),
  upload_expires_at timestamptz, -- of the address for its file; null: it is closed
  upload_blob_id uuid, -- the last whole file that was sent, until it becomes a content
  file_size bigint, -- as announced, then as measured
  description text,
  metadata jsonb not null default '{}',
  chunking jsonb,
  url_crawl_options jsonb,
  parent_source_id uuid references sources on delete cascade, -- its crawl found this page
  revision integer not null default 0, -- of the newest content
  status text not null default 'pending' check (status in ('pending', 'converting_to_markdown', 'ready', 'failed')),
  reason_code text,
  reason text,
  tries integer not null default 0,
  refresh_interval_hours integer,
  next_refresh_at timestamptz,
  creation_hash bytea,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((status = 'failed') = (reason_code is not null))
);
create index sources_page on sources (organization_id, created_at, id); -- listSources
create index sources_parent on sources (parent_source_id) where parent_source_id is not null; -- pages of a crawl

-- What a source says in one revision. Its text is a blob too: it can be as large as the file.
create table source_contents ( -- stored with the organization
  source_id uuid not null references sources on delete cascade,
  revision integer not null,
  organization_id uuid not null,
  blob_id uuid not null,
  media_type text, -- as its bytes say, after conversion
  bytes bigint not null,
  hash bytea not null, -- SHA-256 of the bytes
  text_blob_id uuid, -- null: not converted yet
  text_hash bytea,
  page_starts integer[], -- where each page of a PDF begins in the text, in characters
  characters integer,
  language text,
  warnings text[] not null default '{}',
  created_at timestamptz not null default now(),
  converted_at timestamptz,
  primary key (source_id, revision)
);

-- A source in a dataset.
create table dataset_sources ( -- stored with the organization
  id uuid primary key,
  organization_id uuid not null,
  dataset_id uuid not null references datasets on delete cascade,
  source_id uuid not null references sources on delete cascade,
  chunking jsonb, -- null: the source's, else the dataset's
  attached_by text not null default 'caller' check (attached_by in ('caller', 'crawl')),
  wish integer not null default 1, -- goes up with each reason to build anew; only a build of the newest wish may serve
  status text not null default 'pending'
    check (status in ('pending', 'converting_to_markdown', 'chunking', 'embedding', 'ready', 'failed')),
  reason_code text,
  reason text,
  tries integer not null default 0,
  next_try_at timestamptz,
  serving_generation uuid, -- what searches use; null: nothing
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (dataset_id, source_id),
  check ((status = 'failed') = (reason_code is not null))
);
create index dataset_sources_page on dataset_sources (dataset_id, created_at, id); -- listDatasetSources
create index dataset_sources_source on dataset_sources (source_id); -- what a source's change concerns

-- All chunks of one attachment from one content and one chunking. Rows outlive their attachment until their chunks are erased.
create table generations ( -- stored with the organization
  id uuid primary key,
  number bigint not null unique generated always as identity, -- a short key for what searches read
  organization_id uuid not null,
  dataset_id uuid not null,
  source_id uuid not null,
  dataset_source_id uuid not null,
  revision integer not null,
  wish integer not null,
  chunking jsonb not null,
  language text not null, -- the stemmer of its words
  state text not null default 'building' check (state in ('building', 'serving', 'replaced', 'gone')),
  total_chunks integer not null default 0,
  processed_chunks integer not null default 0,
  reused_chunks integer not null default 0,
  created_at timestamptz not null default now(),
  ended_at timestamptz -- when it was replaced, or gone
);
create index generations_attachment on generations (dataset_source_id); -- what an attachment leaves behind
create index generations_ended on generations (ended_at) where ended_at is not null; -- what is to be erased

create table chunks ( -- stored with the organization
  id uuid primary key,
  organization_id uuid not null,
  generation_id uuid not null references generations,
  position integer not null,
  content text not null,
  heading_path text[] not null,
  page integer,
  url text,
  characters integer not null,
  text_hash bytea not null, -- SHA-256 of what is embedded: equal texts share a vector
  unique (generation_id, position)
);
