-- Vectors whose chunks went before their source: a delete of the source has to find them. And tries of a re-embedding are counted with
-- the dataset, so that another model begins with its first.

alter table vectors add column left_source_id uuid; -- whose chunks had the text last; null: a chunk has it
create index vectors_left on vectors (left_source_id) where left_source_id is not null; -- erase_vectors

alter table datasets add column embedding_tries integer not null default 0; -- that failed since its spaces changed, or a vector was stored
