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

-- Whoever writes something sealed holds the key until his commit; a rotation waits for all of them, and whoever comes after it has
-- lost the key. A lock of its own is fair: on the row of `installation` writers would starve the rotation.
create function hold_secret_key(fingerprint text) returns boolean language plpgsql volatile as $$
begin
  perform pg_advisory_xact_lock_shared(7275012);
  return exists (select from installation where secret_key_fingerprint = fingerprint);
end $$;

create function replace_secret_key(fingerprint text) returns void language plpgsql volatile as $$
begin
  perform pg_advisory_xact_lock(7275012);
  update installation set secret_key_fingerprint = fingerprint;
end $$;
