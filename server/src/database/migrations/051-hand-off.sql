-- People join conversations. Who handles a conversation stands in its row, which T5's trigger reads; the rest of a hand-off stands in a
-- row of its own, which only conversations have that were handed off, given a priority or tagged. Constraints on tables that exist
-- are not checked against their rows, which would block writers. Each of the other tables is changed in a migration of its own
-- (051-hand-off-…), because readers lock several tables in different orders.

alter table conversations add column handled_by text not null default 'agent';
alter table conversations add constraint conversations_handled_by_check
  check (handled_by in ('agent', 'queue', 'person')) not valid;

create table handlings (
  conversation_id uuid primary key references conversations,
  organization_id uuid not null,
  handled_by text not null check (handled_by in ('agent', 'queue', 'person')), -- as in the conversation, for the indexes
  created_at timestamptz not null, -- of the conversation
  ended_at timestamptz, -- of the conversation, by a trigger
  assignee_type text check (assignee_type in ('user', 'external')), -- who holds it; while it waits, to whom it is offered
  assignee_id text,
  assignee_name text,
  team_id uuid,
  reason text,
  text text,
  priority smallint not null default 1 check (priority between 0 and 3), -- low, normal, high, urgent
  tags text[] not null default '{}',
  requests integer not null default 0, -- how often tool, rules and end users have asked for a person
  requested_at timestamptz,
  requested_by jsonb,
  taken_at timestamptz,
  returned_at timestamptz,
  returned_by jsonb,
  returned_position integer, -- the transcript's next position then
  returned_user_turns integer not null default 0, -- user messages until then, which the agent's rules do not count
  waiting_since timestamptz,
  wait_until timestamptz,
  offered_until timestamptz,
  unanswered_since timestamptz,
  unanswered integer not null default 0, -- messages since a person's word
  answering jsonb, -- what the turn of the return was to answer
  snoozed_until timestamptz,
  wake_on_reply boolean not null default true,
  sla jsonb,
  rules jsonb, -- of the team, as they were when the wait began
  awake_since timestamptz, -- since when its holder could have answered: it was taken, or woke
  passed_by text[] not null default '{}', -- who has let an offer of this wait pass
  answered_at timestamptz, -- when a person first answered since the request
  check ((assignee_type is null) = (assignee_id is null)),
  check ((handled_by = 'queue') = (waiting_since is not null and wait_until is not null)), -- H6
  check (handled_by <> 'person' or assignee_id is not null),
  check (offered_until is null or (handled_by = 'queue' and assignee_id is not null))
);
-- Lists of what people handle, by who does, and by tag.
create index handlings_outside on handlings (organization_id, handled_by, created_at) where ended_at is null and handled_by <> 'agent';
create index handlings_tagged on handlings (organization_id, created_at) where ended_at is null and tags <> '{}';
create index handlings_assignee on handlings (organization_id, assignee_id, created_at) where ended_at is null and assignee_id is not null;

-- What waits, in the order in which it is offered, and what a team has.
create index handlings_queue on handlings (organization_id, team_id, priority desc, waiting_since, conversation_id)
  where ended_at is null and handled_by = 'queue';
create index handlings_team on handlings (organization_id, team_id, conversation_id)
  where ended_at is null and handled_by <> 'agent' and team_id is not null;
-- The inbox: by priority and then the longest unanswered; the newest first; and what people took part in that has ended.
create index handlings_inbox on handlings
  (organization_id, (-priority), (coalesce(unanswered_since, 'infinity'::timestamptz)), conversation_id)
  where ended_at is null and handled_by <> 'agent';
create index handlings_newest on handlings (organization_id, created_at desc, conversation_id desc)
  where ended_at is null and handled_by <> 'agent';
create index handlings_ended on handlings (organization_id, ended_at desc, conversation_id desc)
  where ended_at is not null and taken_at is not null;

-- Notes of people; no query about the transcript names this table (H8).
create table conversation_notes (
  id uuid primary key,
  conversation_id uuid not null references conversations,
  organization_id uuid not null,
  text text not null,
  author jsonb not null,
  for_agent boolean not null,
  created_at timestamptz not null,
  edited_at timestamptz
);
create index conversation_notes_listed on conversation_notes (conversation_id, created_at, id);

-- H1. An item of the agent is written only while it handles the conversation, and every item only while the conversation is active
-- (T5). The same row, under the same lock, answers both.
create or replace function refuse_item_after_end() returns trigger language plpgsql as $$
declare
  handler text;
begin
  select handled_by into handler from conversations where id = new.conversation_id
    and status in ('token_created', 'triggered', 'ringing', 'in_progress') for share;
  if not found then
    raise exception 'conversation % takes no items', new.conversation_id using errcode = 'restrict_violation';
  end if;
  if handler <> 'agent' and (new.type <> 'message' or new.role = 'assistant')
    and coalesce(new.author ->> 'type', 'agent') not in ('user', 'system') then
    raise exception 'conversation % is handled by people, so its agent writes nothing', new.conversation_id
      using errcode = 'restrict_violation';
  end if;
  return new;
end $$;

-- H1. A conversation leaves its agent only when no turn is open; and who handled it when it ended never changes.
create function refuse_leaving() returns trigger language plpgsql as $$
begin
  if old.ended_at is not null then
    raise exception 'conversation % has ended, so who handles it never changes', old.id using errcode = 'restrict_violation';
  end if;
  if old.handled_by = 'agent' and exists (
    select from turns where conversation_id = old.id and status = 'running'
    union all select from turns where conversation_id = old.id and status = 'queued') then
    raise exception 'conversation % has an open turn, so its agent cannot be left', old.id using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger conversations_leave_their_agent before update of handled_by on conversations for each row
  when (old.handled_by <> new.handled_by) execute function refuse_leaving();

-- A server of before hand-off would end by the rules of the agent what people handle. One that knows hand-off has written the row of
-- the hand-off in the same transaction.
create function refuse_end_by_rules() returns trigger language plpgsql as $$
begin
  if not exists (select from handlings where conversation_id = old.id and xmin::text = (pg_current_xact_id()::text::bigint % 4294967296)::text)
  then
    raise exception 'conversation % is handled by people, so the rules of its agent do not end it', old.id
      using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger conversations_end_by_people before update of ended_at on conversations for each row
  when (old.handled_by <> 'agent' and old.ended_at is null and new.end_reason in ('inactivity', 'max_duration', 'max_turns'))
  execute function refuse_end_by_rules();

-- A trigger, so that nobody waits for people in a conversation that any server has ended.
create function end_handling() returns trigger language plpgsql as $$
begin
  update handlings set ended_at = new.ended_at where conversation_id = new.id;
  return null;
end $$;
create trigger conversations_end_handling after update of ended_at on conversations for each row
  when (old.ended_at is null and new.ended_at is not null) execute function end_handling();

-- What people wrote about a conversation goes with its content, whichever server purges or deletes it.
create function erase_handling() returns trigger language plpgsql as $$
begin
  delete from conversation_notes where conversation_id = new.id;
  if new.deleted_at is not null then
    delete from handlings where conversation_id = new.id;
  else
    update handlings set text = null, tags = '{}', requested_by = null, returned_by = null where conversation_id = new.id;
  end if;
  return null;
end $$;
create trigger conversations_erase_handling after update of deleted_at, content_purged_at on conversations for each row
  when ((old.deleted_at is null and new.deleted_at is not null)
    or (old.content_purged_at is null and new.content_purged_at is not null))
  execute function erase_handling();
