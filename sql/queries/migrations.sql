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

-- any_yet: one row when migrations were ever applied
select 1 as found where to_regclass('selfimprove.migrations') is not null;

-- applied: every migration with the hash it had
select name, sha256 from selfimprove.migrations;

-- record: remember a migration
insert into selfimprove.migrations (name, sha256) values (%(name)s, %(sha256)s);

-- others: one row when another client than this one is connected
select 1 as found from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() limit 1;
