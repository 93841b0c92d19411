-- What searches of knowledge bases read: which generations serve, an inverted index of their words, and the signs of their vectors.

-- Words need extensions that a role may be unable to create. Without them knowledge bases are unavailable, and the rest of the server
-- runs; it asks again, so that an administrator can create them later.
create function prepare_knowledge() returns boolean language plpgsql as $$
declare
  language name;
begin
  perform pg_advisory_xact_lock(7275102);
  create extension if not exists unaccent;
  create extension if not exists pg_trgm;
  for language in
    select c.cfgname from pg_ts_config c join pg_namespace n on n.oid = c.cfgnamespace
    where n.nspname = 'pg_catalog'
      and not exists (select from pg_ts_config own where own.cfgname = 'parley_' || c.cfgname and pg_ts_config_is_visible(own.oid))
  loop
    execute format('create text search configuration parley_%1$s (copy = pg_catalog.%1$s)', language);
    execute format('alter text search configuration parley_%1$s alter mapping for word, hword, hword_part with unaccent, %2$s',
      language, case when language = 'simple' then 'simple' else language || '_stem' end);
  end loop;
  return true;
exception
  when insufficient_privilege or undefined_file or feature_not_supported or undefined_object or read_only_sql_transaction then
    return false;
end $$;

-- Notices say only that an extension is there already.
set local client_min_messages = warning;
select prepare_knowledge();

alter table generations add column words bigint not null default 0; -- of all its chunks, headings twice

-- The generations that searches use, in a form that is quick to read: kept by a trigger, so that it is always what
-- dataset_sources.serving_generation says.
create table searched_generations ( -- stored with the dataset
  dataset_id uuid not null,
  number bigint not null,
  organization_id uuid not null,
  generation_id uuid not null,
  source_id uuid not null,
  language text not null,
  chunks integer not null,
  words bigint not null,
  primary key (dataset_id, number)
);

create function follow_serving_generation() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' and old.serving_generation is not null then
    delete from searched_generations s using generations g
    where g.id = old.serving_generation and s.dataset_id = old.dataset_id and s.number = g.number;
  end if;
  if tg_op <> 'DELETE' and new.serving_generation is not null then
    insert into searched_generations
    select new.dataset_id, g.number, g.organization_id, g.id, g.source_id, g.language, g.total_chunks, g.words
    from generations g where g.id = new.serving_generation and g.organization_id = new.organization_id;
  end if;
  return null;
end $$;
create trigger dataset_sources_serve after insert or delete or update of serving_generation, dataset_id on dataset_sources
  for each row execute function follow_serving_generation();

-- The words of a dataset by a hash of the dataset and the word, and how many of its searched chunks have each.
create table dataset_words ( -- stored with the dataset
  dataset_id uuid not null references datasets on delete cascade,
  organization_id uuid not null,
  word integer not null,
  text text,
  chunks integer not null default 0,
  grams integer[], -- hashes of the dataset and each trigram, for words that are misspelt
  primary key (dataset_id, word)
) with (fillfactor = 80);
create index dataset_words_grams on dataset_words using gin (grams) with (gin_pending_list_limit = 256); -- words like one that the dataset lacks

-- Which chunks of a batch have a word, packed (knowledge/rules/postings.ts), some sixty words in a row: a row for each word would be
-- mostly what a row and its key need by themselves.
create table word_groups ( -- stored with the dataset
  generation bigint not null,
  first integer not null, -- the position of the batch's first chunk
  part integer not null,
  words integer[] not null, -- in order
  chunks smallint[] not null, -- how many of the batch have each
  begins smallint[] not null, -- where the postings of each begin in data, and at last its length
  data bytea not null,
  primary key (generation, first, part)
) with (toast_tuple_target = 8160); -- a row stays whole
-- A list of pending entries would be read by every search.
create index word_groups_words on word_groups using gin (words) with (fastupdate = off); -- the chunks that have a word

-- What the signs of vectors are taken from: the mean of vectors of the space.
create table vector_centres ( -- stored with the organization
  number integer primary key generated always as identity,
  organization_id uuid not null,
  space_id uuid not null references embedding_spaces,
  mean bytea, -- float32; null: zero
  vectors integer not null, -- of which it is the mean
  unique (space_id, vectors)
);

create table signed_generations ( -- stored with the dataset
  generation bigint not null,
  space_id uuid not null,
  organization_id uuid not null,
  centre integer not null references vector_centres,
  signed integer not null default 0, -- chunks before this position have their signs
  is_complete boolean not null default false,
  primary key (generation, space_id)
);
create index signed_generations_space on signed_generations (space_id); -- how many vectors a space has

-- The signs of a chunk's vector, seen from the centre. Narrow: a search reads all of a dataset.
create table chunk_signs ( -- stored with the dataset
  generation bigint not null,
  centre integer not null,
  position integer not null,
  length real not null, -- of the difference from the centre
  along real not null, -- inner product of the vector and the centre
  bits bit varying not null,
  primary key (generation, centre, position)
);
alter table chunk_signs alter column bits set storage plain;

-- A vector of up to 2,000 dimensions stays in its row: a search reads some hundred of them.
alter table vectors set (toast_tuple_target = 8160);
