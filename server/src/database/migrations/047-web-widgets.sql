-- Web widgets: an agent version on websites, the keys with which a site signs its visitors, and blocked visitors.

create table web_widgets ( -- stored with the organization
  id uuid primary key,
  organization_id uuid not null references organizations,
  agent_id uuid not null references agents,
  agent_version_id uuid not null references agent_versions,
  name text not null,
  domains text[] not null default '{}', -- in their one form; none: any site
  published boolean not null default false,
  config jsonb not null default '{}',
  limits jsonb not null default '{}', -- those that differ from the defaults
  identity_required boolean not null default false,
  allow_hmac boolean not null default false,
  captcha jsonb, -- null: none
  revision integer not null default 1,
  revoked_before timestamptz, -- older tokens of visitors are refused
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  deleted_at timestamptz -- conversations keep its id
);
create index web_widgets_page on web_widgets (organization_id, created_at, id) where deleted_at is null; -- listWebWidgets
create index web_widgets_agent on web_widgets (agent_id) where deleted_at is null; -- getAgent, deleteAgent

create table web_widget_identity_keys ( -- stored with the organization
  id uuid primary key,
  organization_id uuid not null,
  widget_id uuid not null references web_widgets,
  secret bytea not null, -- sealed
  created_at timestamptz not null default clock_timestamp(),
  last_used_at timestamptz
);
create index web_widget_identity_keys_widget on web_widget_identity_keys (widget_id, created_at); -- every signed identity

-- A visitor that starts and sends nothing until then, and the address that they had.
create table web_widget_blocks ( -- stored with the organization
  id uuid primary key,
  organization_id uuid not null,
  widget_id uuid not null references web_widgets,
  conversation_id uuid not null,
  user_id text not null, -- of the conversation
  address_hash bytea, -- null: it was not kept any more
  reason text,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  unique (widget_id, conversation_id) -- a second block of a conversation replaces the first
);
create index web_widget_blocks_page on web_widget_blocks (widget_id, created_at, id); -- listWebWidgetBlocks
create index web_widget_blocks_user on web_widget_blocks (widget_id, user_id); -- every start and message
create index web_widget_blocks_address on web_widget_blocks (widget_id, address_hash) where address_hash is not null; -- the same
