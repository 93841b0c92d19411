-- What workflows around a conversation need to know of it.
alter table conversation_progress
  add column depth smallint not null default 0, -- of the chain of calls between workflows and agents that it is part of
  add column is_held_back boolean not null default false; -- something has to be done before it begins
