-- Leased work and durable timers. They take the place of the job queue.

create sequence work_leases;
create table work (
  kind text collate "C" not null,
  owner text collate "C" not null, -- whose share of the organization's places it takes
  subject text collate "C" not null,
  organization_id uuid, -- null: it serves all of them
  organization uuid not null generated always as (coalesce(organization_id, '00000000-0000-0000-0000-000000000000')) stored,
  due_at timestamptz not null, -- of one that is leased: when its node is taken for dead
  ready boolean not null, -- it was due when somebody looked, and can be leased
  lease bigint, -- drawn from the sequence: what a run writes counts under the lease of that run only
  tries integer not null default 0,
  again_at timestamptz, -- it was added once more while it is leased
  slow boolean not null default false, -- the owner's last try failed
  stuck_at timestamptz, -- it could not even be given up
  primary key (kind, owner, subject)
);
create index work_due on work (due_at) where not ready; -- what becomes ready
create index work_ready on work (kind, slow, organization, owner, due_at) where ready; -- leasing, in turn
create index work_slow on work (kind, owner) where slow; -- what else the owner has waiting
create index work_stuck on work (kind) where stuck_at is not null; -- how many there are

-- Whoever adds work only inserts here: no lock of the nodes that work can hold a commit up.
create table work_arrivals (
  id bigint generated always as identity primary key,
  kind text not null,
  owner text not null,
  subject text not null,
  organization_id uuid,
  due_at timestamptz not null
);

-- What servers from before have queued and not done in time: they are gone, or as good as gone. Called again and again, since such
-- servers may run beside; what is added as work has no such time any more, so they leave it alone.
create function adopt_jobs() returns bigint language sql volatile as $$
  with analyses as (
    update conversations set analysis_due_at = null
    where id in (select id from conversations where analysis_due_at < clock_timestamp()
                 order by analysis_due_at limit 1000 for update skip locked)
    returning organization_id, id, agent_id, analysis_status
  ), generations as (
    update instruction_generations set due_at = 'infinity'
    where version_id in (select version_id from instruction_generations where due_at < clock_timestamp()
                         order by due_at limit 1000 for update skip locked)
    returning organization_id, version_id, id
  ), added as (
    insert into work_arrivals (kind, owner, subject, organization_id, due_at)
    select 'analyze_conversation', coalesce(agent_id, organization_id)::text, id::text, organization_id, clock_timestamp()
    from analyses where analysis_status in ('queued', 'running')
    union all
    select 'generate_instructions', version_id::text, id::text, organization_id, clock_timestamp() from generations
    returning kind
  )
  select (select count(*) from analyses) + (select count(*) from generations) where (select count(*) from added) >= 0
$$;

-- The old queue, where there is one: what nobody has begun is done as work. What a server has begun stays its own; lost, it is
-- overdue after minutes.
do $$
declare
  taken jsonb[];
begin
  if to_regclass('graphile_worker.jobs') is null then return; end if;
  select array_agg(to_jsonb(payload)) into taken
  from graphile_worker.complete_jobs(array(
    select id from graphile_worker.jobs
    where task_identifier in ('analyze_conversation', 'generate_instructions') and locked_at is null));
  update conversations set analysis_due_at = clock_timestamp() - interval '1 second'
  where id in (select (job ->> 'conversation_id')::uuid from unnest(taken) job) and analysis_status in ('queued', 'running');
  update instruction_generations set due_at = clock_timestamp() - interval '1 second'
  where id in (select (job ->> 'generation_id')::uuid from unnest(taken) job) and status in ('queued', 'running');
  while adopt_jobs() > 0 loop end loop;
end $$;
