-- For how long the oldest work of each kind waits: for the operator, every few seconds, however much there is.
create index concurrently work_age on work (kind, (case when due_at = '-infinity' then urgent_since else due_at end)) where ready;
