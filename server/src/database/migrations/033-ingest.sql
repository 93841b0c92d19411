-- How generations of chunks are built, and how what searches no longer use is erased.

alter table generations
  add column cut_at timestamptz, -- all of its chunks are stored
  add column is_indexed boolean not null default true; -- the words and signs that searches read are there
create index generations_erasable on generations (organization_id, number)
  where state = 'gone' or (state = 'replaced' and is_indexed); -- erase_chunks
create index generations_held on generations (organization_id)
  where state in ('building', 'serving'); -- the chunks of an organization

create index chunks_text on chunks (organization_id, text_hash); -- whether a text is still used

create index dataset_sources_changed on dataset_sources (dataset_id, updated_at); -- streamDatasetProgress
create index dataset_sources_unfinished on dataset_sources (updated_at)
  where status not in ('ready', 'failed'); -- what makes no progress
create index sources_unfinished on sources (updated_at)
  where status not in ('ready', 'failed'); -- what makes no progress

-- Readers of a dataset's progress look when one of its attachments has changed. Of one transaction they hear once.
create function announce_dataset_progress() returns trigger language plpgsql as $$
begin
  perform pg_notify('parley', 'dataset_progress ' || dataset_id) from (select distinct dataset_id from changed) each;
  return null;
end $$;
create trigger dataset_sources_added after insert on dataset_sources referencing new table as changed
  for each statement execute function announce_dataset_progress();
create trigger dataset_sources_changed after update on dataset_sources referencing new table as changed
  for each statement execute function announce_dataset_progress();
create trigger dataset_sources_removed after delete on dataset_sources referencing old table as changed
  for each statement execute function announce_dataset_progress();
