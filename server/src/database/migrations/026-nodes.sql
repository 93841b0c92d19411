-- Nodes that hold a lock for as long as they live, and what each of them works on: another node takes that over as soon as the lock is
-- free. Nodes of earlier versions have no row, so their leases run out as before.

create sequence node_locks as integer;
create table nodes (
  id uuid primary key,
  lock integer not null, -- of the session that it holds now: a new one for each session
  server_started_at timestamptz not null -- of the PostgreSQL that granted it: a restart frees all locks
);

alter table work add column node_id uuid; -- of the lease; null: of a node of an earlier version
alter table webhook_lanes add column node_id uuid;
