-- What large organizations need: the age of urgent work, words that go after their dataset, and a count of chunks that is kept.

-- Urgent work is due at -infinity, which says nothing about its age.
alter table work_arrivals add column added_at timestamptz not null default now();
alter table work add column urgent_since timestamptz; -- null: it is not urgent, or was added by a server of an earlier version

-- A dataset can have a million words: they are erased as work, and nobody takes its id meanwhile.
alter table dataset_words drop constraint dataset_words_dataset_id_fkey;

create function leave_dataset_words() returns trigger language plpgsql as $$
begin
  insert into work_arrivals (kind, owner, subject, organization_id, due_at)
  select 'erase_words', old.organization_id, old.id, old.organization_id, clock_timestamp()
  where exists (select from dataset_words where dataset_id = old.id);
  return null;
end $$;
create trigger datasets_leave_words after delete on datasets
  for each row execute function leave_dataset_words();

-- The chunks that an organization has in generations that serve or are being built: the sum of its rows. Changes only add rows, so that
-- they wait for nobody; who counts makes one row of them.
create table held_chunks ( -- stored with the organization
  organization_id uuid not null,
  id bigint not null generated always as identity,
  chunks bigint not null,
  primary key (organization_id, id)
);

create function note_held_chunks() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into held_chunks (organization_id, chunks)
    select organization_id, sum(total_chunks) from added where state in ('building', 'serving')
    group by organization_id having sum(total_chunks) <> 0;
  elsif tg_op = 'DELETE' then
    insert into held_chunks (organization_id, chunks)
    select organization_id, -sum(total_chunks) from removed where state in ('building', 'serving')
    group by organization_id having sum(total_chunks) <> 0;
  else
    insert into held_chunks (organization_id, chunks)
    select organization_id, sum(chunks) from (
      select organization_id, total_chunks as chunks from added where state in ('building', 'serving')
      union all
      select organization_id, -total_chunks from removed where state in ('building', 'serving')
    ) changed group by organization_id having sum(chunks) <> 0;
  end if;
  return null;
end $$;
create trigger generations_added after insert on generations referencing new table as added
  for each statement execute function note_held_chunks();
create trigger generations_changed after update on generations referencing old table as removed new table as added
  for each statement execute function note_held_chunks();
create trigger generations_removed after delete on generations referencing old table as removed
  for each statement execute function note_held_chunks();

-- Nothing changes between the triggers and this.
insert into held_chunks (organization_id, chunks)
select organization_id, sum(total_chunks) from generations where state in ('building', 'serving')
group by organization_id having sum(total_chunks) <> 0;
drop index generations_held;
