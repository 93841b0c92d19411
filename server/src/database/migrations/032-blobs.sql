-- Blobs: bytes behind a port. A row is committed before its bytes and outlives them, so no store holds what no row names.

create table blobs (
  id uuid primary key,
  organization_id uuid not null references organizations,
  store text not null check (store in ('postgres', 's3')), -- where its parts are
  key uuid not null, -- what its parts are called there; a move to another store changes it
  part_bytes integer not null, -- of each part but the last
  parts integer not null default 0, -- begun; those of a stored blob are all there
  state text not null default 'writing' check (state in ('writing', 'stored', 'deleting')),
  bytes bigint, -- counted in blob_usage; null until it is stored
  sha256 bytea,
  uses integer not null default 0 check (uses >= 0), -- rows that refer to it
  expires_at timestamptz, -- when it is deleted; null: something refers to it
  created_at timestamptz not null default now(),
  check ((uses = 0) = (expires_at is not null)),
  check (state <> 'stored' or (bytes is not null and sha256 is not null))
);
create index blobs_expired on blobs (organization_id, expires_at) where expires_at is not null; -- what is to be deleted

create index blobs_s3 on blobs (id) where store = 's3'; -- a start without S3; a move out of it

create table blob_parts (
  key uuid not null,
  position integer not null,
  bytes bytea not null,
  primary key (key, position)
);
-- Most files are compressed already.
alter table blob_parts alter column bytes set storage external;

-- The bytes that an organization has stored: a limit that is checked without reading its rows.
create table blob_usage (
  organization_id uuid primary key references organizations,
  bytes bigint not null check (bytes >= 0)
);

create index sources_upload on sources (upload_expires_at) where upload_expires_at is not null; -- files that never came
