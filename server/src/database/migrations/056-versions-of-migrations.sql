-- Which Parley ran a migration, so that an older one can name it; null: one of before this column.
alter table kysely_migration add column version text;
