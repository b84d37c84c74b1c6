-- while_nothing_is_forgotten: keep a chat from coming back while it is being forgotten; held until the transaction ends
select pg_advisory_xact_lock_shared(hashtext('selfimprove.forgetting'));

-- incoming: where a batch of chats waits inside its transaction; named columns, for who may not read all of chats
create temporary table if not exists incoming (
    id text, source text, user_key text, day date, started_at timestamptz, turns int, side text, digest text,
    key_id text, nonce bytea, sealed bytea, arrived_at timestamptz default now()
) on commit drop;

-- incoming_feedback: where a batch of feedback waits inside its transaction
create temporary table if not exists incoming_feedback (
    id text, chat_id text, position int, kind text, value real, source text, key_id text, nonce bytea, sealed bytea,
    given_at timestamptz, digest text
) on commit drop;

-- incoming_rejections: where rejected lines wait inside their transaction
create temporary table if not exists incoming_rejections (like import_rejections including defaults) on commit drop;

-- clear_incoming: make room for the next batch
truncate incoming, incoming_feedback;

-- copy_incoming: COPY of sealed chats
copy incoming (id, source, user_key, day, started_at, turns, side, digest, key_id, nonce, sealed)
from stdin (format binary);

-- copy_incoming_feedback: COPY of feedback
copy incoming_feedback (id, chat_id, position, kind, value, source, key_id, nonce, sealed, given_at, digest)
from stdin (format binary);

-- copy_incoming_rejections: COPY of lines that could not be read
copy incoming_rejections (digest, file, line, reason, detail) from stdin (format binary);

-- leave_forgotten: take what was forgotten out of a batch, by its id or by all that was said
delete from incoming i where exists (select from tombstones t where t.hash in (i.id, i.digest));

-- openings: how many turns, and which hashes, began a chat that was forgotten when chats were hashed as they came
select turns, array_agg(hash) as hashes from tombstones where kind = 'opening' group by turns order by turns;

-- any_forgotten: one row when anything was ever forgotten
select 1 as found from tombstones limit 1;

-- marks: by what a chat that was forgotten is known
select hash from tombstones where kind in ('start', 'state', 'turn');

-- marks_among: those of these hashes by which a chat that was forgotten is known
select hash from tombstones where hash = any(%(hashes)s) and kind in ('start', 'state', 'turn');

-- merge: new chats come in; one that is there waits for who is storing it and stays as it is
insert into chats select * from incoming on conflict (id) do nothing;

-- grow: known chats that come with more turns take them on, in the order of ids; a chat stays in its day
-- (an array of ids is looked up by the index, where a join would read all chats for every batch)
with longer as (
    select i.* from chats c join incoming i on i.id = c.id
    where c.id = any(array(select id from incoming)) and c.turns < i.turns
    order by c.id for update of c
)
update chats c
set turns = l.turns, digest = l.digest, key_id = l.key_id, nonce = l.nonce, sealed = l.sealed, arrived_at = l.arrived_at
from longer l
where c.id = l.id and c.turns < l.turns;

-- outgrow: what an export said of a chat that grows goes where the newer one says it no more: answers may be others now
delete from feedback f
using incoming i
join chats c on c.id = i.id
where f.chat_id = any(array(select id from incoming)) and f.chat_id = c.id and c.turns < i.turns
  and f.source = c.source and f.kind <> 'comment'
  and not exists (select from incoming_feedback n where n.id = f.id);

-- leave_other_states: what was said of another state of a chat than is stored is of other answers, but a veto holds
delete from incoming_feedback i
using chats c
where c.id = any(array(select chat_id from incoming_feedback)) and c.id = i.chat_id and c.digest <> i.digest
  and i.kind <> 'comment';

-- merge_feedback: new feedback on answers that exist, unless a thumb or rating as new is there; an older one goes
insert into feedback
select i.id, i.chat_id, i.position, i.kind, i.value, i.source, i.key_id, i.nonce, i.sealed, i.given_at
from incoming_feedback i join chats c on c.id = i.chat_id
where c.id = any(array(select chat_id from incoming_feedback)) and i.position < c.turns and not exists (
    select from feedback f
    where f.chat_id = i.chat_id and f.position = i.position and f.kind = i.kind and f.source = i.source
      and f.kind in ('thumbs', 'rating') and f.id <> i.id and f.given_at >= i.given_at
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
