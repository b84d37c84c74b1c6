-- versions: what the server and its vector extension are
select current_setting('server_version') as server,
       (select coalesce(installed_version, default_version) from pg_available_extensions where name = 'vector') as vector;

-- is_migrated: one row once our tables exist, and may be read
select 1 as found from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'selfimprove' and c.relname = 'morning_reports' and has_schema_privilege(n.oid, 'usage');

-- last_night: the newest morning report
select run_id, night, outcome, sentence, url, created_at as at
from morning_reports
order by created_at desc
limit 1;

-- undelivered_alerts: how many alerts could not be delivered
select count(*) as count from alerts where state = 'failed';

-- champion: the adapter that answers
select id from champion;
