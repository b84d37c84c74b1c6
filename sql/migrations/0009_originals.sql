set search_path to selfimprove, public;

-- What each pseudonym stands for, as a keyed hash: known again in what an adapter says, of no use without the key.
alter table redacted_chats add column originals jsonb not null default '{}';
