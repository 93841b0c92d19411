-- Which Parley a node runs: what only older ones use is removed when none of them lives. Null: one of before this column.
alter table nodes add column version text;

-- Columns that are filled in batches, beside running servers, by the migration of that name.
create table backfills ( -- stored with each database
  name text primary key,
  after text, -- where the last batch ended; null: at the beginning
  rows bigint not null default 0,
  begun_at timestamptz not null default now(),
  ended_at timestamptz
);

-- In the transaction of the migration, whose name is the kind of the work. On a new database there is nothing to fill.
create function begin_backfill(migration text, is_needed boolean) returns void language plpgsql as $$
begin
  insert into backfills (name, ended_at) values (migration, case when is_needed then null else now() end);
  if is_needed then
    insert into work_arrivals (kind, owner, subject, due_at) values (migration, 'all', '', clock_timestamp());
  end if;
end $$;
