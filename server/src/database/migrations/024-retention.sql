-- How long a conversation's content is kept, counted from its end (null: forever), and when it was purged. Set at birth, as `redaction` is.
alter table conversations add column content_days integer, add column content_purged_at timestamptz;

-- A final turn never changes, except that a purge removes the text of its error: its outcome and counts stay.
create or replace trigger turns_final before update on turns
  for each row when (old.status in ('completed', 'failed', 'cancelled')
    and (new.error is not null or to_jsonb(new) - 'error' <> to_jsonb(old) - 'error'))
  execute function refuse_change();
