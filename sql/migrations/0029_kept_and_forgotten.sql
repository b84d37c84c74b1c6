set search_path to selfimprove, public;

-- Forgetting tells which other chats say the same or nearly, and what was left out as a copy of what went stays out.
alter table receipts add column stays jsonb not null default '{}';
alter table excluded_chats add column receipt_id text;

-- Who may not read what was said may let a chat grow, and no more: it comes with more turns, and with the bytes that so
-- many messages take at least, 28 each. That catches an empty or an earlier state, and not who lies: other bytes look
-- alike, and no rule about lengths helps, since a client that sends no thoughts back makes a grown chat the shorter one.
create function refuse_to_replace() returns trigger language plpgsql set search_path = selfimprove, pg_temp as $$
begin
    if not has_column_privilege('selfimprove.chats', 'sealed', 'select') and exists (
        select from before b join after a on a.id = b.id
        where a.turns <= b.turns or length(a.sealed) < 28 * a.turns + 17 or length(a.nonce) <> length(b.nonce)
    ) then
        raise exception 'a chat may grow, and not be replaced' using errcode = 'insufficient_privilege';
    end if;
    return null;
end
$$;
create trigger chats_replaced after update on chats
    referencing old table as before new table as after for each statement execute function refuse_to_replace();

-- The id under which this database's hashes are; the given one where it has none yet, or nothing that was hashed and who
-- asks may read chats. The gateway, which may be the first to ask in a new house, exchanges none that is known.
create or replace function known_hash_key(key_id text) returns text language plpgsql security definer
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
    where k.id <> key_id and not exists (select from chats) and not exists (select from tombstones)
      and has_column_privilege(session_user, 'selfimprove.chats', 'sealed', 'select');
    select k.id into known from hash_key k;
    return known;
end
$$;
