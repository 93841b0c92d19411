-- Organizations form a tree: a partner has children, and sees what it may of all below it.

alter table organizations
  add column parent_id uuid references organizations,
  -- From the topmost to the parent.
  add column ancestors uuid[] not null default '{}',
  add column status text not null default 'active' check (status in ('active', 'suspended')),
  -- Its credentials are refused and its data is being removed; the row keeps the slug.
  add column deleted_at timestamptz;

create index organizations_children on organizations (parent_id, created_at, id) where parent_id is not null;
create index organizations_descendants on organizations using gin (ancestors);
