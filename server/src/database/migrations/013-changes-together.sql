-- Changes of several conversations are written by one statement, which may be of several organizations.
create or replace function deliver_events() returns trigger language plpgsql as $$
begin
  -- Hardly anybody has one.
  if not exists (select from webhook_endpoints w
                 where w.active and w.organization_id in (select organization_id from new_events)) then
    return null;
  end if;
  with added as (
    insert into webhook_deliveries (id, endpoint_id, organization_id, lane, conversation_id, sequence, event_id, type, created_at)
    select uuid_by_time(), w.id, e.organization_id, e.conversation_id, e.conversation_id, e.sequence, e.id, e.type,
           clock_timestamp()
    from new_events e join webhook_endpoints w on w.organization_id = e.organization_id and w.active
    where matches_event(w.events, e.type)
      and (w.agent_id is null or w.agent_id = (select c.agent_id from conversations c where c.id = e.conversation_id))
    order by e.conversation_id, e.sequence
    returning endpoint_id, lane
  )
  insert into webhook_arrivals (endpoint_id, lane) select distinct endpoint_id, lane from added;
  return null;
end $$;
