-- What is offered over MCP: by an organization, and by one of its keys.

create table mcp_settings (
  -- Without a reference: adding one would lock a second table.
  organization_id uuid primary key,
  settings jsonb not null,
  updated_at timestamptz not null default now()
);

alter table credentials add column mcp jsonb;
