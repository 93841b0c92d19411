-- A copy that was restored with `--paused` contacts nobody: turns that were open then are not carried on.
alter table installation add column paused_at timestamptz;
