-- The day: what is kept of exchanges, and what of them is known again.

-- not_for_long: where somebody waits, for a table that is locked too
set local statement_timeout = '2s';

-- write: an exchange, where its chat has taken its turn in
insert into exchanges (id, chat_id, position, root, parent, relation, repeats, asked, after, answer, at, model, adapter, arm,
                       ending, prompt_tokens, completion_tokens, first_token_seconds, seconds, token)
select %(id)s, c.id, %(position)s, %(root)s, %(parent)s, %(relation)s, %(repeats)s, %(asked)s, %(after)s, %(answer)s, %(at)s,
       %(model)s, %(adapter)s, %(arm)s, %(ending)s, %(prompt_tokens)s, %(completion_tokens)s, %(first_token_seconds)s,
       %(seconds)s, %(token)s
from chats c where c.id = %(chat_id)s and c.turns >= %(turns)s
on conflict (id) do nothing;

-- taken: places that hold an answer already
select id, chat_id, position from exchanges where chat_id = any(%(chats)s) and answer is not null;

-- standing: turns of these chats, and up to these answers, as far as they are stored; null for roots that were forgotten
select id, turns from chats where id = any(%(chat_id)s)
union all
select id, position + 1 from exchanges where id = any(%(parent)s)
union all
select hash, null from tombstones where kind = 'chat' and hash = any(%(root)s);

-- given: which of these conversations were answered so
select after from exchanges where after = any(%(after)s) and answer is not null;

-- newest: what a gateway that starts remembers of conversations, the newest first
select id, chat_id, position, root, parent, relation, repeats, asked, after, answer, at, ending, token from exchanges
order by at desc, id limit %(most)s;

-- by_id: where answers stand
select id, chat_id, position from exchanges where id = any(%(ids)s) and answer is not null;

-- answered: what stands at a place, by the hashes of all that was said before it and with it
select asked, after from exchanges where chat_id = %(chat_id)s and position = %(position)s and answer is not null;

-- by_content: where the newest answer stands that said this, or after which this was all that was said
select id, chat_id, position from exchanges
where answer is not null and (after = %(after)s or answer = %(answer)s)
order by after = %(after)s desc nulls last, at desc, id limit 1;

-- forgotten: which of these chats were forgotten
select hash as id from tombstones where kind = 'chat' and hash = any(%(chats)s);
