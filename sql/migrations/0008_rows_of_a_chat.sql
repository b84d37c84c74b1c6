set search_path to selfimprove, public;

-- Forgetting follows a chat into every room: each step back from row to row needs its index.
create index rejections_by_chat on rejections (chat_id);
create index dataset_examples_by_example on dataset_examples (example_id);
create index dataset_left_out_by_chat on dataset_left_out (chat_id);
create index eval_examples_by_chat on eval_examples (chat_id) where chat_id is not null;
create index eval_results_by_example on eval_results (example_id);
create index report_examples_by_example on report_examples (example_id);
