-- In the commit that ends an execution, whoever ends it: the conversation that waits for it is worked on at once.
create function begin_conversation_after() returns trigger language plpgsql as $$
begin
  insert into work_arrivals (kind, owner, subject, organization_id, due_at)
  select 'begin_conversation', b.conversation_id::text, b.conversation_id::text, b.organization_id, '-infinity'
  from workflow_beginnings b where b.execution_id = new.id and b.applied_at is null;
  if found then perform pg_notify('parley', 'work begin_conversation'); end if;
  return null;
end $$;
create trigger workflow_executions_begin after update of finished_at on workflow_executions for each row
  when (old.finished_at is null and new.finished_at is not null and new.trigger_type = 'pre_call' and new.conversation_id is not null)
  execute function begin_conversation_after();
