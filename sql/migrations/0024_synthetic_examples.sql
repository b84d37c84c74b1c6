set search_path to selfimprove, public;

-- Lessons that the model itself asked for in other words: they belong to the chat of the lesson.
alter table examples drop constraint examples_kind_check;
alter table examples add constraint examples_kind_check check (kind in ('correction', 'approved', 'replay', 'synthetic'));
