-- The audit log. Each entry's hash covers the one before it, so a change of any of them can be found. The chain of an organization, or of
-- the installation (all zeros), is locked by whoever appends to it: its numbers have no hole, and a rolled-back change leaves none.

create table audit_chains ( -- stored with organization
  organization_id uuid primary key,
  last_sequence bigint not null default 0,
  last_hash bytea not null default decode(repeat('00', 32), 'hex'),
  -- Entries up to this one are gone by age. Its hash remains, for the next one.
  purged_sequence bigint not null default 0,
  purged_hash bytea not null default decode(repeat('00', 32), 'hex'),
  check (purged_sequence <= last_sequence)
);

create table audit_entries ( -- stored with organization
  organization_id uuid not null,
  sequence bigint not null,
  occurred_at timestamptz not null,
  action text not null,
  actor_id text,
  target_type text,
  target_id text,
  via text not null,
  outcome text not null,
  entry text not null, -- all of it as JSON: what the hash covers
  hash bytea not null,
  primary key (organization_id, sequence)
);
create index audit_entries_actor on audit_entries (organization_id, actor_id, sequence);
create index audit_entries_action on audit_entries (organization_id, action, sequence);
create index audit_entries_target on audit_entries (organization_id, target_id, sequence);
create index audit_entries_target_type on audit_entries (organization_id, target_type, sequence);
create index audit_entries_via on audit_entries (organization_id, via, sequence);
create index audit_entries_outcome on audit_entries (organization_id, outcome, sequence);
create index audit_entries_time on audit_entries (organization_id, occurred_at);
create index audit_entries_age on audit_entries (occurred_at);

create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'entries of the audit log never change';
end
$$;

-- A restore empties all tables before it fills them: of an empty database.
create function guard_audit_table() returns trigger language plpgsql as $$
declare is_used boolean;
begin
  execute format('select exists (select from %I)', tg_table_name) into is_used;
  if is_used then
    raise exception 'entries of the audit log never change';
  end if;
  return null;
end
$$;

-- Only what the chain has marked as purged can go.
create function guard_audit_entry() returns trigger language plpgsql as $$
begin
  if exists (select from audit_chains c where c.organization_id = old.organization_id and old.sequence <= c.purged_sequence) then
    return old;
  end if;
  raise exception 'entries of the audit log never change';
end
$$;

create function guard_audit_chain() returns trigger language plpgsql as $$
begin
  if new.organization_id <> old.organization_id
     or new.last_sequence not in (old.last_sequence, old.last_sequence + 1)
     or (new.last_sequence = old.last_sequence and new.last_hash <> old.last_hash)
     or new.purged_sequence < old.purged_sequence
     or (new.purged_sequence = old.purged_sequence and new.purged_hash <> old.purged_hash)
     or (new.purged_sequence > old.purged_sequence and new.purged_hash is distinct from
          (select e.hash from audit_entries e where e.organization_id = old.organization_id and e.sequence = new.purged_sequence)) then
    raise exception 'a chain of the audit log only grows';
  end if;
  return new;
end
$$;

create trigger audit_entries_stay before update on audit_entries for each row execute function refuse_audit_change();
create trigger audit_entries_remain before delete on audit_entries for each row execute function guard_audit_entry();
create trigger audit_entries_whole before truncate on audit_entries for each statement execute function guard_audit_table();
create trigger audit_chains_grow before update on audit_chains for each row execute function guard_audit_chain();
create trigger audit_chains_remain before delete on audit_chains for each row execute function refuse_audit_change();
create trigger audit_chains_whole before truncate on audit_chains for each statement execute function guard_audit_table();
