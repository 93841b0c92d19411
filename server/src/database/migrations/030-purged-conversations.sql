-- Events with smaller numbers are purged: they are shown to nobody, and removed bit by bit. Null for what an earlier version purged at once.
alter table conversations add column purged_before bigint;
