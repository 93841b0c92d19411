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
