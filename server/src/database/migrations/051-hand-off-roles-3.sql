-- People who answer: invitations.
alter table invitations drop constraint invitations_role_check;
alter table invitations add constraint invitations_role_check check (role in ('admin', 'responder', 'viewer')) not valid;
