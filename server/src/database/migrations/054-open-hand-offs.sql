-- What a team offers next, without what it has offered already: in a full team those come first and are many.
create index handlings_next on handlings (organization_id, team_id, priority desc, waiting_since, conversation_id)
  where ended_at is null and handled_by = 'queue' and assignee_id is null;
-- What is snoozed, among many that are not.
create index handlings_snoozed on handlings
  (organization_id, (-priority), (coalesce(unanswered_since, 'infinity'::timestamptz)), conversation_id)
  where ended_at is null and handled_by <> 'agent' and snoozed_until is not null;
