-- incoming: where a batch of chats waits inside its transaction
create temporary table if not exists incoming (like chats including defaults) on commit drop;

-- incoming_feedback: where a batch of feedback waits inside its transaction
create temporary table if not exists incoming_feedback (like feedback) on commit drop;

-- incoming_rejections: where rejected lines wait inside their transaction
create temporary table if not exists incoming_rejections (like import_rejections including defaults) on commit drop;

-- clear_incoming: make room for the next batch
truncate incoming, incoming_feedback;

-- copy_incoming: COPY of sealed chats
copy incoming (id, source, user_key, day, started_at, turns, side, digest, key_id, nonce, sealed)
from stdin (format binary);

-- copy_incoming_feedback: COPY of feedback
copy incoming_feedback (id, chat_id, position, kind, value, source, key_id, nonce, sealed, given_at)
from stdin (format binary);

-- copy_incoming_rejections: COPY of lines that could not be read
copy incoming_rejections (digest, file, line, reason, detail) from stdin (format binary);

-- merge: new chats come in, known ones grow when they come with more turns; a chat stays in its day
with merged as (
    insert into chats select * from incoming
    on conflict (id) do update
    set turns = excluded.turns, digest = excluded.digest, key_id = excluded.key_id, nonce = excluded.nonce,
        sealed = excluded.sealed, arrived_at = excluded.arrived_at
    where chats.turns < excluded.turns
    returning xmax = 0 as imported
)
select count(*) filter (where imported) as imported, count(*) filter (where not imported) as updated from merged;

-- replace_feedback: a newer thumb or rating takes the place of the older one on the same answer
delete from feedback f using incoming_feedback i
where f.chat_id = i.chat_id and f.position = i.position and f.kind = i.kind and f.source = i.source
  and f.kind in ('thumbs', 'rating') and f.id <> i.id and f.given_at < i.given_at;

-- merge_feedback: new feedback on answers that exist, unless a newer thumb or rating is there
insert into feedback
select i.* from incoming_feedback i join chats c on c.id = i.chat_id
where i.position < c.turns and not exists (
    select from feedback f
    where f.chat_id = i.chat_id and f.position = i.position and f.kind = i.kind and f.source = i.source
      and f.kind in ('thumbs', 'rating') and f.id <> i.id
)
on conflict (id) do nothing;

-- merge_rejections: each line once
with emptied as (delete from incoming_rejections returning *)
insert into import_rejections select * from emptied on conflict (digest) do nothing;

-- forget_rejections: a file that is imported again tells anew what could not be read
delete from import_rejections where file = %(file)s;

-- pin: an answer that tests every night
insert into golden_chats (chat_id, position) values (%(chat_id)s, %(position)s) on conflict (chat_id) do nothing;

-- listed: chats without their text
select id, day, source, turns, side from chats
where %(day)s::date is null or day = %(day)s::date
order by started_at, id;

-- rejections: what could not be read
select file, line, reason, detail, at from import_rejections
where %(files)s::text[] is null or file = any(%(files)s::text[])
order by file, line limit %(most)s::int;

-- count: what a day holds, and rows that break the room's promises
with today as (select * from chats where day = %(day)s),
given as (select f.*, t.turns from feedback f join today t on t.id = f.chat_id)
select
    (select count(*) from today) as chats,
    (select coalesce(sum(turns), 0) from today) as turns,
    (select coalesce(jsonb_object_agg(source, n), '{}') from (select source, count(*) as n from today group by source) s) as sources,
    (select coalesce(jsonb_object_agg(source, n), '{}') from (select source, count(*) as n from given group by source) s) as feedback,
    (select count(*) from today where key_id = '' or length(nonce) <> 12 or length(sealed) <= 16)
    + (select count(*) from given where sealed is not null and (coalesce(key_id, '') = '' or length(nonce) <> 12)) as unsealed,
    (select count(*) from given where position >= turns) as misplaced_feedback;

-- count_all: how many chats there are
select count(*) as chats from chats;

-- sample_days: first and last day of the sample household's chats
select min(day) as first, max(day) as last from chats where source = 'sample';

-- known: which of these chats are stored
select id from chats where id = any(%(ids)s);
