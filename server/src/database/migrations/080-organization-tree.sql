-- Organizations form a tree: a partner has children, and sees what it may of all below it (P4). The tables keep the tree: ancestors always
-- follow from parents, and no organization is below itself.

alter table organizations
  add column parent_id uuid,
  add column ancestors uuid[] not null default '{}', -- from the topmost to the parent
  add column status text not null default 'active',
  add column deleted_at timestamptz, -- its credentials are refused and its data is being removed; the row keeps the slug
  add column created_by uuid, -- the user who created it for themselves
  add constraint organizations_parent foreign key (parent_id) references organizations not valid,
  add constraint organizations_status check (status in ('active', 'suspended')) not valid;

-- One change of the tree at a time, as long as its transaction lasts. Before the lock of any row of organizations.
create function lock_organization_tree() returns void language sql volatile as $$
  select pg_advisory_xact_lock(7275013)
$$;

create function refuse_place(rule text) returns void language plpgsql as $$
begin
  raise exception 'the place in the tree of organizations breaks the rule %', rule
    using errcode = 'check_violation', constraint = rule;
end $$;

-- Whatever is written to `ancestors`, they are those of the parent and the parent.
create function place_organization() returns trigger language plpgsql as $$
declare
  parent organizations;
  moved bigint := 1;
begin
  new.ancestors := '{}';
  if new.parent_id is null then return new; end if;
  perform lock_organization_tree();
  -- Who deletes the parent holds its row, and finds this child afterwards; or is found here.
  select * into parent from organizations where id = new.parent_id for share;
  if parent.id is null then perform refuse_place('organizations_parent'); end if;
  if parent.deleted_at is not null and new.deleted_at is null then perform refuse_place('organizations_parent_deleted'); end if;
  if parent.id = new.id or new.id = any(parent.ancestors) then perform refuse_place('organizations_no_cycle'); end if;
  new.ancestors := parent.ancestors || parent.id;
  if cardinality(new.ancestors) > 8 then perform refuse_place('organizations_depth'); end if;
  if tg_op = 'UPDATE' then
    if new.parent_id is not distinct from old.parent_id then return new; end if;
    moved := 1 + (select count(*) from organizations where ancestors @> array[new.id] and deleted_at is null);
    if old.ancestors[1] = new.ancestors[1] then moved := 0; end if;
  end if;
  if (select count(*) from organizations where parent_id = parent.id and deleted_at is null) >= 1000 then
    perform refuse_place('organizations_children');
  end if;
  -- The topmost has the most below it.
  if moved + (select count(*) from organizations where ancestors @> array[new.ancestors[1]] and deleted_at is null) > 10000 then
    perform refuse_place('organizations_subtree');
  end if;
  return new;
end $$;
create trigger organizations_have_a_place before insert or update of parent_id, ancestors on organizations
  for each row execute function place_organization();

-- Level by level: each child's own trigger reads the parent as it is now.
create function place_children() returns trigger language plpgsql as $$
begin
  update organizations set ancestors = '{}' where parent_id = new.id;
  return null;
end $$;
create trigger organizations_take_children_along after update of parent_id, ancestors on organizations
  for each row when (old.ancestors is distinct from new.ancestors) execute function place_children();
