-- insert: a new token
insert into tokens (id, name, sha256, scopes, per_minute)
values (%(id)s, %(name)s, %(sha256)s, %(scopes)s, %(per_minute)s);

-- all: every token, the newest first, without its hash
select id, name, scopes, per_minute, created_at, last_used_at, revoked_at
from tokens
order by created_at desc, id;

-- valid: the tokens that let in
select id, name, sha256, scopes, per_minute from tokens where revoked_at is null order by id;

-- lock: until the transaction ends, nobody else writes down who gets in
select pg_advisory_xact_lock(hashtext('selfimprove.tokens'));

-- revoke: let a token in no more, by its id or its name
update tokens set revoked_at = now()
where revoked_at is null and (id = %(given)s or name = %(given)s)
returning id, name;

-- used: when a token was last used
update tokens set last_used_at = greatest(last_used_at, %(at)s) where id = %(id)s;

-- owners: tokens, revoked ones too, of who may read and rate every chat on the pages: their word is the owner's
select id from tokens where scopes && array['review', 'admin'];
