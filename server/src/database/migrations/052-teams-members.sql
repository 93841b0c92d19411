-- A member who is removed, or has another role, whichever server does it: a job gives what they hold to others, and servers look at once
-- whether their open streams may go on.
create function member_leaves() returns trigger language plpgsql as $$
begin
  insert into work_arrivals (kind, owner, subject, organization_id, due_at)
  values ('member_left', old.organization_id::text, old.user_id::text, old.organization_id, clock_timestamp());
  perform pg_notify('parley', 'rights_changed ' || old.organization_id);
  return null;
end $$;
create trigger members_leave after delete on members for each row execute function member_leaves();
create trigger members_change_role after update of role on members for each row
  when (old.role <> new.role) execute function member_leaves();
