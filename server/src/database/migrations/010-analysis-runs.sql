-- An analysis can be asked for again. What an earlier run brings late is not written: the run is counted.
alter table conversations add column analysis_run integer not null default 1;
