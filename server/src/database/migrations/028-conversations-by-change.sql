-- listConversations by the time of the last change. Each change of a conversation writes an entry; decision 061 says what that costs.
-- Messages and replies wait while it is built: about a second for each million conversations.
create index conversation_progress_updated on conversation_progress (organization_id, updated_at);
