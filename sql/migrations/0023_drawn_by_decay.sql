set search_path to selfimprove, public;

-- Why an example is practised again.
alter table dataset_examples add column weight real;
alter table dataset_examples add column drawn_for text;
