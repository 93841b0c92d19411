-- A turn that a stopped budget has ended.
alter table turns drop constraint turns_outcome_check;
alter table turns add constraint turns_outcome_check
  check (outcome in ('reply', 'model_error', 'timed_out', 'step_limit', 'conversation_ended', 'cancelled_by_caller', 'superseded',
                     'attempts_exhausted', 'taken_over', 'for_person', 'budget_exceeded')) not valid;
