-- Turns that failed one after another, until one succeeds or people return the conversation; and what they were to answer, until one
-- succeeds or people take over: since when, and how many messages.
alter table conversation_progress add column failed_turns integer not null default 0,
  add column failed_since timestamptz,
  add column failed_messages integer not null default 0;
