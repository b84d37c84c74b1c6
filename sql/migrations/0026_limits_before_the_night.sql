set search_path to selfimprove, public;

-- Which limits judge a report: those declared before its dataset was frozen, so that no result chooses its limit.
alter table reports add column limits_at timestamptz;
update reports set limits_at = created_at;
alter table reports alter column limits_at set not null, alter column limits_at set default now();
