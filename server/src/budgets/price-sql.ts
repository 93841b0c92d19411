// The SQL that finds the price of calls and adds them up: the same text for rows that are moved, corrected and still waiting. All of it is
// exact, since PostgreSQL calculates with decimals.

/** What a call is, in usage_pending and usage_entries. */
export const callColumns = [
  ...['id', 'organization_id', 'at', 'kind', 'purpose', 'agent_id', 'conversation_id', 'turn_id', 'provider', 'model'],
  ...['outcome', 'input_tokens', 'cached_input_tokens', 'cache_write_tokens', 'output_tokens', 'quantity', 'unit'],
  'estimated',
] as const

export const columnsOf = (alias: string) => callColumns.map((name) => `${alias}.${name}`).join(', ')

/** As prices name it. */
const modelOf = (alias: string) => `coalesce(${alias}.provider || '/' || ${alias}.model, '')`

const rates = ['input', 'cached_input', 'cache_write', 'output'] as const
const priceColumns = [...rates, 'tiers', 'unit_price']

/**
 * CTEs that end in `priced`: the rows of `source` with `cost`, `price_id` and `unpriced_tokens`. Few prices are in force for the calls of one
 * model, so they are found once for each model and stretch of time, not for each call. A call without a price keeps its row.
 */
export const pricing = (source: string) => `called as materialized (
    select c.organization_id, c.kind, ${modelOf('c')} as name, min(c.at) as first_at, max(c.at) as last_at
    from ${source} c group by 1, 2, 3
  ), candidates as materialized (
    select c.organization_id, c.kind, c.name, c.first_at, p.*
    from called c join organizations o on o.id = c.organization_id
    cross join lateral (
      select p.id as price_id, p.organization_id as owner_id, p.valid_from, p.locked, 0 as depth, ${listed('p')} from prices p
      where p.kind = c.kind and p.model = c.name and p.organization_id is null and p.valid_from <= c.last_at
      union all
      select p.id, p.organization_id, p.valid_from, p.locked and p.organization_id <> o.id,
             array_position(o.ancestors || o.id, p.organization_id), ${listed('p')}
      from prices p
      where p.kind = c.kind and p.model = c.name and p.organization_id = any(o.ancestors || o.id) and p.valid_from <= c.last_at
    ) p
  ), points as (
    select organization_id, kind, name, first_at as starts_at from called
    union
    select organization_id, kind, name, valid_from from candidates where valid_from > first_at
  ), stretches as materialized (
    select t.organization_id, t.kind, t.name, t.starts_at,
           lead(t.starts_at) over (partition by t.organization_id, t.kind, t.name order by t.starts_at) as ends_at,
           chosen.price_id, ${listed('chosen')}
    from points t left join lateral (
      select * from (
        select distinct on (c.owner_id) c.* from candidates c
        where c.organization_id = t.organization_id and c.kind = t.kind and c.name = t.name and c.valid_from <= t.starts_at
        order by c.owner_id, c.valid_from desc
      ) newest
      order by locked desc, case when locked then depth else -depth end limit 1
    ) chosen on true
  ), rated as (
    select ${columnsOf('c')}, s.price_id, s.unit_price,
           coalesce(c.input_tokens, 0) as all_input, coalesce(c.output_tokens, 0) as all_output,
           least(coalesce(c.cached_input_tokens, 0), coalesce(c.input_tokens, 0)) as cached,
           ${rates.map((name) => `coalesce((tier.value ->> '${name}')::numeric, s.${name}) as ${name}_rate`).join(', ')}
    from ${source} c
      left join stretches s on s.organization_id = c.organization_id and s.kind = c.kind and s.name = ${modelOf('c')}
        and c.at >= s.starts_at and (s.ends_at is null or c.at < s.ends_at)
      left join lateral (
        select t.value from jsonb_array_elements(s.tiers) t
        where (t.value ->> 'above_input_tokens')::bigint < c.input_tokens
        order by (t.value ->> 'above_input_tokens')::bigint desc limit 1
      ) tier on s.tiers is not null
  ), costed as (
    select r.*, w.written,
           case when r.price_id is null or (r.all_input > 0 and r.input_rate is null) or (r.all_output > 0 and r.output_rate is null)
                  or (r.quantity > 0 and r.unit_price is null and r.all_input + r.all_output = 0) then null
             else ((r.all_input - r.cached - w.written) * coalesce(r.input_rate, 0)
                   + r.cached * coalesce(r.cached_input_rate, r.input_rate, 0)
                   + w.written * coalesce(r.cache_write_rate, r.input_rate, 0)
                   + r.all_output * coalesce(r.output_rate, 0)) * 0.000001
                  + coalesce(r.quantity * r.unit_price, 0) end as cost
    from rated r cross join lateral (
      select least(coalesce(r.cache_write_tokens, 0), r.all_input - r.cached) as written
    ) w
  ), priced as (
    select ${columnsOf('c')}, trim_scale(c.cost) as cost, case when c.cost is not null then c.price_id end as price_id,
           case when c.cost is null then c.all_input + c.all_output else 0 end as unpriced_tokens
    from costed c
  )`

function listed(alias: string): string {
  return priceColumns.map((name) => `${alias}.${name}`).join(', ')
}

/** The sums of usage_totals. */
export const sums = [
  ...['entries', 'input_tokens', 'cached_input_tokens', 'cache_write_tokens', 'output_tokens', 'quantity', 'cost'],
  'unpriced_tokens',
] as const

/** The sums of rows that have a cost, in the order of `sums`. */
export const sumsOf = (alias: string) =>
  sums.map((name) => (name === 'entries' ? `count(*) as entries` : `coalesce(sum(${alias}.${name}), 0) as ${name}`))
