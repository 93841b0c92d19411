// What must hold of executions after every commit (W3, W4): each row says what does not.

/** Of those that have not ended; cheap enough to be asked often. */
export const openViolationsText = `
  with open as (
    select e.*, (exists (select from work where kind = 'workflow_execution' and subject = e.id::text)
                 or exists (select from work_arrivals where kind = 'workflow_execution' and subject = e.id::text)) as has_work,
           (exists (select from work where kind = 'workflow_line' and subject = e.workflow_id::text)
            or exists (select from work_arrivals where kind = 'workflow_line' and subject = e.workflow_id::text)) as has_line
    from workflow_executions e where e.finished_at is null
  )
  select 'W4: ' || id || ' is ' || phase || ' and nothing carries it on' as what from open
  where not (case when is_admitted then has_work else has_line and not has_work end)
  union all
  select 'W3: ' || id || ' has no open visit' from open
  where not exists (select from workflow_visits where execution_id = open.id and finished_at is null)`

export const violationsText = `
  ${openViolationsText}
  union all
  select 'W3: ' || id || ' has ' || visit_count || ' visits, and their positions are others' from workflow_executions e
  where visit_count <> (select count(*) from workflow_visits where execution_id = e.id)
     or visit_count <> (select max(position) from workflow_visits where execution_id = e.id)
  union all
  select 'events of ' || id from workflow_executions e
  where event_count <> (select count(*) from workflow_execution_events where execution_id = e.id)
     or event_count <> (select max(number) from workflow_execution_events where execution_id = e.id)
  union all
  select 'an open visit of ' || id || ', which has ended' from workflow_executions e
  where finished_at is not null and exists (select from workflow_visits where execution_id = e.id and finished_at is null)`
