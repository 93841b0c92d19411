-- The children of an organization, newest first; and the reference to the parent.
create index concurrently organizations_children on organizations (parent_id, created_at, id) where parent_id is not null;
