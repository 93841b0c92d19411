-- All below an organization.
create index concurrently organizations_descendants on organizations using gin (ancestors);
