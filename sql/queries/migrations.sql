-- database_exists: one row when the project's database is there
select 1 as found from pg_database where datname = 'selfimprove';

-- create_database: the project's database in the embedded server
create database selfimprove encoding 'utf8';

-- create_dagster_schema: where Dagster's own tables live
create schema if not exists dagster;

-- lock: one migration at a time
select pg_advisory_xact_lock(hashtext('selfimprove.migrate'));

-- vector_version: the newest pgvector that this server can give
select default_version as version from pg_available_extensions where name = 'vector';

-- any_yet: one row when migrations were ever applied, and this user may see which
select 1 as found from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'selfimprove' and c.relname = 'migrations' and has_schema_privilege(n.oid, 'usage');

-- applied: every migration with the hash it had
select name, sha256 from selfimprove.migrations;

-- record: remember a migration
insert into selfimprove.migrations (name, sha256) values (%(name)s, %(sha256)s)
on conflict (name) do update set sha256 = excluded.sha256, applied_at = now();

-- others: one row when another client than this one is connected, whoever it is
select 1 as found from pg_stat_activity
where datid is not null and usesysid is not null and pid <> pg_backend_pid() limit 1;

-- roles: the roles of sql/roles.sql that are there: whether they are ours, and may do anything in this database
select rolname as name, coalesce(shobj_description(oid, 'pg_authid') = 'selfimprove', false) as ours,
       coalesce(has_schema_privilege(rolname, to_regnamespace('selfimprove')::oid, 'usage'), false) as granted
from pg_roles where rolname = any(%(names)s)
order by rolname;

-- may_create_roles: whether this user may
select rolsuper or rolcreaterole as may from pg_roles where rolname = current_user;

-- let_in: give a role a login; parameters cannot stand in ALTER ROLE itself
select set_config('scram_iterations', '16', true),  -- random passwords of 256 bits need no slow hash
       set_config('selfimprove.role', %(role)s, true), set_config('selfimprove.password', %(password)s, true);

-- let_in_now: with what let_in has set
do $$
begin
    execute format(
        'alter role %I login password %L', current_setting('selfimprove.role'), current_setting('selfimprove.password')
    );
end
$$;

-- reload: read pg_hba.conf again
select pg_reload_conf();

-- forget_log: write-ahead log that is not needed any more is deleted, not kept to be used again; forgetting needs that
alter system set wal_recycle = off;

-- quote_no_rows: the server's log tells what failed, and not the row with what was said in it
alter system set log_error_verbosity = terse;

-- forget_samples: what was sampled of columns before nothing was kept of them any more; the superuser alone may
vacuum (full) pg_catalog.pg_statistic;

-- hand_over: Dagster changes its own tables, so that they belong to whom it connects as; and forgetting reaches the log
do $$
declare
    found record;
begin
    grant pg_checkpoint to pipeline;
    grant execute on function pg_switch_wal to pipeline;
    alter schema dagster owner to pipeline;
    for found in select c.oid::regclass as name from pg_class c
                 where c.relnamespace = 'dagster'::regnamespace and c.relkind = 'r'
                   and c.relowner <> 'pipeline'::regrole loop
        execute format('alter table %s owner to pipeline', found.name);
    end loop;
end
$$;
