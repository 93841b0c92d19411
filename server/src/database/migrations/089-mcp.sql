-- What is offered over MCP: by an organization, and by one of its keys.

create table mcp_settings (
  organization_id uuid primary key references organizations on delete cascade,
  settings jsonb not null,
  updated_at timestamptz not null default now()
);

alter table credentials add column mcp jsonb;
