-- Visitors of web widgets: their conversations, what each may still do, and what a widget counts by day.

create table web_widget_conversations ( -- stored with the conversation
  conversation_id uuid primary key,
  organization_id uuid not null,
  widget_id uuid not null references web_widgets,
  user_id text not null, -- of the visitor who started it
  address_hash bytea, -- keyed; null after thirty days
  is_preview boolean not null, -- shown in the console; it has no web_widget_id
  created_at timestamptz not null, -- that of the conversation
  read_position integer not null default -1 -- the last item that the visitor has seen, on any device
);
create index web_widget_conversations_visitor on web_widget_conversations (widget_id, user_id, created_at desc);
create index web_widget_conversations_address on web_widget_conversations (created_at) where address_hash is not null;

-- B3: at most one active conversation for each visitor. The guest and the user of one conversation have a row each.
create table web_widget_active ( -- stored with the conversation
  widget_id uuid not null,
  user_id text not null,
  conversation_id uuid not null,
  organization_id uuid not null,
  primary key (widget_id, user_id)
);
create index web_widget_active_conversation on web_widget_active (conversation_id);

-- A trigger, so that the visitor is free whichever server ends the conversation, also one of an earlier version.
create function free_web_widget_visitor() returns trigger language plpgsql as $$
begin
  delete from web_widget_active where conversation_id = new.id;
  return null;
end $$;
create trigger conversations_free_visitors after update of ended_at on conversations for each row
  when (old.ended_at is null and new.ended_at is not null and new.web_widget_id is not null)
  execute function free_web_widget_visitor();

-- B6: a guest whom the site has signed later. A guest is linked once.
create table web_widget_links ( -- stored with the organization
  widget_id uuid not null,
  guest_id text not null,
  user_id text not null,
  organization_id uuid not null,
  linked_at timestamptz not null default clock_timestamp(),
  primary key (widget_id, guest_id)
);
create index web_widget_links_user on web_widget_links (widget_id, user_id, linked_at);

-- B10
create table web_widget_feedback ( -- stored with the conversation
  conversation_id uuid primary key,
  organization_id uuid not null,
  widget_id uuid not null,
  given_at timestamptz not null default clock_timestamp()
);

-- B8: what an address, a visitor or a conversation has used since it began to count. The subject is a keyed hash.
create table web_widget_allowances ( -- stored with the organization
  widget_id uuid not null,
  subject bytea not null,
  organization_id uuid not null,
  used integer not null,
  until timestamptz not null,
  primary key (widget_id, subject)
);
create index web_widget_allowances_until on web_widget_allowances (until);

-- By day in UTC. What many write at once is inserted, and added up within seconds.
create table web_widget_days ( -- stored with the organization
  widget_id uuid not null,
  day date not null,
  organization_id uuid not null,
  counters jsonb not null,
  primary key (widget_id, day)
);
create table web_widget_deltas ( -- stored with the organization
  id bigint generated always as identity primary key,
  widget_id uuid not null,
  day date not null default (clock_timestamp() at time zone 'UTC')::date,
  organization_id uuid not null,
  counters jsonb not null
);
create index web_widget_deltas_widget on web_widget_deltas (widget_id, day);

-- Which limits were reported as reached.
create table web_widget_reached ( -- stored with the organization
  widget_id uuid not null,
  day date not null,
  limit_name text not null,
  organization_id uuid not null,
  primary key (widget_id, day, limit_name)
);

create function count_web_widget_tokens(widget uuid) returns bigint stable language sql as $$
  select coalesce((select (d.counters ->> 'tokens')::bigint from web_widget_days d
                   where d.widget_id = widget and d.day = (clock_timestamp() at time zone 'UTC')::date), 0)
       + coalesce((select sum((d.counters ->> 'tokens')::bigint) from web_widget_deltas d
                   where d.widget_id = widget and d.day = (clock_timestamp() at time zone 'UTC')::date), 0)::bigint
$$;

-- Takes one of each allowance, or none. In the order of the subjects, so that no two calls deadlock. `refused` is the place of the
-- first that is used up, `wait_seconds` the time until it counts anew.
create function take_web_widget_allowances(
  widget uuid, organization uuid, subjects bytea[], limits integer[], seconds integer[],
  out refused integer, out wait_seconds integer
) language plpgsql as $$
begin
  with taken as (
    insert into web_widget_allowances as a (widget_id, subject, organization_id, used, until)
    select widget, s.subject, organization, 1, clock_timestamp() + make_interval(secs => s.lasts)
    from unnest(subjects, seconds) s (subject, lasts) order by s.subject
    on conflict (widget_id, subject) do update
      set used = case when a.until <= clock_timestamp() then 1 else a.used + 1 end,
          until = case when a.until <= clock_timestamp() then excluded.until else a.until end
    returning a.subject, a.used, a.until
  )
  select s.place, greatest(1, ceil(extract(epoch from taken.until - clock_timestamp()))::integer)
  into refused, wait_seconds
  from taken join unnest(subjects, limits) with ordinality s (subject, most, place) on s.subject = taken.subject
  where taken.used > s.most order by s.place limit 1;
  if refused is not null then
    update web_widget_allowances a set used = a.used - 1 where a.widget_id = widget and a.subject = any(subjects);
  end if;
end $$;

-- For a message. `refused` is 0 where the tokens of the day are used up. Its commit need not wait for the disk: that of the message,
-- which comes after it in the log, does.
create function admit_web_widget_message(
  widget uuid, organization uuid, most_tokens bigint, subjects bytea[], limits integer[], seconds integer[],
  out refused integer, out wait_seconds integer
) language plpgsql as $$
begin
  perform set_config('synchronous_commit', 'off', true);
  if count_web_widget_tokens(widget) >= most_tokens then
    refused := 0;
  else
    select t.refused, t.wait_seconds into refused, wait_seconds
    from take_web_widget_allowances(widget, organization, subjects, limits, seconds) t;
  end if;
end $$;

-- The part of a start that its commit contains: the visitor's one active conversation, then what the widget allows. Whoever is
-- refused must roll back. Starts of a widget, and links of its guests, pass one after another from here to their commit.
create function begin_web_widget_conversation(
  widget uuid, organization uuid, conversation uuid, visitor text, per_day integer, most_active integer,
  most_tokens bigint, subjects bytea[], limits integer[], seconds integer[],
  out outcome text, out active_id uuid, out refused integer, out wait_seconds integer, out is_linked boolean
) language plpgsql as $$
declare
  today date := (clock_timestamp() at time zone 'UTC')::date;
  started bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended('web widget ' || widget, 0));
  insert into web_widget_active (widget_id, user_id, conversation_id, organization_id)
  values (widget, visitor, conversation, organization)
  on conflict (widget_id, user_id) do update set conversation_id = excluded.conversation_id
    where not exists (select from conversations c where c.id = web_widget_active.conversation_id and c.ended_at is null);
  select a.conversation_id into active_id from web_widget_active a where a.widget_id = widget and a.user_id = visitor;
  if active_id <> conversation then
    outcome := 'resumed';
    return;
  end if;
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
  -- Rows are at least as many as conversations, and can be counted in the index.
  elsif (select count(*) from web_widget_active a where a.widget_id = widget) > most_active
    and (select count(distinct a.conversation_id) from web_widget_active a where a.widget_id = widget) > most_active then
    outcome := 'active_conversations';
  elsif count_web_widget_tokens(widget) >= most_tokens then
    outcome := 'tokens_per_day';
  else
    outcome := 'begun';
    is_linked := exists (select from web_widget_links l where l.widget_id = widget and l.guest_id = visitor);
  end if;
end $$;
