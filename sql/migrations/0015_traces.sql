set search_path to selfimprove, public;

-- Which lessons moved a new champion the way that an answer wanted: the nearest of the answers that changed most.
create table traces (
    report_id text not null references reports (id) on delete cascade,
    example_id text not null references eval_examples (id) on delete cascade,   -- the answer
    lesson_id text not null references examples (id) on delete cascade,
    gradient real not null,                             -- cosine of the gradients of the adapter's weights
    likeness real,                                      -- cosine of the chats' embeddings; null where one has none
    primary key (report_id, example_id, lesson_id)
);
create index traces_by_example on traces (example_id);
create index traces_by_lesson on traces (lesson_id);
