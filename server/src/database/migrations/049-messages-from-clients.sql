-- What a client says about a message that it sends: its own id of it, and the widget that it answers. What a conversation gives once
-- has a table of its own, because an index of all items would take as long to build as there are items. Neither refers to
-- conversations: locking both here could wait for a change that writes both.
alter table transcript_items
  add column client_id uuid,
  add column in_reply_to text, -- the call_id of the widget that it answers
  add column values jsonb; -- the answers, by the id of the field

-- A message that a client has an id of is stored once.
create table client_messages ( -- stored with the conversation
  conversation_id uuid not null,
  client_id uuid not null,
  organization_id uuid not null,
  turn_id uuid not null,
  primary key (conversation_id, client_id)
);

-- A widget is answered once.
create table answered_widgets ( -- stored with the conversation
  conversation_id uuid not null,
  call_id text not null,
  organization_id uuid not null,
  primary key (conversation_id, call_id)
);
