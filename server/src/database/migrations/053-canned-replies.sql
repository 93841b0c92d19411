-- Canned replies: texts that people use again.
create table canned_replies (
  id uuid primary key,
  organization_id uuid not null,
  shortcut text not null,
  title text not null,
  text text not null,
  team_id uuid references teams on delete set null,
  revision integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index canned_replies_shortcut on canned_replies (organization_id, shortcut);
create index canned_replies_team on canned_replies (team_id) where team_id is not null;
