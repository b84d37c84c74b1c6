-- The second room: which sealed rows there are, and the redacted chats.

-- sealed_rows_exist: whether anything in the database needs the vault's keys
select exists (select from chats) as found;

-- known_hash_key: the id of the key under which this database's hashes are; this one where there are none yet
select known_hash_key(%(id)s) as id;

-- sealed: the chats of a day, as they are kept
select id, turns, key_id, nonce, sealed from chats where day = %(day)s order by id;

-- sealed_feedback: the feedback on some chats, as it is kept
select id, chat_id, position, kind, value, source, key_id, nonce, sealed
from feedback where chat_id = any(%(chat_ids)s) order by chat_id, position, given_at, id;

-- redacted: the redacted chats of a day
select chat_id, day, messages, feedback from redacted_chats where day = %(day)s order by chat_id;

-- keep_trial: what became of a run's made-up secrets in the redaction
insert into redaction_trials (run_id, rule_version, planted, survived)
values (%(run_id)s, %(version)s, %(planted)s, %(survived)s)
on conflict (run_id) do update
set rule_version = excluded.rule_version, planted = excluded.planted, survived = excluded.survived, at = excluded.at;

-- newest_trial: the last time that made-up secrets went through rules and a tagger of this version
select run_id, planted, survived from redaction_trials where rule_version = %(version)s order by at desc limit 1;

-- known_originals: which of these keyed hashes stand for something that was redacted
select distinct o.value as hash
from redacted_chats r, jsonb_each_text(r.originals) o
where o.value = any(%(hashes)s);

-- delete: forget a day's redacted chats
delete from redacted_chats where day = %(day)s;

-- write: COPY of redacted chats
copy redacted_chats (chat_id, day, messages, feedback, spans, rule_version, originals) from stdin;

-- tally: what the tables hold of a day
select (select count(*) from chats where day = %(day)s) as chats,
       (select count(*) from redacted_chats where day = %(day)s) as redacted,
       (select coalesce(jsonb_object_agg(reason, n), '{}')
        from (select reason, count(*) as n from rejections where stage = 'redacted_chats' and day = %(day)s group by reason) by_reason)
           as rejected,
       (select coalesce(jsonb_object_agg(type, n), '{}')
        from (select key as type, sum(value::int) as n
              from redacted_chats, jsonb_each_text(spans) where day = %(day)s group by key) by_type) as spans;

-- count_all: how many redacted chats there are
select count(*) as chats from redacted_chats;

-- rotation_lock: whether no other rotation is under way; held until the connection ends
select pg_try_advisory_lock(hashtext('selfimprove.rotation')) as free;

-- rotation_unlock: let the next rotation begin
select pg_advisory_unlock(hashtext('selfimprove.rotation'));

-- old_chats: chats under another key than this one, after an id, locked until they are sealed again
select id as chat_id, id, key_id, nonce, sealed from chats
where id > %(after)s and key_id <> %(key_id)s
order by id limit %(most)s for update;

-- old_feedback: feedback under another key than this one, after an id, locked until it is sealed again
select chat_id, id, key_id, nonce, sealed from feedback
where id > %(after)s and key_id <> %(key_id)s and sealed is not null
order by id limit %(most)s for update;

-- reseal_chats: put other ciphertexts in place
update chats c set key_id = x.key_id, nonce = x.nonce, sealed = x.sealed
from unnest(%(ids)s::text[], %(key_ids)s::text[], %(nonces)s::bytea[], %(sealed)s::bytea[]) as x (id, key_id, nonce, sealed)
where c.id = x.id;

-- reseal_feedback: put other ciphertexts in place
update feedback f set key_id = x.key_id, nonce = x.nonce, sealed = x.sealed
from unnest(%(ids)s::text[], %(key_ids)s::text[], %(nonces)s::bytea[], %(sealed)s::bytea[]) as x (id, key_id, nonce, sealed)
where f.id = x.id;

-- stop_writers: wait for those who are storing chats or feedback; who comes later waits for this transaction
lock table chats, feedback in share row exclusive mode;

-- retire: what is sealed under these keys is refused from now on
insert into retired_keys (key_id) select unnest(%(key_ids)s::text[]) on conflict do nothing;

-- sealed_chats: every chat, as it is kept
select id as chat_id, id, key_id, nonce, sealed from chats;

-- sealed_comments: all feedback that says something, as it is kept
select chat_id, id, key_id, nonce, sealed from feedback where sealed is not null;

-- sealed_by_id: some chats, as they are kept
select id as chat_id, id, key_id, nonce, sealed from chats where id = any(%(ids)s) order by id;
