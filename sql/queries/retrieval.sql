-- mark: where taking back what is seeded returns to
savepoint seeded;

-- take_back: as if nothing had been seeded
rollback to savepoint seeded;

-- chat: a chat that nobody had
insert into chats (id, source, day, started_at, turns, side, digest, key_id, nonce, sealed)
values (%(id)s, 'retrieval', '2000-01-01', '2000-01-01', 1, 'sealed', %(id)s, '', '', '');

-- redacted: what it says
insert into redacted_chats (chat_id, day, messages, feedback, spans, rule_version)
values (%(id)s, '2000-01-01', %(messages)s, '[]', '{}', '');

-- filtered: it may be embedded
insert into filtered_chats (chat_id, day, language, rule_version) values (%(id)s, '2000-01-01', 'en', '');

-- embedding: where a search finds it
insert into embeddings (chat_id, model, vector) values (%(id)s, %(model)s, %(vector)s);

-- others: how many chats of the owner's stand beside what is seeded
select count(*) as chats from embeddings join chats c on c.id = chat_id where c.source <> 'retrieval';

-- route: whence a fact that nobody told comes
insert into routes (example_id, chat_id, base_model, route, score, reason, decided_by, features, evidence, question, fact, said_at)
values (%(id)s, %(id)s, '', 'memory', 1, 'seeded', 'rules', '', '{}', %(question)s, %(fact)s, '2000-01-01');

-- memory: where the search of memories finds it
insert into memories (id, chat_id, example_id, question, fact, embedding, model, said_at)
values (%(id)s, %(id)s, %(id)s, %(question)s, %(fact)s, %(vector)s, %(model)s, '2000-01-01');

-- twin_route: whence a fact comes that no longer holds
insert into routes (example_id, chat_id, base_model, route, score, reason, decided_by, features, evidence, question, fact, said_at)
values (%(id)s || ' before', %(id)s, '', 'memory', 1, 'seeded', 'rules', '', '{}', %(question)s, %(fact)s, '1999-01-01');

-- twin: the same as before, superseded
insert into memories (id, chat_id, example_id, question, fact, embedding, model, said_at, superseded_by)
values (%(id)s || ' before', %(id)s, %(id)s || ' before', %(question)s, %(fact)s, %(vector)s, %(model)s, '1999-01-01', %(id)s);
