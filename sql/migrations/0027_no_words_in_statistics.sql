set search_path to selfimprove, public;

-- The server keeps samples of each column's values, to plan by, and every role that may read the column may read them.
-- Of columns that hold what was said it keeps none: a chat that was forgotten would live on there.
alter table chats alter column sealed set statistics 0;
alter table feedback alter column sealed set statistics 0;
alter table import_rejections alter column detail set statistics 0;
alter table rejections alter column detail set statistics 0;
alter table redacted_chats
    alter column messages set statistics 0, alter column feedback set statistics 0,
    alter column spans set statistics 0, alter column originals set statistics 0;
alter table sketches alter column sketch set statistics 0;
alter table embeddings alter column vector set statistics 0;
alter table critiques alter column evidence set statistics 0;
alter table examples alter column messages set statistics 0, alter column rejected set statistics 0;
alter table replay_answers alter column messages set statistics 0;
alter table second_opinions alter column found set statistics 0;
alter table routes
    alter column evidence set statistics 0, alter column question set statistics 0,
    alter column fact set statistics 0;
alter table memories
    alter column question set statistics 0, alter column fact set statistics 0,
    alter column embedding set statistics 0;
alter table eval_examples
    alter column slice set statistics 0, alter column messages set statistics 0,
    alter column reference set statistics 0;
alter table eval_results alter column output set statistics 0;

-- Nor what it had kept; before PostgreSQL 18 only a superuser can say so.
do $$
declare
    spoken record;
begin
    for spoken in
        select t.relname as relation, a.attname as name, a.attrelid, a.attnum
        from pg_attribute a join pg_class t on t.oid = a.attrelid
        where t.relnamespace = 'selfimprove'::regnamespace and t.relkind = 'r' and a.attstattarget = 0
    loop
        if to_regproc('pg_catalog.pg_clear_attribute_stats') is not null then
            perform pg_clear_attribute_stats('selfimprove', spoken.relation, spoken.name, false);
        elsif (select rolsuper from pg_roles where rolname = current_user) then
            delete from pg_statistic where starelid = spoken.attrelid and staattnum = spoken.attnum;
        end if;
    end loop;
end
$$;
