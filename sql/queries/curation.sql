-- redacted: the redacted chats of a day, earliest first
select r.chat_id, r.day, r.messages, r.feedback
from redacted_chats r
join chats c on c.id = r.chat_id
where r.day = %(day)s
order by c.started_at, r.chat_id;

-- recall: redacted chats by id
select chat_id, day, messages, feedback from redacted_chats where chat_id = any(%(chat_ids)s);

-- forget_sketches: sketches of another version are worth nothing
delete from sketches where day <= %(upto)s and rule_version <> %(rule_version)s;

-- unsketched: redacted chats up to a day that have no sketch
select r.chat_id, r.day, r.messages, r.feedback
from redacted_chats r
where r.day <= %(upto)s and not exists (select from sketches s where s.chat_id = r.chat_id);

-- write_sketches: COPY of sketches
copy sketches (chat_id, day, text_hash, sketch, rule_version) from stdin;

-- sketches: after one day up to another, in the order in which originals come before their repeats
select s.chat_id, s.text_hash, s.sketch
from sketches s
join chats c on c.id = s.chat_id
where s.day > %(after)s and s.day <= %(upto)s
order by s.day, c.started_at, s.chat_id;

-- left_out: what became of chats that were left out on days before one: the chat that they repeat, if that stays, and the
-- first that stays of those with an equal text
select s.chat_id as id, r.reason, f.chat_id as original, (r.detail ->> 'similarity')::float8 as similarity, e.chat_id as equal
from sketches s
join rejections r on r.stage = 'filtered_chats' and r.chat_id = s.chat_id
left join filtered_chats f on f.chat_id = r.duplicate_of
left join lateral (
    select o.chat_id
    from sketches o
    join filtered_chats g on g.chat_id = o.chat_id
    join chats c on c.id = o.chat_id
    where o.text_hash = s.text_hash and o.day < %(day)s
    order by o.day, c.started_at, o.chat_id
    limit 1
) e on true
where s.chat_id = any(%(chat_ids)s) and s.day < %(day)s;

-- vectors: embeddings of some chats by one model
select chat_id, vector::text as vector from embeddings where chat_id = any(%(chat_ids)s) and model = %(model)s;

-- delete: forget some filtered chats, and with them their embeddings and critiques
delete from filtered_chats where chat_id = any(%(chat_ids)s);

-- write: COPY of filtered chats
copy filtered_chats (chat_id, day, language, rule_version) from stdin;

-- write_vectors: COPY of embeddings
copy embeddings (chat_id, model, vector) from stdin;

-- tally: what is stored of a day, and how many of its filtered chats repeat another of that day or before
select (select count(*) from redacted_chats where day = %(day)s) as redacted,
       (select count(*) from filtered_chats where day = %(day)s) as filtered,
       (select count(*) from rejections where stage = 'filtered_chats' and day = %(day)s) as rejected,
       (select count(*) from embeddings e join filtered_chats f on f.chat_id = e.chat_id where f.day = %(day)s) as embedded,
       (select count(*)
        from filtered_chats f
        join sketches s on s.chat_id = f.chat_id
        where f.day = %(day)s and exists (
            select from sketches o
            join filtered_chats g on g.chat_id = o.chat_id
            where o.text_hash = s.text_hash and o.chat_id <> s.chat_id and o.day <= s.day
        )) as repeated;

-- filtered: the filtered chats of a day
select r.chat_id, r.day, r.messages, r.feedback
from filtered_chats f
join redacted_chats r on r.chat_id = f.chat_id
where f.day = %(day)s
order by r.chat_id;

-- rejections: what was left out of a day
select chat_id, reason, detail, duplicate_of from rejections where stage = 'filtered_chats' and day = %(day)s;

-- count_all: how many filtered chats there are
select count(*) as chats from filtered_chats;

-- reasons: how many chats were left out for each reason, on one day or on all
select reason, count(*) as chats
from rejections
where stage = 'filtered_chats' and (%(day)s::date is null or day = %(day)s)
group by reason
order by chats desc, reason;

-- to_embed: how many redacted chats of some days are neither embedded nor left out
select count(*) as chats
from redacted_chats r
where r.day = any(%(days)s) and not exists (select from embeddings e where e.chat_id = r.chat_id)
  and not exists (select from rejections x where x.stage = 'filtered_chats' and x.chat_id = r.chat_id);

-- drop_index: a bulk load is faster without it
select drop_vector_index();

-- build_index: have the index of embeddings, whatever ended before
select build_vector_index();

-- embedded: how many chats have an embedding by one model
select count(*) as chats from embeddings where model = %(model)s;

-- widen: look at so many candidates of the index
select set_config('hnsw.ef_search', %(candidates)s::text, true);

-- nearest: chats by cosine to a vector, the nearest first; the redacted text alone
select n.chat_id, r.day, n.similarity, r.messages
from (
    select chat_id, 1 - (vector <=> %(vector)s::halfvec(384)) as similarity
    from embeddings
    where model = %(model)s
    order by vector <=> %(vector)s::halfvec(384)
    limit %(limit)s
) n
join redacted_chats r on r.chat_id = n.chat_id
order by n.similarity desc, n.chat_id;
