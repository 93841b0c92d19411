-- What is final never changes, but goes with its organization.

create or replace function refuse_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and exists (select from organizations where id = old.organization_id and deleted_at is not null) then
    return old;
  end if;
  raise exception '% of % is final', tg_table_name, old.id using errcode = 'restrict_violation';
end $$;
