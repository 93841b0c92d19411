-- Messages and conversations count towards budgets when they are added to the statistics: in the same statement, whichever server adds them.

create function count_activity_in_budgets() returns trigger language plpgsql as $$
begin
  if not exists (select from budgets where unit in ('messages', 'conversations')) then
    return null;
  end if;
  insert into budget_periods as p (budget_id, organization_id, starts_at, ends_at, spent)
  select b.id, b.organization_id, s.starts_at, s.ends_at, sum((d.counters->>('usage.' || b.unit))::bigint)
  from folded d join organizations o on o.id = d.organization_id
    join budgets b on b.organization_id = any(o.ancestors || o.id) and (b.subtree or b.organization_id = o.id)
      and b.unit in ('messages', 'conversations') and (b.agent_id is null or b.agent_id = d.agent_id)
    join budget_periods s on s.budget_id = b.id and d.at >= s.starts_at and d.at < s.ends_at
  where d.counters ? ('usage.' || b.unit)
  group by b.id, b.organization_id, s.starts_at, s.ends_at order by b.id, s.starts_at
  on conflict (budget_id, starts_at) do update set spent = p.spent + excluded.spent;
  return null;
end $$;
create trigger statistics_deltas_in_budgets after delete on statistics_deltas
  referencing old table as folded for each statement execute function count_activity_in_budgets();
