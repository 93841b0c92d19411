-- Steps: tool calls and their results are kept as they come, so that another attempt goes on from there (T7, T8).

-- How many steps were finished when the text was said: once there are more, it is in the transcript already.
alter table turns add column partial_step integer;
-- T8: a turn's call is recorded once, and so is its result.
create unique index transcript_items_one_call on transcript_items (conversation_id, turn_id, call_id)
  where type = 'function_call' and turn_id is not null;
create unique index transcript_items_one_result on transcript_items (conversation_id, turn_id, call_id)
  where type = 'function_call_output' and turn_id is not null;
