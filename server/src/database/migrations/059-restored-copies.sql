-- What restoring a backup does to rows of several rooms. Here, because a backup is restored with the tables of the Parley that made it.

-- Tables of pgvector are in no backup.
create function forget_vector_indexes() returns void language sql as $$
  delete from vector_indexes;
  update signed_generations set indexed = 0 where indexed > 0;
$$;

-- Whatever waits to be done stays, and is not due; but columns are filled, which contacts nobody. What is standing becomes due again when a
-- server starts.
create function put_off_work() returns void language sql as $$
  -- Not stuck either: that would be tried again after an hour.
  update work set due_at = 'infinity', ready = false, lease = null, node_id = null, again_at = null, urgent_since = null, stuck_at = null
  where kind not in (select name from backfills);
  update work_arrivals set due_at = 'infinity' where kind not in (select name from backfills);
$$;

-- A copy that contacts nobody. What waits for an endpoint is not sent when that is switched on later.
create function pause_copy() returns void language sql as $$
  update webhook_endpoints set active = false, updated_at = now() where active;
  update webhook_deliveries set status = 'failed', finished_at = now() where status = 'pending';
  delete from webhook_lanes;
  delete from webhook_arrivals;
  -- Chunks are not sent to a model that can be called here and not in the original.
  update datasets set vectors_awaited_at = 'infinity' where vectors_awaited_at is not null;
  select put_off_work();
  -- Not before anything that is here, also where this database has an earlier time than the original.
  update installation set paused_at = greatest(clock_timestamp(),
    (select max(queued_at) from turns where status in ('queued', 'running')),
    (select max(created_at) from blobs where store = 's3'));
$$;
