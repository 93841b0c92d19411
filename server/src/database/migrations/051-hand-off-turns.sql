-- How turns end where people join, and that none runs while people handle its conversation.
alter table turns drop constraint turns_outcome_check;
alter table turns add constraint turns_outcome_check
  check (outcome in ('reply', 'model_error', 'timed_out', 'step_limit', 'conversation_ended', 'cancelled_by_caller', 'superseded',
                     'attempts_exhausted', 'taken_over', 'for_person')) not valid;

-- Who handled its conversation when it ended, which its call was answered with; null: its agent.
alter table turns add column handled_by text, add constraint turns_handled_by_check check (handled_by in ('queue', 'person')) not valid;

-- H1. No turn waits or runs while people handle its conversation. A server of before hand-off answers this error with 503, having stored
-- nothing, so its caller sends the message again.
create function refuse_turn_outside() returns trigger language plpgsql as $$
begin
  perform from conversations where id = new.conversation_id and handled_by = 'agent' for share;
  if not found then
    raise exception 'conversation % is handled by people, so no turn runs', new.conversation_id using errcode = 'object_not_in_prerequisite_state';
  end if;
  return new;
end $$;
create trigger turns_only_with_agent before insert on turns for each row
  when (new.status in ('queued', 'running')) execute function refuse_turn_outside();
create trigger turns_start_only_with_agent before update on turns for each row
  when (new.status in ('queued', 'running') and old.status <> new.status) execute function refuse_turn_outside();
