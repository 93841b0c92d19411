-- Ratings: what end users say of conversations that have ended.

-- H12: one rating for each conversation. The feedback of a web widget is the same answer.
create table conversation_ratings (
  conversation_id uuid primary key references conversations,
  organization_id uuid not null,
  rating smallint not null check (rating between 1 and 5),
  comment text,
  rated_at timestamptz not null
);

-- A comment goes with the content; the rating with the conversation.
create function erase_rating() returns trigger language plpgsql as $$
begin
  if new.deleted_at is not null then
    delete from conversation_ratings where conversation_id = new.id;
  else
    update conversation_ratings set comment = null where conversation_id = new.id and comment is not null;
  end if;
  return null;
end $$;
create trigger conversations_erase_rating after update of deleted_at, content_purged_at on conversations for each row
  when ((old.deleted_at is null and new.deleted_at is not null)
    or (old.content_purged_at is null and new.content_purged_at is not null))
  execute function erase_rating();
