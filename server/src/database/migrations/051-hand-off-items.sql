-- A reply is rated after it is written: its metrics then have a `confidence`, once. Nothing else of an item ever changes.
create or replace trigger transcript_items_are_final before update on transcript_items for each row
  when (to_jsonb(new) - 'metrics' <> to_jsonb(old) - 'metrics' or old.metrics ? 'confidence' or old.metrics is null
    or new.metrics - 'confidence' is distinct from old.metrics)
  execute function refuse_item_change();
