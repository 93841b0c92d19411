-- Whether deliveries to it have the output of an execution: its maker could read it.
alter table webhook_endpoints add column shows_outputs boolean not null default false;

