-- In the commit that ends a conversation, or in the one of its first analysis, whoever makes it: what its agent has executed afterwards.
create function follow_conversation() returns trigger language plpgsql as $$
begin
  if exists (select from agent_versions v where v.id = new.agent_version_id and v.config ->> 'post_conversation_workflow' is not null)
     and not exists (select from events e where e.conversation_id = new.id and e.sequence = 1 and e.data @> '{"imported": true}') then
    insert into work_arrivals (kind, owner, subject, organization_id, due_at)
    values ('follow_conversation', coalesce(new.agent_id, new.organization_id)::text, new.id::text, new.organization_id, clock_timestamp());
  end if;
  return null;
end $$;
create trigger conversations_are_followed after update of ended_at on conversations for each row
  when (old.ended_at is null and new.ended_at is not null and new.end_reason <> 'deleted' and new.agent_version_id is not null)
  execute function follow_conversation();
create trigger conversations_are_followed_after_analysis after update of analysis_status on conversations for each row
  when (old.analysis_status in ('queued', 'running') and new.analysis_status not in ('queued', 'running') and new.analysis_run = 1
    and new.ended_at is not null and new.deleted_at is null and new.content_purged_at is null and new.agent_version_id is not null)
  execute function follow_conversation();
