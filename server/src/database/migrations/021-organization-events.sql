-- Events of an organization, beside those of its conversations. They are numbered like the feed: a writer cannot know the order of the
-- commits, so it leaves the number open. It is set afterwards, under the lock of the organization's row in `organization_event_feeds`,
-- which no writer takes.

create table organization_events (
  place bigint generated always as identity primary key, -- the order of writing; of one subject also that of the commits
  organization_id uuid not null,
  number bigint,
  id uuid not null,
  type text not null,
  subject uuid not null, -- what it is about: the events of one subject stay in order
  data jsonb not null,
  occurred_at timestamptz not null default clock_timestamp()
);
create unique index organization_events_read on organization_events (organization_id, number) where number is not null;
create index organization_events_waiting on organization_events (organization_id, place) where number is null;
create index organization_events_age on organization_events (occurred_at); -- the clean-up job

create table organization_event_feeds (
  organization_id uuid primary key references organizations,
  last_number bigint not null
);

-- Runs in the transaction of the event. Servers of earlier versions deliver these too: they send the content and the time of the delivery.
create function deliver_organization_events() returns trigger language plpgsql as $$
begin
  -- Few organizations have an endpoint.
  if not exists (select from webhook_endpoints w
                 where w.active and w.organization_id in (select organization_id from new_events)) then
    return null;
  end if;
  with added as (
    insert into webhook_deliveries (id, endpoint_id, organization_id, lane, sequence, event_id, type, data, created_at)
    select uuid_by_time(), w.id, e.organization_id, e.subject, e.place, e.id, e.type, e.data, e.occurred_at
    from new_events e join webhook_endpoints w on w.organization_id = e.organization_id and w.active
    where matches_event(w.events, e.type)
    order by e.place
    returning endpoint_id, lane
  )
  insert into webhook_arrivals (endpoint_id, lane) select distinct endpoint_id, lane from added;
  return null;
end $$;
create trigger organization_events_are_delivered after insert on organization_events referencing new table as new_events
  for each statement execute function deliver_organization_events();
