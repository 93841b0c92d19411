-- listConversations by why a conversation ended, and by why a message in it was not answered.
create index conversations_end_reason on conversations (organization_id, end_reason, created_at)
  where end_reason is not null and deleted_at is null;
-- Only of turns without a reply, which are few: a turn that is answered, as nearly all are, writes nothing here.
create index turns_unanswered on turns (organization_id, outcome, conversation_id) where status in ('failed', 'cancelled');
