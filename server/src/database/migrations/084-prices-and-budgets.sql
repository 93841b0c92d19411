-- What calls cost, from a time on. A price never changes; a newer one takes its place.

create table prices ( -- stored with the organization; those of the installation everywhere
  id uuid primary key,
  organization_id uuid references organizations, -- null: of the installation
  kind text not null,
  model text not null, -- provider/model; empty: calls without a model
  input numeric check (input >= 0), -- for 1,000,000 tokens, as the other three
  cached_input numeric check (cached_input >= 0),
  cache_write numeric check (cache_write >= 0),
  output numeric check (output >= 0),
  tiers jsonb, -- with decimal text, by above_input_tokens
  unit_price numeric check (unit_price >= 0),
  valid_from timestamptz not null,
  locked boolean not null,
  created_at timestamptz not null default clock_timestamp()
);
-- the price of a call; one price of an owner at a time
create unique index prices_choice on prices (kind, model, organization_id, valid_from) nulls not distinct;
create index prices_page on prices (organization_id, created_at, id); -- listPrices

-- Budgets, what was spent of each in its periods, and which events each has caused.

create table budgets ( -- stored with the organization
  id uuid primary key,
  organization_id uuid not null references organizations,
  set_by uuid not null, -- the organization, or the ancestor that set it
  name text not null,
  agent_id uuid, -- null: all of the organization
  subtree boolean not null, -- also all organizations below
  unit text not null check (unit in ('cost', 'tokens', 'messages', 'conversations')),
  amount numeric not null check (amount > 0),
  period text not null check (period in ('month', 'day', 'week', 'total')),
  time_zone text not null,
  warn_at numeric[] not null,
  stop boolean not null,
  message text,
  active boolean not null,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  check (not subtree or agent_id is null)
);
create index budgets_page on budgets (organization_id, created_at, id); -- listBudgets; which budgets a call counts towards
create index budgets_stopping on budgets (id) where stop and active; -- what each node looks at every second

-- The periods are made by a server, which knows the time zones, before anything is counted in them.
create table budget_periods ( -- stored with the organization
  budget_id uuid not null references budgets on delete cascade,
  organization_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  spent numeric not null default 0,
  primary key (budget_id, starts_at)
) with (fillfactor = 50);

-- An event is written with its mark, so that there is one.
create table budget_marks ( -- stored with the organization
  budget_id uuid not null references budgets on delete cascade,
  organization_id uuid not null,
  starts_at timestamptz not null, -- of the period
  type text not null check (type in ('budget.warned', 'budget.stopped', 'budget.resumed')),
  threshold numeric not null, -- what had to be spent
  at timestamptz not null default clock_timestamp(),
  primary key (budget_id, starts_at, type, threshold)
);
