-- listConversations by the time of the last change. Every change of a conversation writes an entry, which costs a turn less than 1 %.
-- Messages and replies wait while it is built: about a second for each million conversations, since both columns are short.
create index conversation_progress_updated on conversation_progress (organization_id, updated_at);
