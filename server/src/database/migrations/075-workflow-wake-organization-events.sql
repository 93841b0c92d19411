-- Events of an organization start workflows, too.

-- Those of an agent only are of conversations.
create function tell_workflows_of_organization_events() returns trigger language plpgsql as $$
begin
  if not exists (select from workflow_triggers t
                 where t.patterns is not null and t.is_live and not t.paused
                   and t.organization_id in (select organization_id from new_events)) then
    return null;
  end if;
  with arrived as (
    insert into workflow_arrivals (organization_id, trigger_id, event_id, place)
    select e.organization_id, t.id, e.id, e.place
    from new_events e
    join workflow_triggers t on t.organization_id = e.organization_id and matches_event(t.patterns, e.type)
    where t.patterns is not null and t.is_live and not t.paused and t.agent_ids is null and t.channels is null
    order by e.place
    returning organization_id, trigger_id
  )
  insert into work_arrivals (kind, owner, subject, organization_id, due_at)
  select distinct 'workflow_arrivals', trigger_id::text, trigger_id::text, organization_id, clock_timestamp() from arrived;
  return null;
end $$;
create trigger organization_events_start_workflows after insert on organization_events referencing new table as new_events
  for each statement execute function tell_workflows_of_organization_events();
