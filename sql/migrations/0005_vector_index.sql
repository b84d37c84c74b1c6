set search_path to selfimprove, public;

-- Nearest chats by cosine. Built at once it is several times faster than row by row, so a bulk load takes it away and
-- puts it back; whoever may write the table may do both. Serial: parallel building wants more of /dev/shm than
-- containers have.
create function build_vector_index() returns void language plpgsql security definer
set search_path = selfimprove, public, pg_temp set maintenance_work_mem = '256MB' set max_parallel_maintenance_workers = 0 as $$
begin
    create index if not exists embeddings_by_vector on embeddings using hnsw (vector halfvec_cosine_ops);
end $$;

create function drop_vector_index() returns void language plpgsql security definer
set search_path = selfimprove, public, pg_temp as $$
begin
    drop index if exists embeddings_by_vector;
end $$;
revoke execute on function build_vector_index, drop_vector_index from public;

select build_vector_index();
