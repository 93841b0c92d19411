-- The keys by which conversations are searched begin with their organization: a look-up must not take longer because another one has
-- what is looked for. The upper half of each key is the organization's, the lower half is what is looked for.
-- (These functions name no other of ours: an index is made with nothing in the search path.)

-- Every piece of one to three characters, lower case.
create function text_keys(organization uuid, value text) returns bigint[] language sql immutable strict parallel safe as $$
  select coalesce(array_agg((o.hash & -4294967296)
    | (hashtextextended(substr(v.text, start, size) collate "C", o.hash) & 4294967295)), '{}')
  from (select uuid_hash_extended(organization, 0) as hash) o, (select lower(value) as text) v,
    generate_series(1, length(v.text)) start, generate_series(1, 3) size
  where start + size - 1 <= length(v.text)
$$;
-- Those that a value must have in order to contain `part`.
create function text_part_keys(organization uuid, part text) returns bigint[] language sql immutable strict parallel safe as $$
  select coalesce(array_agg(distinct (o.hash & -4294967296)
    | (hashtextextended(substr(p.text, start, 3) collate "C", o.hash) & 4294967295)), '{}')
  from (select uuid_hash_extended(organization, 0) as hash) o, (select lower(part) as text) p,
    generate_series(1, greatest(length(p.text) - 2, 1)) start
$$;

-- Every value that is no object and no array, with the outermost name that it has. Equal values have one hash, however they are written.
create function metadata_keys(organization uuid, metadata jsonb) returns bigint[] language sql immutable strict parallel safe as $$
  select coalesce(array_agg((o.hash & -4294967296)
    | (jsonb_hash_extended(leaf, hashtextextended(field.key collate "C", o.hash)) & 4294967295)), '{}')
  from (select uuid_hash_extended(organization, 0) as hash) o, jsonb_each(metadata) field,
    jsonb_path_query(field.value, 'strict $.** ? (@.type() != "object" && @.type() != "array")') leaf
$$;

-- Beside those they replace, which the next migration drops: to drop an index locks readers out, and this one reads a large table. They
-- are not dropped at the end of it, since what has locked a row waits to write it, and the drop would wait for what holds that lock.
create index conversations_user_keys on conversations using gin (text_keys(organization_id, user_id))
  with (gin_pending_list_limit = 128) where deleted_at is null;
create index conversations_agent_number_keys on conversations using gin (text_keys(organization_id, agent_number))
  with (gin_pending_list_limit = 128) where deleted_at is null;
create index conversations_metadata_keys on conversations using gin (metadata_keys(organization_id, custom_metadata))
  with (gin_pending_list_limit = 128) where deleted_at is null;
alter index conversations_user_keys alter column 1 set statistics 1000;
alter index conversations_agent_number_keys alter column 1 set statistics 1000;
