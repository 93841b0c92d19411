-- What a turn costs the database, however long its conversation is and however many of its agent's turns begin at once.

-- A foreign key locks the row that it finds: every turn of an agent wrote to the one row of its version. A published version never
-- changes and is never deleted (agent_versions_published_is_final), so that looking is enough.
alter table turns drop constraint turns_agent_version_id_fkey;
create function require_published_version() returns trigger language plpgsql as $$
begin
  if not exists (select from agent_versions where id = new.agent_version_id and published) then
    raise exception 'turn % has no published version', new.id using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
create trigger turns_have_a_version after insert or update of agent_version_id on turns
  for each row execute function require_published_version();

-- The few turns that are not final: what every change of a conversation looks at under its lock, and what the sweep looks for. A
-- lease that is renewed touches no index.
create index turns_open on turns (conversation_id, sequence) where status in ('queued', 'running');
drop index turns_waiting;
drop index turns_lease;
alter table turns set (fillfactor = 80);
