-- Idempotency keys (T9), and turns that try again what a failed one could not answer.

-- Written in the transaction of the effect that it stands for, or not at all.
create table idempotency_keys (
  namespace uuid not null, -- the organization; the user or the conversation, where the credential speaks for no more than that
  key text not null,
  fingerprint bytea not null, -- of the request and of what its caller may do
  conversation_id uuid, -- whose content the answer may have
  turn_id uuid, -- of a message: the first turn that it was to be answered by
  answer bytea, -- the first answer, sealed, where it is not read from what was stored
  expires_at timestamptz not null,
  primary key (namespace, key)
);
create index idempotency_keys_expiry on idempotency_keys (expires_at); -- the clean-up job
create index idempotency_keys_conversation on idempotency_keys (conversation_id) where answer is not null; -- deleteConversation

-- The turn whose user messages this one answers, after that one failed; null: it has its own.
alter table turns add column messages_of uuid;
create index turns_tries on turns (conversation_id, messages_of) where messages_of is not null; -- the newest try; what a model is shown
-- T2: of the turns that answer the same messages, all but one have failed.
create unique index turns_one_answer on turns (messages_of) where messages_of is not null and status <> 'failed';
