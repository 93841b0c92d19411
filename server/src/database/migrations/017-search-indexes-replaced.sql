-- The indexes by organization take the place of those before them. Nodes of the version before find the same without those, with the
-- indexes by time; it takes them longer.
drop index conversations_user, conversations_agent_number, conversations_metadata;
alter index conversations_user_keys rename to conversations_user;
alter index conversations_agent_number_keys rename to conversations_agent_number;
alter index conversations_metadata_keys rename to conversations_metadata;
