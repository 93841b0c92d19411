-- How long a conversation's content is kept, counted from its end (null: forever), and when it was purged. Set at birth, as `redaction` is.
alter table conversations add column content_days integer, add column content_purged_at timestamptz;

-- A trigger, so that it is purged whichever server ends or imports it, also one of an earlier version.
create function purge_after_end() returns trigger language plpgsql as $$
begin
  insert into work_arrivals (kind, owner, subject, organization_id, due_at)
  values ('purge_content', coalesce(new.agent_id, new.organization_id)::text, new.id::text, new.organization_id,
          new.ended_at + new.content_days * interval '24 hours');
  return null;
end $$;
create trigger conversations_are_purged after update of ended_at on conversations for each row
  when (old.ended_at is null and new.ended_at is not null and new.content_days is not null and new.end_reason <> 'deleted')
  execute function purge_after_end();

-- A final turn never changes, except that a purge removes the text of its error: its outcome and counts stay.
create or replace trigger turns_final before update on turns
  for each row when (old.status in ('completed', 'failed', 'cancelled')
    and (new.error is not null or to_jsonb(new) - 'error' <> to_jsonb(old) - 'error'))
  execute function refuse_change();
