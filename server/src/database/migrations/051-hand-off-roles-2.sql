-- People who answer: the credentials of their sessions.
alter table credentials drop constraint credentials_role_check;
alter table credentials add constraint credentials_role_check check (role in ('admin', 'responder', 'viewer')) not valid;
