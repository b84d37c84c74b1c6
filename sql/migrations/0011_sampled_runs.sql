set search_path to selfimprove, public;

alter table eval_examples add column runs int not null default 0;
