-- Every end of a conversation asks.
create index concurrently agent_versions_with_workflow_after on agent_versions (id)
  where config ->> 'post_conversation_workflow' is not null;
