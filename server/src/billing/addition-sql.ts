// The SQL that adds entries of usage to the totals and to what budgets have spent: the same for calls and for corrections.
import { sums, sumsOf } from '../budgets/price-sql.ts'

const key = ['organization_id', 'hour', 'kind', 'purpose', 'agent_id', 'provider', 'model', 'outcome', 'unit']

/**
 * CTEs that add the entries in `inserted` to the totals and to what budgets have spent. Both lock their rows in the order of their keys, so
 * that two servers that do this at the same time do not deadlock.
 */
export const additions = `totals as (
    insert into usage_totals as t (${[...key, ...sums].join(', ')})
    select i.organization_id, date_trunc('hour', i.at, 'UTC'), ${key.slice(2).join(', ')}, ${sumsOf('i').join(', ')}
    from inserted i group by 1, 2, 3, 4, 5, 6, 7, 8, 9 order by 1, 2, 3, 4, 5, 6, 7, 8, 9
    on conflict (${key.join(', ')}) do update
      set ${sums.map((name) => `${name} = t.${name} + excluded.${name}`).join(', ')}
  ), minutes as (
    select i.organization_id, i.agent_id, date_trunc('minute', i.at) as minute, coalesce(sum(i.cost), 0) as cost,
           coalesce(sum(i.input_tokens), 0) + coalesce(sum(i.output_tokens), 0) as tokens
    from inserted i group by 1, 2, 3
  ), spent as (
    insert into budget_periods as p (budget_id, organization_id, starts_at, ends_at, spent)
    select b.id, b.organization_id, s.starts_at, s.ends_at, sum(case b.unit when 'cost' then m.cost else m.tokens end)
    from minutes m join organizations o on o.id = m.organization_id
      join budgets b on b.organization_id = any(o.ancestors || o.id) and (b.subtree or b.organization_id = o.id)
        and b.unit in ('cost', 'tokens') and (b.agent_id is null or b.agent_id = m.agent_id)
      join budget_periods s on s.budget_id = b.id and m.minute >= s.starts_at and m.minute < s.ends_at
    group by b.id, b.organization_id, s.starts_at, s.ends_at order by b.id, s.starts_at
    on conflict (budget_id, starts_at) do update set spent = p.spent + excluded.spent
  )`
