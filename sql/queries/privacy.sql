-- The second room: which sealed rows there are, and the redacted chats.

-- sealed_rows_exist: whether anything in the database needs the vault's keys
select exists (select from chats) as found;

-- sealed: the chats of a day, as they are kept
select id, turns, key_id, nonce, sealed from chats where day = %(day)s order by id;

-- sealed_feedback: the feedback on some chats, as it is kept
select id, chat_id, position, kind, value, source, key_id, nonce, sealed
from feedback where chat_id = any(%(chat_ids)s) order by chat_id, position, given_at, id;

-- redacted: the redacted chats of a day
select chat_id, day, messages, feedback from redacted_chats where day = %(day)s order by chat_id;

-- delete: forget a day's redacted chats
delete from redacted_chats where day = %(day)s;

-- write: COPY of redacted chats
copy redacted_chats (chat_id, day, messages, feedback, spans, rule_version) from stdin;

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
