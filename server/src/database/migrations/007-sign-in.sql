-- Signing in: passwords, identities of an identity provider, sessions, invitations, and how often somebody has tried.

create table passwords (
  user_id uuid primary key references users,
  hash text not null, -- $scrypt$ln=…,r=…,p=…$<salt>$<hash>
  -- By the operator. One that came by an invitation shows that somebody had the link, not that the address is his.
  is_vouched boolean not null,
  changed_at timestamptz not null default now()
);

create table identities (
  issuer text not null,
  subject text not null,
  user_id uuid not null references users,
  created_at timestamptz not null default now(),
  primary key (issuer, subject),
  -- An address that is given to another person brings another subject, which must not get this user.
  unique (user_id, issuer)
);

-- Of a user, in the organization where he is just now, or of an organization key.
create table sessions (
  id uuid primary key,
  token_hash bytea not null unique,
  way text not null check (way in ('password', 'api_key', 'openid')),
  organization_id uuid not null references organizations,
  user_id uuid references users,
  key_id text,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(), -- written once a minute at most
  expires_at timestamptz not null,
  check ((user_id is null) <> (key_id is null))
);
create index sessions_user on sessions (user_id, created_at) where user_id is not null;
create index sessions_key on sessions (key_id, created_at) where key_id is not null;
create index sessions_expired on sessions (expires_at);

create table invitations (
  id uuid primary key,
  organization_id uuid not null references organizations,
  token_hash bytea not null unique,
  email text not null, -- in lower case
  role text not null check (role in ('admin', 'viewer')),
  name text,
  invited_by jsonb not null, -- {type, id, name}
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  unique (organization_id, email)
);
create index invitations_page on invitations (organization_id, created_at, id); -- listInvitations
create index invitations_email on invitations (email); -- who comes with the address proven
create index invitations_expired on invitations (expires_at);

-- A bucket of attempts for each account and each address, kept as the moment when it is full again.
create table sign_in_attempts (
  subject bytea primary key, -- a hash
  full_at timestamptz not null
);
create index sign_in_attempts_full on sign_in_attempts (full_at);
