set search_path to selfimprove, public;

-- What a second reader found in an example, read once for each version of the reader.
create table second_opinions (
    example_id text not null,                           -- of an example that may have been left out for it
    reader text not null,                               -- with its version and settings
    chat_id text references chats (id) on delete cascade,   -- null for replay that no chat supplied
    found jsonb not null,                               -- names of what was found, never its text; [] for nothing
    at timestamptz not null default now(),
    primary key (example_id, reader)
);
create index second_opinions_by_chat on second_opinions (chat_id);
