// The statement that leases work and divides a node's places. It follows rules/shares.ts.

/** Organizations of a pool that one look considers: twice as many as it leases. Of their owners, four times as many. */
const max_organizations = 64

/**
 * The distinct values of a column among ready work, found by index skips: one look each, however many rows have it. They
 * begin at `start` and wrap around, so that none is always last.
 */
function leap(column: 'organization' | 'owner', where: string, start: string, limit: string): string {
  const rows = `from work w where w.ready and ${where} and w.${column}`
  const part = (name: string, bound: string) => `select value from (
       with recursive ${name} (value) as (
         (select w.${column} ${rows} ${bound} order by w.${column} limit 1)
         union all
         select (select w.${column} ${rows} ${bound} and w.${column} > ${name}.value order by w.${column} limit 1)
         from ${name} where ${name}.value is not null
       ) select value from ${name} where value is not null
     ) of_${name}`
  return `(${part('onward', `>= ${start}`)} union all ${part('from_first', `< ${start}`)} limit ${limit})`
}

// Each gets at most as much as remains free: an organization of its pool, an owner of its organization's share. So one with
// nothing in progress finds a place, as long as fewer compete than there are places. Those with the least come first. More work
// is read
// than leased, since other nodes may be faster. A run covers everything that was
// added before its lease.
export const leaseText = `with pools as (
     select * from jsonb_to_recordset($1::jsonb)
       as pool(kind text, is_failing boolean, free integer, of_organization integer, of_owner integer, lease_ms integer,
               busy jsonb, busy_owners jsonb)
   ), organizations as (
     select p.*, o.value as organization, coalesce((p.busy ->> o.value::text)::integer, 0) as busy_of_organization,
            least($2::integer, $2::integer * 4 / count(*) over (partition by p.kind, p.is_failing) + 1) as most_owners
     from pools p cross join lateral
       ${leap('organization', 'w.kind = p.kind and w.slow = p.is_failing', '$3::uuid', String(max_organizations))} o
   ), owners as (
     select o.*, w.value as owner, coalesce((o.busy_owners ->> w.value)::integer, 0) as busy_of_owner
     from organizations o cross join lateral
       ${leap('owner', 'w.kind = o.kind and w.slow = o.is_failing and w.organization = o.organization', '$3::uuid::text', 'greatest(0, least(o.of_organization - o.busy_of_organization, o.most_owners))')} w
   ), of_owners as (
     select o.*, r.subject, r.due_at, o.busy_of_owner + r.nth as nth
     from owners o cross join lateral (
       select w.subject, w.due_at, row_number() over (order by w.due_at) as nth from work w
       where w.ready and w.kind = o.kind and w.slow = o.is_failing and w.organization = o.organization and w.owner = o.owner
       order by w.due_at limit greatest(0, o.of_owner - o.busy_of_owner)
     ) r
   ), of_organizations as (
     select e.*, busy_of_organization + row_number() over (partition by kind, is_failing, organization order by nth, due_at)
                 as nth_of_organization
     from of_owners e
   ), of_pools as (
     select o.*, row_number() over (partition by kind, is_failing order by nth_of_organization, due_at) as nth_of_pool
     from of_organizations o where nth + nth_of_organization - 1 <= of_organization
   ), candidates as (
     select * from of_pools where nth_of_organization + nth_of_pool - 1 <= free
     order by nth_of_organization, due_at limit $2::integer * 4
   ), due as (
     select w.kind, w.owner, w.subject, c.is_failing, c.lease_ms
     from candidates c join work w on w.kind = c.kind and w.owner = c.owner and w.subject = c.subject
     where w.ready
     order by c.nth_of_organization, c.due_at limit $2::integer for update of w skip locked
   )
   update work w
   set lease = nextval('work_leases'), due_at = now() + due.lease_ms * interval '1 millisecond', ready = false,
       urgent_since = null, tries = w.tries + 1, again_at = null, node_id = $4::uuid
   from due where w.kind = due.kind and w.owner = due.owner and w.subject = due.subject
   returning w.kind, w.owner, w.subject, w.organization_id, w.lease, w.tries, due.is_failing`
