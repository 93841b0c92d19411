-- Teams of people who answer, and who of them is available. A table that refers to one in use locks it, so these refer to one at most.

create table teams (
  id uuid primary key,
  organization_id uuid not null,
  key text not null,
  name text not null,
  is_default boolean not null,
  settings jsonb not null, -- the rest of it, as the API shows it, with all defaults
  revision integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz, -- it is gone once everything in it has moved
  move_to uuid -- of a deleted one: the team that was named
);
create unique index teams_key on teams (organization_id, key) where deleted_at is null;
create unique index teams_default on teams (organization_id) where is_default and deleted_at is null;
create index teams_listed on teams (organization_id, created_at, id) where deleted_at is null;

create table team_members (
  team_id uuid not null references teams on delete cascade,
  user_id uuid not null references users on delete cascade,
  organization_id uuid not null,
  primary key (team_id, user_id)
);
create index team_members_user on team_members (organization_id, user_id);

-- Whether members can be given conversations. A row is written often and has no index but its key.
create table people (
  organization_id uuid not null,
  user_id uuid not null references users on delete cascade,
  availability text not null default 'away' check (availability in ('away', 'available')),
  available_since timestamptz, -- when they last said so
  seen_at timestamptz, -- when they were last heard of
  offered_at timestamptz, -- when they last had an offer
  primary key (organization_id, user_id)
) with (fillfactor = 70);

-- What has happened in hand-offs, for statistics and for offers that are missed: nothing of what anybody said. Never changed.
create table handling_facts (
  id bigint generated always as identity primary key,
  organization_id uuid not null,
  at timestamptz not null,
  kind text not null check (kind in ('requested', 'declined', 'taken', 'answered', 'offer_declined', 'offer_expired', 'wait_expired',
    'abandoned', 'rated')),
  agent_id uuid,
  team_id uuid,
  user_id uuid,
  seconds real, -- taken: of the wait; answered: until the first response
  rating smallint
);
create index handling_facts_time on handling_facts (organization_id, at);
create index handling_facts_offers on handling_facts (organization_id, user_id, at)
  where kind in ('offer_expired', 'offer_declined', 'taken');

-- The teams of a member have something to give, because the member has room or is there: those in which something waits.
create function route_teams_of(organization uuid, member text) returns void language sql as $$
  insert into work_arrivals (kind, owner, subject, organization_id, due_at)
  select 'route_team', tm.team_id::text, tm.team_id::text, organization, clock_timestamp()
  from team_members tm where tm.organization_id = organization and tm.user_id::text = member
    and exists (select from handlings h where h.organization_id = organization and h.team_id = tm.team_id
                and h.handled_by = 'queue' and h.ended_at is null)
$$;

-- Who looks at a conversation, or types in it: nothing that has to outlive a crash. Rows lapse, and are removed a little later.
create unlogged table conversation_presence (
  conversation_id uuid not null,
  person text not null, -- `user <id>`, `external <id>`, `end_user`
  organization_id uuid not null,
  type text not null check (type in ('user', 'external', 'end_user')),
  person_id text,
  name text,
  seen_at timestamptz not null,
  typing_until timestamptz,
  primary key (conversation_id, person)
) with (fillfactor = 70);
create index conversation_presence_organization on conversation_presence (organization_id, conversation_id);
