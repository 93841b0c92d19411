-- What the list reads, and no more. A deleted conversation leaves a row behind that no list shows: with retention these are most of
-- an organization's rows, and a page must not have to step over them.
drop index conversations_status, conversations_channel, conversations_direction, conversations_agent, conversations_version,
  conversations_widget, conversations_duration;
-- listConversations, one for each filter
create index conversations_status on conversations (organization_id, status, created_at) where deleted_at is null;
create index conversations_channel on conversations (organization_id, channel, created_at) where deleted_at is null;
create index conversations_direction on conversations (organization_id, direction, created_at) where deleted_at is null;
create index conversations_agent on conversations (organization_id, agent_id, created_at) where deleted_at is null;
create index conversations_version on conversations (organization_id, agent_version_id, created_at) where deleted_at is null;
create index conversations_widget on conversations (organization_id, web_widget_id, created_at)
  where web_widget_id is not null and deleted_at is null;
create index conversations_duration on conversations (organization_id, duration) where duration is not null and deleted_at is null;

-- New entries of these wait in a list that every look-up reads from end to end: of 4 MB by default, which is 400 pages.
alter index conversations_user set (gin_pending_list_limit = 128);
alter index conversations_agent_number set (gin_pending_list_limit = 128);
alter index conversations_metadata set (gin_pending_list_limit = 128);
