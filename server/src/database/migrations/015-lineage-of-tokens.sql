-- The session with which a personal access token was made, or the token that made it, and so on: they end together. Null for those of
-- the command line, and for those from before. The session's row may be gone: it is no reference.
alter table credentials add column minted_by_session uuid;
