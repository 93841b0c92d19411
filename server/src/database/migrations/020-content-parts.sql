-- What a message has besides text, and who wrote it where its role does not say so.
alter table transcript_items add column parts jsonb, add column author jsonb; -- null: text only; the end user or the agent
-- What is taken out of all that is said before it is stored; null: nothing. Set at birth.
alter table conversations add column redaction jsonb;
