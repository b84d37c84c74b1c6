set search_path to selfimprove, public;

-- How the delivery of alerts goes: tried again later and later, each target for itself, and not for ever.
alter table alerts add column attempts int not null default 0;
alter table alerts add column next_at timestamptz not null default clock_timestamp();
alter table alerts add column told text[] not null default '{}';
alter table alerts add column sent_at timestamptz;
alter table alerts add column problem text not null default '';
