set search_path to selfimprove, public;

-- Whether the owner showed how answers please before an experiment began: then no guest decides it by being the first.
alter table experiments add column owner_talks boolean not null default false;
