set search_path to selfimprove, public;

-- What was asked of the gateway and who answered: all that a chat's row cannot say, and no word of what was said.
-- The exchanges of a conversation are a tree: another answer, or another question in an older one's place, is a branch
-- and a chat of its own, whose "root" is the chat that it began as.
create table exchanges (
    id text primary key,                                -- of the completion; "#1" behind it for the second of several
    chat_id text not null references chats (id) on delete cascade,
    position int not null check (position >= 0),        -- index of the answer in the chat's messages
    root text not null,                                 -- the chat that the conversation began as
    parent text,                                        -- the exchange that it goes on from
    relation text not null check (relation in ('new', 'next', 'retry', 'edit', 'other')),
    repeats text,                                       -- the exchange that is asked again, edited or stands beside it
    asked text not null,                                -- keyed hash of all that was said before the answer
    after text not null,                                -- the same with the answer: what the next request begins with
    answer text,                                        -- keyed hash of the answer alone; null: nobody answered
    at timestamptz not null,
    model text not null,                                -- base model, or an upstream's
    adapter text not null,                              -- who answered: an adapter's id or "base"
    arm text,                                           -- of an experiment
    ending text not null check (ending in ('stop', 'length', 'tool_calls', 'cancelled', 'failed')),
    prompt_tokens int,
    completion_tokens int,
    first_token_seconds real,
    seconds real
);
create index exchanges_by_chat on exchanges (chat_id);
create index exchanges_by_root on exchanges (root);
create index exchanges_by_repeated on exchanges (repeats) where repeats is not null;
create index exchanges_by_content on exchanges (after);
create index exchanges_by_answer on exchanges (answer) where answer is not null;
create index exchanges_by_time on exchanges (at);

-- What each day holds now: the fingerprint that a stage must have seen. An answer that was asked for again, or whose
-- question was edited, counts as if something had been said of it.
create or replace view day_fingerprints as
select day,
       count(*) as chats,
       md5(string_agg(c.id || c.digest || coalesce(f.ids, '') || coalesce(a.ids, ''), ',' order by c.id)) as fingerprint
from chats c
left join (
    -- grouped by day too, so that looking up one day reads that day's feedback alone
    select x.day as of_day, chat_id, string_agg(g.id, ',' order by g.id) as ids
    from feedback g join chats x on x.id = g.chat_id
    group by x.day, chat_id
) f on f.of_day = c.day and f.chat_id = c.id
left join (
    select x.day as of_day, e.chat_id, string_agg(g.id, ',' order by g.id) as ids
    from exchanges e join chats x on x.id = e.chat_id join exchanges g on g.repeats = e.id
    where g.relation in ('retry', 'edit')
    group by x.day, e.chat_id
) a on a.of_day = c.day and a.chat_id = c.id
group by day;

-- Answers that stand in a chat because its conversation branched off behind them: judged and learned where they were given.
create view inherited_answers as
with recursive line as (
    select e.chat_id, p.id, p.chat_id as given_in, p.position, p.parent, p.answer
    from exchanges e join exchanges p on p.id = e.parent
    where p.chat_id <> e.chat_id
    union
    select l.chat_id, p.id, p.chat_id, p.position, p.parent, p.answer from line l join exchanges p on p.id = l.parent
)
select distinct chat_id, position, given_in from line where answer is not null;
