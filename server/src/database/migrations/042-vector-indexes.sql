-- Indexes of pgvector for large datasets. The extension is optional, so nothing here needs it: the table of each index is made while the
-- server runs, and what concerns these tables is in functions whose text PostgreSQL reads when they are called.

create table vector_indexes ( -- stored with the dataset
  number integer primary key generated always as identity, -- its table is near_vectors_<number>
  organization_id uuid not null,
  dataset_id uuid not null,
  space_id uuid not null,
  unique (dataset_id, space_id)
);

-- How many chunks of the generation, in order, are in the dataset's index.
alter table signed_generations add column indexed integer not null default 0;

-- The index of a dataset in a space; makes what is missing of it. Nobody else uses its table before the commit.
create function make_vector_index(for_organization uuid, for_dataset uuid, for_space uuid, dimension integer) returns integer
language plpgsql as $$
declare
  made integer;
begin
  select number into made from vector_indexes i
  where i.organization_id = for_organization and i.dataset_id = for_dataset and i.space_id = for_space;
  -- An extension that is dropped takes the column with it, and one that comes back does not bring it.
  if made is not null and exists (
    select from pg_attribute a join pg_type t on t.oid = a.atttypid
    where a.attrelid = to_regclass('near_vectors_' || made) and a.attname = 'vector' and t.typname = 'halfvec'
  ) then
    return made;
  end if;
  if made is not null then
    perform drop_vector_index(made);
  end if;
  insert into vector_indexes (organization_id, dataset_id, space_id)
  values (for_organization, for_dataset, for_space) returning number into made;
  execute format('create table near_vectors_%s (
    generation bigint not null, position integer not null, vector halfvec(%s) not null, primary key (generation, position))', made, dimension);
  execute format('create index on near_vectors_%s using hnsw (vector halfvec_ip_ops) with (m = 32, ef_construction = 128)', made);
  return made;
end $$;

create function drop_vector_index(index_number integer) returns void language plpgsql as $$
declare
  dropped vector_indexes;
begin
  delete from vector_indexes where number = index_number returning * into dropped;
  update signed_generations s set indexed = 0 from generations g
  where g.number = s.generation and g.dataset_id = dropped.dataset_id and s.space_id = dropped.space_id and s.indexed > 0;
  execute format('drop table if exists near_vectors_%s', index_number);
end $$;

create function add_near_vectors(index_number integer, of_generation bigint, positions integer[], vectors text[]) returns void
language plpgsql as $$
begin
  execute format('insert into near_vectors_%s (generation, position, vector)
    select $1, new.position, new.vector::halfvec from unnest($2, $3) new (position, vector) on conflict do nothing', index_number)
  using of_generation, positions, vectors;
end $$;

-- At most so many; answers how many there were.
create function erase_near_vectors(index_number integer, of_generation bigint, most integer) returns integer language plpgsql as $$
declare
  erased integer := 0;
begin
  if to_regclass('near_vectors_' || index_number) is not null then
    execute format('delete from near_vectors_%1$s where generation = $1 and position = any(array(
      select position from near_vectors_%1$s where generation = $1 limit $2))', index_number) using of_generation, most;
    get diagnostics erased = row_count;
  end if;
  return erased;
end $$;

-- The nearest of the given generations. The index is read on until there are enough of them, or until pgvector's own bound. Vectors of
-- length 1 are as near by their inner product as by their cosine.
create function near_vectors(index_number integer, query text, generations bigint[], most integer)
returns table (generation bigint, "position" integer) language plpgsql as $$
begin
  perform set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', least(2 * most, 1000)::text, true);
  return query execute format('select near.generation, near.position
    from (select n.generation, n.position from near_vectors_%s n order by n.vector <#> $1::halfvec offset 0) near
    where near.generation = any($2) limit $3', index_number) using query, generations, most;
end $$;
