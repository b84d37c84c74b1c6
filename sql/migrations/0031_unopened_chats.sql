set search_path to selfimprove, public;

-- A chat that cannot be opened keeps no other from being forgotten: it stays, is named, and goes by its id.
alter table receipts add column unopened text[] not null default '{}';
