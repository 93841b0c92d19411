-- Inactivity: since when a conversation is silent, and the timer that every active conversation has.

-- Null: since its last activity. A turn that fails ends a silence without an item; a warning is an item that does not.
alter table conversation_progress add column silent_since timestamptz, add column warned_at timestamptz;

-- In the commit that creates it, whoever does: nodes of the version before do not know timers. Deferred, because an ended
-- conversation is imported as an active one and closed in the same transaction. No rule is due before a second has passed; then a
-- node looks up which ones there are.
create function start_conversation_timer() returns trigger language plpgsql as $$
begin
  insert into work_arrivals (kind, owner, subject, organization_id, due_at)
  select 'conversation_timer', id::text, id::text, organization_id, clock_timestamp() + interval '1 second'
  from conversations where id = new.id and ended_at is null;
  return null;
end $$;
create constraint trigger conversations_start_timer after insert on conversations deferrable initially deferred
  for each row when (new.ended_at is null) execute function start_conversation_timer();

-- One that a node is working on stays, and is removed by that node. Nothing waits for a lock here.
create function stop_conversation_timer() returns trigger language plpgsql as $$
begin
  delete from work where (kind, owner, subject) in
    (select kind, owner, subject from work
     where kind = 'conversation_timer' and owner = new.id::text and subject = new.id::text and lease is null
     for update skip locked);
  return null;
end $$;
create trigger conversations_stop_timer after update of ended_at on conversations
  for each row when (old.ended_at is null and new.ended_at is not null) execute function stop_conversation_timer();

-- The conversations that are active now, found by their index: nobody can write meanwhile.
insert into work_arrivals (kind, owner, subject, organization_id, due_at)
select 'conversation_timer', c.id::text, c.id::text, c.organization_id, clock_timestamp() + interval '1 second'
from organizations o cross join unnest(array['token_created', 'triggered', 'ringing', 'in_progress']) active (status)
  cross join lateral (select id, organization_id from conversations
                      where organization_id = o.id and status = active.status and deleted_at is null offset 0) c;
