-- What visitors of web widgets cost: the allowances of many messages are taken together, and the active conversations of a widget are
-- known without counting them.

-- As of the last start, with those that have ended since. No row: they were never counted.
create table web_widget_active_counts ( -- stored with the organization
  widget_id uuid primary key,
  organization_id uuid not null,
  active integer not null
);

-- Those that have ended since. Ends only insert, so they wait for nobody; starts, which pass one after another, subtract.
create table web_widget_freed ( -- stored with the organization
  widget_id uuid not null,
  id bigint generated always as identity,
  organization_id uuid not null,
  primary key (widget_id, id)
);

-- A trigger, so that it counts whichever server frees a visitor. A conversation can have two rows, that of its guest and that of its user.
create function note_freed_web_widget_visitors() returns trigger language plpgsql as $$
begin
  insert into web_widget_freed (widget_id, organization_id)
  select distinct on (g.conversation_id) g.widget_id, g.organization_id from gone g
  where not exists (select from web_widget_active a where a.conversation_id = g.conversation_id);
  return null;
end $$;
create trigger web_widget_active_freed after delete on web_widget_active referencing old table as gone
  for each statement execute function note_freed_web_widget_visitors();

-- One more is active. Returns how many are, exactly if they are more than `most`. Starts of the widget must wait.
create function count_active_web_widget_conversation(widget uuid, organization uuid, most integer) returns integer
language plpgsql as $$
declare
  now_active integer;
  ended integer;
begin
  select c.active + 1 into now_active from web_widget_active_counts c where c.widget_id = widget;
  if not found then
    -- In one statement: what it does not see as ended is subtracted later.
    with gone as (delete from web_widget_freed f where f.widget_id = widget)
    insert into web_widget_active_counts (widget_id, organization_id, active)
    select widget, organization, count(distinct a.conversation_id) from web_widget_active a where a.widget_id = widget
    returning active into now_active;
    return now_active;
  end if;
  with gone as (
    delete from web_widget_freed f where f.widget_id = widget and f.id in (
      select o.id from web_widget_freed o where o.widget_id = widget order by o.id limit greatest(100, now_active - most))
    returning 1
  )
  select count(*) into ended from gone;
  now_active := now_active - ended;
  update web_widget_active_counts c set active = now_active where c.widget_id = widget;
  return now_active;
end $$;

create or replace function begin_web_widget_conversation(
  widget uuid, organization uuid, conversation uuid, visitor text, per_day integer, most_active integer,
  most_tokens bigint, subjects bytea[], limits integer[], seconds integer[],
  out outcome text, out active_id uuid, out refused integer, out wait_seconds integer, out is_linked boolean
) language plpgsql as $$
declare
  today date := (clock_timestamp() at time zone 'UTC')::date;
  is_active boolean;
  started bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended('web widget ' || widget, 0));
  select a.conversation_id, c.id is not null into active_id, is_active from web_widget_active a
  left join conversations c on c.id = a.conversation_id and c.ended_at is null
  where a.widget_id = widget and a.user_id = visitor;
  if is_active then
    outcome := 'resumed';
    return;
  end if;
  if active_id is not null then
    delete from web_widget_active a where a.widget_id = widget and a.user_id = visitor;
  end if;
  insert into web_widget_active (widget_id, user_id, conversation_id, organization_id)
  values (widget, visitor, conversation, organization);
  select t.refused, t.wait_seconds into refused, wait_seconds
  from take_web_widget_allowances(widget, organization, subjects, limits, seconds) t;
  if refused is not null then
    outcome := 'allowance';
    return;
  end if;
  insert into web_widget_days as d (widget_id, day, organization_id, counters)
  values (widget, today, organization, '{"conversations": 1}')
  on conflict (widget_id, day) do update set counters = add_counters(d.counters, excluded.counters)
  returning (counters ->> 'conversations')::bigint into started;
  if started > per_day then
    outcome := 'conversations_per_day';
  elsif count_active_web_widget_conversation(widget, organization, most_active) > most_active then
    outcome := 'active_conversations';
  elsif count_web_widget_tokens(widget) >= most_tokens then
    outcome := 'tokens_per_day';
  else
    outcome := 'begun';
    is_linked := exists (select from web_widget_links l where l.widget_id = widget and l.guest_id = visitor);
  end if;
end $$;

-- Takes for each message one of each of its allowances, or none of them; no two messages may have the same. Returns those that are
-- refused, with the place of the first allowance that is used up: 0 where the tokens of the day are. The commit need not wait for the
-- disk: those of the messages, which come after it in the log, do.
create function admit_web_widget_messages(
  organizations uuid[], widgets uuid[], most_tokens bigint[], subjects bytea[], limits integer[], seconds integer[]
) returns table (call integer, refused integer, wait_seconds integer) language plpgsql as $$
declare
  of_each constant integer := cardinality(subjects) / cardinality(widgets);
  capped integer[];
  over integer[];
  places integer[];
  waits integer[];
begin
  perform set_config('synchronous_commit', 'off', true);
  -- Once for each widget.
  with spent as materialized (
    select w.widget, count_web_widget_tokens(w.widget) as tokens
    from (select distinct u.widget from unnest(widgets, most_tokens) u (widget, most) where u.most is not null) w
  )
  select array_agg(c.n::integer) into capped
  from unnest(widgets, most_tokens) with ordinality c (widget, most, n) join spent on spent.widget = c.widget
  where spent.tokens >= c.most;
  with wanted as (
    select ((s.n - 1) / of_each + 1)::integer as n, ((s.n - 1) % of_each + 1)::integer as place,
           widgets[(s.n - 1) / of_each + 1] as widget, organizations[(s.n - 1) / of_each + 1] as organization,
           s.subject, s.most, s.lasts
    from unnest(subjects, limits, seconds) with ordinality s (subject, most, lasts, n)
  ), taken as (
    insert into web_widget_allowances as a (widget_id, subject, organization_id, used, until)
    select w.widget, w.subject, w.organization, 1, clock_timestamp() + make_interval(secs => w.lasts)
    from wanted w where capped is null or w.n <> all (capped) order by w.widget, w.subject
    on conflict (widget_id, subject) do update
      set used = case when a.until <= clock_timestamp() then 1 else a.used + 1 end,
          until = case when a.until <= clock_timestamp() then excluded.until else a.until end
    returning a.widget_id, a.subject, a.used, a.until
  ), first as (
    select distinct on (w.n) w.n, w.place, greatest(1, ceil(extract(epoch from t.until - clock_timestamp())))::integer as wait
    from wanted w join taken t on t.widget_id = w.widget and t.subject = w.subject
    where t.used > w.most order by w.n, w.place
  )
  select array_agg(f.n order by f.n), array_agg(f.place order by f.n), array_agg(f.wait order by f.n) into over, places, waits
  from first f;
  if over is not null then
    update web_widget_allowances a set used = a.used - 1
    from unnest(subjects) with ordinality s (subject, n)
    where ((s.n - 1) / of_each + 1)::integer = any (over) and a.widget_id = widgets[(s.n - 1) / of_each + 1]
      and a.subject = s.subject;
  end if;
  return query
    select c.n, 0, null::integer from unnest(capped) c (n)
    union all select o.n, o.place, o.wait from unnest(over, places, waits) o (n, place, wait);
end $$;
