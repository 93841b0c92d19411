-- Events of conversations start workflows: what a live trigger wants arrives in the event's own commit.

-- In the transaction of the event, whoever writes it. An organization without such triggers pays for one look into an index.
create function tell_workflows_of_events() returns trigger language plpgsql as $$
begin
  if not exists (select from workflow_triggers t
                 where t.patterns is not null and t.is_live and not t.paused
                   and t.organization_id in (select organization_id from new_events)) then
    return null;
  end if;
  with arrived as (
    insert into workflow_arrivals (organization_id, trigger_id, event_id, conversation_id, place)
    select e.organization_id, t.id, e.id, e.conversation_id, e.sequence
    from new_events e
    join workflow_triggers t on t.organization_id = e.organization_id and matches_event(t.patterns, e.type)
    where t.patterns is not null and t.is_live and not t.paused and not coalesce(e.data @> '{"imported": true}', false)
      and (t.agent_ids is null and t.channels is null
           or exists (select from conversations c where c.id = e.conversation_id
                      and (t.agent_ids is null or c.agent_id::text = any(t.agent_ids))
                      and (t.channels is null or c.channel = any(t.channels))))
    order by e.conversation_id, e.sequence
    returning organization_id, trigger_id
  )
  insert into work_arrivals (kind, owner, subject, organization_id, due_at)
  select distinct 'workflow_arrivals', trigger_id::text, trigger_id::text, organization_id, clock_timestamp() from arrived;
  return null;
end $$;
create trigger events_start_workflows after insert on events referencing new table as new_events
  for each statement execute function tell_workflows_of_events();
