-- Webhooks: endpoints, what is to be delivered to each, and the lanes that keep a conversation's deliveries in order.

create table webhook_endpoints (
  id uuid primary key,
  organization_id uuid not null references organizations,
  url text not null,
  description text,
  events text[] not null, -- patterns
  agent_id uuid,
  active boolean not null,
  secret bytea not null, -- sealed, as is the next one
  previous_secret bytea,
  previous_secret_expires_at timestamptz,
  failing_since timestamptz, -- the first failed try after the last success
  disabled_at timestamptz,
  disabled_reason text check (disabled_reason in ('gone', 'failing')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz, -- until the clean-up job has removed its deliveries
  check (not (active and (disabled_at is not null or deleted_at is not null)))
);
create index webhook_endpoints_page on webhook_endpoints (organization_id, created_at, id); -- listWebhookEndpoints
create index webhook_endpoints_active on webhook_endpoints (organization_id) where active; -- every event asks

-- What an event is to one endpoint. The content stays in `events`, and goes with it.
create table webhook_deliveries (
  id uuid primary key,
  endpoint_id uuid not null,
  organization_id uuid not null,
  lane uuid not null, -- deliveries of one lane are made in order: the conversation; itself without one
  conversation_id uuid,
  sequence bigint not null,
  event_id uuid not null,
  type text not null,
  data jsonb, -- of an event that is in no conversation's log
  status text not null default 'pending' check (status in ('pending', 'delivered', 'failed')),
  tries_made integer not null default 0, -- since it was last asked for
  tries jsonb not null default '[]',
  created_at timestamptz not null,
  finished_at timestamptz,
  foreign key (conversation_id, sequence) references events on delete cascade,
  check ((conversation_id is null) = (data is not null)),
  check ((status = 'pending') = (finished_at is null))
);
create index webhook_deliveries_waiting on webhook_deliveries (endpoint_id, lane, sequence, id) where status = 'pending'; -- a lane's head
create index webhook_deliveries_event on webhook_deliveries (conversation_id, sequence); -- deleteConversation
create index webhook_deliveries_page on webhook_deliveries (endpoint_id, created_at, id); -- listWebhookDeliveries
create index webhook_deliveries_age on webhook_deliveries (created_at); -- the clean-up job

-- A lane that has something to deliver. `lease` is drawn from a sequence: a result counts under the lease of its try only.
create sequence webhook_leases;
create table webhook_lanes (
  endpoint_id uuid not null,
  lane uuid not null,
  next_attempt_at timestamptz not null, -- of one that is leased: when its node is taken for dead
  lease bigint,
  primary key (endpoint_id, lane)
);
create index webhook_lanes_due on webhook_lanes (endpoint_id, next_attempt_at);
create index webhook_lanes_any_due on webhook_lanes (next_attempt_at); -- whether there is anything to do

-- Lanes that new deliveries came to. Whoever commits an event only inserts here: no lock of the delivering nodes can hold him up.
create table webhook_arrivals (
  id bigint generated always as identity primary key,
  endpoint_id uuid not null,
  lane uuid not null,
  is_urgent boolean not null default false -- does not wait for the next try that is due
);

create function uuid_by_time() returns uuid language sql volatile as $$
  select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1),
    'hex')::uuid
$$;

create function matches_event(patterns text[], type text) returns boolean language sql immutable strict parallel safe as $$
  select exists (select from unnest(patterns) pattern
    where pattern in ('*', type) or (right(pattern, 2) = '.*' and starts_with(type, left(pattern, -1))))
$$;

-- In the transaction of the event, whoever writes it. An organization without endpoints pays for one look into an index.
create function deliver_events() returns trigger language plpgsql as $$
begin
  -- Hardly anybody has one, and all events of a statement are of one organization.
  if not exists (select from webhook_endpoints w
                 where w.active and w.organization_id = (select organization_id from new_events limit 1)) then
    return null;
  end if;
  with added as (
    insert into webhook_deliveries (id, endpoint_id, organization_id, lane, conversation_id, sequence, event_id, type, created_at)
    select uuid_by_time(), w.id, e.organization_id, e.conversation_id, e.conversation_id, e.sequence, e.id, e.type,
           clock_timestamp()
    from new_events e join webhook_endpoints w on w.organization_id = e.organization_id and w.active
    where matches_event(w.events, e.type)
      and (w.agent_id is null or w.agent_id = (select c.agent_id from conversations c where c.id = e.conversation_id))
    order by e.sequence
    returning endpoint_id, lane
  )
  insert into webhook_arrivals (endpoint_id, lane) select distinct endpoint_id, lane from added;
  return null;
end $$;
create trigger events_are_delivered after insert on events referencing new table as new_events
  for each statement execute function deliver_events();
