set search_path to selfimprove, public;

-- The key of all keyed hashes, by an id derived from it: under another one forgotten chats would come back.
create table hash_key (
    is_only boolean primary key default true check (is_only),
    id text not null,
    since timestamptz not null default clock_timestamp()
);

create function known_hash_key(key_id text) returns text language plpgsql security definer
set search_path = selfimprove, pg_temp as $$
declare
    known text;
begin
    select k.id into known from hash_key k;
    if known = key_id then
        return known;
    end if;
    insert into hash_key (id) values (key_id) on conflict (is_only) do nothing;
    update hash_key k set id = key_id
    where k.id <> key_id and not exists (select from chats) and not exists (select from tombstones);
    select k.id into known from hash_key k;
    return known;
end
$$;
revoke execute on function known_hash_key from public;

-- A newer thumb or rating takes the older one on the same answer away, by being stored and in no other way.
drop function take_back;
create function take_back() returns trigger language plpgsql security definer set search_path = selfimprove, pg_temp as $$
begin
    delete from feedback f
    using fresh i
    where f.chat_id = i.chat_id and f.position = i.position and f.kind = i.kind and f.source = i.source
      and f.kind in ('thumbs', 'rating') and f.id <> i.id and f.given_at < i.given_at;
    return null;
end
$$;
revoke execute on function take_back from public;
create trigger feedback_taken_back after insert on feedback
    referencing new table as fresh for each statement execute function take_back();

-- How a forgotten chat begins, how a short one is whole, and what a person said in one long turn.
alter table tombstones drop constraint tombstones_kind_check;
alter table tombstones add constraint tombstones_kind_check
    check (kind in ('chat', 'content', 'earlier', 'opening', 'start', 'state', 'turn'));

-- Who reads figures must not read the keyed hashes by which chats name a person: another name takes their place.
update critiques k
set evidence = replace(
    k.evidence::text, '/' || left(c.user_key, 8) || '"',
    '/' || left(encode(sha256(convert_to('provenance ' || c.user_key, 'UTF8')), 'hex'), 8) || '"'
)::jsonb
from chats c
where c.id = k.chat_id and position('/' || left(c.user_key, 8) || '"' in k.evidence::text) > 0;
update calibrations k
set sources = (
    select coalesce(jsonb_object_agg(
        regexp_replace(s.key, '/[0-9a-f]{8}$', '/' || left(encode(sha256(convert_to(
            coalesce('provenance ' || u.user_key, 'forgotten ' || s.key || clock_timestamp()), 'UTF8')), 'hex'), 8)),
        s.value), '{}')
    from jsonb_each(k.sources) s
    left join (select distinct user_key from chats) u on right(s.key, 9) = '/' || left(u.user_key, 8)
);
