-- People who answer: members.
alter table members drop constraint members_role_check;
alter table members add constraint members_role_check check (role in ('admin', 'responder', 'viewer')) not valid;
