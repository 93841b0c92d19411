-- Secrets of organizations. A value is sealed for its organization and name, so no row can stand in for another.

create table secrets (
  organization_id uuid not null references organizations,
  name text not null,
  value bytea not null, -- sealed
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  primary key (organization_id, name)
);
create index secrets_page on secrets (organization_id, created_at, name); -- listSecrets
