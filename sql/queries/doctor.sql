-- versions: what the server and its vector extension are
select current_setting('server_version') as server,
       (select coalesce(installed_version, default_version) from pg_available_extensions where name = 'vector') as vector;

-- is_migrated: one row once our tables exist, and may be read
select 1 as found from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'selfimprove' and c.relname = 'morning_reports' and has_schema_privilege(n.oid, 'usage');

-- last_night: the newest morning report; last what a clock wrote that ran ahead
select run_id, night, outcome, sentence, url, created_at as at
from morning_reports
order by created_at > now(), created_at desc
limit 1;

-- undelivered_alerts: how many alerts could not be delivered, how often that was tried, and what came of it
select count(*) as count, max(attempts) as attempts, (array_agg(problem order by id desc))[1] as problem
from alerts where state = 'failed';

-- last_sign: when the last night was told, by no clock that ran ahead; before there was any, since when one could have been
select coalesce((select max(created_at) from morning_reports where created_at <= now()), (select min(arrived_at) from chats)) as at;

-- unswept: how many receipts there are of what may still be in files, those of the database among them
select count(*) as count from receipts where swept_at is null or given_back_at is null;

-- champion: the adapter that answers
select id from champion;

-- keys_needed: a row under each key that seals some, and the id of the key of what was hashed, if anything was
select coalesce((select jsonb_object_agg(key_id, id) from (
    select key_id, min(id) as id
    from (select key_id, id from chats union all select key_id, id from feedback where key_id is not null) each_row
    group by key_id) each_key), '{}') as sealed,
    (select id from hash_key where exists (select from chats) or exists (select from tombstones)) as hashes;
