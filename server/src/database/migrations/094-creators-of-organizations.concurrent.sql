-- How many organizations a user has created.
create index concurrently organizations_creator on organizations (created_by) where created_by is not null;
