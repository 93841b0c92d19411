-- Partners who look at a child organization, by its consent. A view that has ended has no row.

create table partner_views ( -- stored with the directory
  id uuid primary key,
  organization_id uuid not null, -- that is looked at
  partner_id uuid not null,
  user_id uuid not null, -- who looks
  key_id text unique, -- of the token; null: of a session
  secret_hash bytea,
  reason text not null,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  check ((key_id is null) = (secret_hash is null))
);
create index partner_views_organization on partner_views (organization_id);
create index partner_views_partner on partner_views (partner_id);
create index partner_views_user on partner_views (user_id);
create index partner_views_expired on partner_views (expires_at);

alter table sessions add column view_id uuid; -- what the session looks at; of an ended view: nothing any more
