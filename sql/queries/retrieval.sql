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
