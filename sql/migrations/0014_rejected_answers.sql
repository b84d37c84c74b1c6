set search_path to selfimprove, public;

-- The answer that a person replaced or did not prefer, for training on pairs.
alter table examples add column rejected text;
