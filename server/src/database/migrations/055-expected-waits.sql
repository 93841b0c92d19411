-- How long people had to wait for a team in the last day, for every read of a conversation that waits.
create index handling_facts_taken on handling_facts (organization_id, team_id, at) include (seconds)
  where kind = 'taken' and seconds is not null;
