set search_path to selfimprove, public;

-- Whose token asked, so that a cap on what one of them supplies cannot be passed by under many names.
alter table exchanges add column token text;
