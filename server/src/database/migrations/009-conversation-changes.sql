-- The feed of an organization's conversations: which have changed, in the order in which readers can see it. A writer cannot
-- know that order, since it is the order of the commits; so it leaves the number open, and it is given afterwards, under the lock
-- of the organization's row in `conversation_feeds`, which no writer takes.

create table conversation_changes (
  id bigint generated always as identity primary key,
  organization_id uuid not null,
  conversation_id uuid not null,
  number bigint,
  created_at timestamptz not null default clock_timestamp()
);
create unique index conversation_changes_read on conversation_changes (organization_id, number) where number is not null;
create index conversation_changes_waiting on conversation_changes (organization_id, id) where number is null;
create index conversation_changes_age on conversation_changes (created_at); -- the clean-up job

create table conversation_feeds (
  organization_id uuid primary key references organizations,
  last_number bigint not null
);

-- In the transaction of the event, whoever writes it.
create function note_conversation_change() returns trigger language plpgsql as $$
begin
  insert into conversation_changes (organization_id, conversation_id) values (new.organization_id, new.conversation_id);
  return null;
end $$;
-- One that is started as it is created has changed once.
create trigger events_change_conversations after insert on events for each row
  when (starts_with(new.type, 'conversation.') and (new.type <> 'conversation.started' or new.sequence > 2))
  execute function note_conversation_change();
