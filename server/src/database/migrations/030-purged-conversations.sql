-- Events with smaller numbers are purged: they are shown to nobody, and removed bit by bit. Null for what an earlier version purged at once.
alter table conversations add column purged_before bigint;

-- A trigger, so that a server of an earlier version cannot bring content back either. A deletion writes none.
create function refuse_content() returns trigger language plpgsql as $$
begin
  raise exception 'the content of conversation % was purged; it takes no more', old.id using errcode = 'restrict_violation';
end $$;
create trigger purged_conversations_stay_empty before update on conversations for each row
  when (old.content_purged_at is not null and (new.content_purged_at is null or new.custom_metadata <> '{}'
    or num_nonnulls(new.to_address, new.from_address, new.subject, new.initial_context, new.recording_details, new.summary, new.analysis) > 0
    or new.analysis_status in ('queued', 'running')))
  execute function refuse_content();
