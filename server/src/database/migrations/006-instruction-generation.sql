-- Instructions that a job writes for a draft. Beside the version: it may be published while the job is under way, and then
-- nothing of its row can change.

create table instruction_generations (
  version_id uuid primary key references agent_versions,
  organization_id uuid not null references organizations,
  id uuid not null, -- of the call that asked: what an earlier one's job brings is not written
  revision integer not null, -- of the draft when it was asked for
  status text not null check (status in ('queued', 'running', 'done', 'failed')),
  tries integer not null default 0,
  error text,
  instructions text, -- written, and not put into the draft
  requested_at timestamptz not null default clock_timestamp(),
  due_at timestamptz, -- when its node is taken for dead
  finished_at timestamptz,
  check ((status in ('queued', 'running')) = (due_at is not null)),
  check ((status in ('done', 'failed')) = (finished_at is not null)),
  check ((status = 'failed') = (error is not null))
);
create index instruction_generations_due on instruction_generations (due_at) where due_at is not null;
