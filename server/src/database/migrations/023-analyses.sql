-- What an analysis finds besides the summary: the newest result with its conversation, earlier ones beside it.
alter table conversations add column analysis jsonb;

create table earlier_analyses (
  conversation_id uuid not null,
  run integer not null,
  organization_id uuid not null,
  result jsonb not null,
  primary key (conversation_id, run)
);

-- A trigger, so that a server of an earlier version erases them too.
create function erase_analyses() returns trigger language plpgsql as $$
begin
  new.analysis := null;
  delete from earlier_analyses where conversation_id = new.id;
  return new;
end $$;
create trigger deletion_erases_analyses before update of deleted_at on conversations
  for each row when (old.deleted_at is null and new.deleted_at is not null) execute function erase_analyses();
