-- Where lessons belong, and the facts that are remembered instead of trained.

-- stored: what was decided of these examples for a base model, by these features or by a person
select example_id, route, reason, decided_by from routes
where example_id = any(%(ids)s) and (decided_by = 'person' or base_model = %(base_model)s and features = %(features)s)
  and reason <> 'not_tried';

-- write: keep where a lesson belongs; what a person decided stands
insert into routes (example_id, chat_id, base_model, route, score, reason, decided_by, features, evidence, question, fact,
                    said_at, vector)
values (%(example_id)s, %(chat_id)s, %(base_model)s, %(route)s, %(score)s, %(reason)s, %(decided_by)s, %(features)s,
        %(evidence)s, %(question)s, %(fact)s, %(said_at)s, %(vector)s)
on conflict (example_id) do update
set base_model = excluded.base_model, route = excluded.route, score = excluded.score, reason = excluded.reason,
    decided_by = excluded.decided_by, features = excluded.features, evidence = excluded.evidence,
    vector = excluded.vector, at = now()
where routes.decided_by <> 'person';

-- overrule: a person says where a lesson belongs
update routes set route = %(route)s, score = %(score)s, reason = 'corrected', decided_by = 'person', at = now()
where example_id = %(example_id)s;

-- like: the routes of examples whose id begins so
select example_id, chat_id, route, score, reason, decided_by, question, fact, said_at from routes
where starts_with(example_id, %(id)s) order by example_id limit 2;

-- list: every route, the newest first
select example_id, chat_id, route, score, reason, decided_by, features, evidence, question, fact, said_at, at
from routes order by at desc, example_id;

-- corrections: what people said of routes, with what a model sees of them
select example_id, route, evidence -> 'features' as features, vector::text as vector from routes
where decided_by = 'person' and vector is not null and features = %(features)s
order by example_id;

-- remember: keep a fact; one that was there stays as it was
insert into memories (id, chat_id, example_id, question, fact, embedding, model, said_at)
values (%(id)s, %(chat_id)s, %(example_id)s, %(question)s, %(fact)s, %(embedding)s, %(model)s, %(said_at)s)
on conflict (id) do nothing;

-- drop: facts of lessons that belong elsewhere now
delete from memories m using routes r where r.example_id = m.example_id and r.route <> 'memory';

-- facts: what is remembered, the newest first
select id, chat_id, example_id, question, fact, model, said_at, created_at, superseded_by from memories
order by said_at desc, id;

-- valid: the facts that hold, with the embedding of their question
select m.id, m.chat_id, m.question, m.fact, m.said_at, r.vector::text as vector
from memories m join routes r on r.example_id = m.example_id
where m.superseded_by is null order by m.said_at, m.id;

-- supersede: people said otherwise later
update memories set superseded_by = %(chat_id)s where id = %(id)s;

-- nearest: the facts most like a question, by cosine; an exact search, a household has few
select id, question, fact, 1 - (embedding <=> %(vector)s::halfvec) as similarity from memories
where superseded_by is null and model = %(model)s
order by embedding <=> %(vector)s::halfvec, id limit %(limit)s;

-- are_any: one row when a fact can be found by this embedding model
select 1 as found from memories where superseded_by is null and model = %(model)s limit 1;

-- drop_stale: routes of chats that were read again and teach something else now, and with them their facts
delete from routes where chat_id = any(%(chats)s) and example_id <> all(%(examples)s);
