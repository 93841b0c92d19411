-- Ids that the database makes rise from microsecond to microsecond: twelve bits after the millisecond are its fraction. Deliveries of events
-- of one commit have the time of the commit, and are listed by their ids.

create or replace function uuid_by_time() returns uuid language sql volatile as $$
  select (overlay(lpad(to_hex(floor(extract(epoch from clock_timestamp()) * 4096000)::bigint), 15, '0') placing '7' from 13 for 0)
    || right(gen_random_uuid()::text, 17))::uuid
$$;
