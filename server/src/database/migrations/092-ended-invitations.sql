-- What became of invitations. Servers of before know only those that are open, which stay where they are.

alter table invitations add column invited_from uuid; -- the organization of the inviter, if another one: a partner of this one

create table ended_invitations ( -- stored with the directory
  id uuid primary key,
  organization_id uuid not null,
  token_hash bytea not null unique, -- so that the holder of the link learns that it is closed
  email text not null,
  role text not null,
  name text,
  invited_by jsonb not null,
  invited_from uuid,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  state text not null check (state in ('accepted', 'declined', 'expired', 'revoked')),
  ended_at timestamptz not null default clock_timestamp()
);
create index ended_invitations_page on ended_invitations (organization_id, state, created_at, id);
create index ended_invitations_time on ended_invitations (ended_at);
-- A final state is final.
create trigger ended_invitations_are_final before update on ended_invitations for each row execute function refuse_change();
