-- What the calls of an attempt that was stopped for another node have used, beside its text.
alter table turns add column partial_calls jsonb;
