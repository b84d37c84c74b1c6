set search_path to selfimprove, public;

-- Where the lesson of an example belongs, asked before weights change.
create table routes (
    example_id text primary key,
    chat_id text not null references chats (id) on delete cascade,
    base_model text not null,
    route text not null check (route in ('memory', 'weights', 'nowhere')),
    score real not null check (score between 0 and 1),
    reason text not null,
    decided_by text not null check (decided_by in ('rules', 'model', 'person')),
    features text not null,
    evidence jsonb not null,
    question text not null,
    fact text not null,
    said_at timestamptz not null,
    vector halfvec(384),
    at timestamptz not null default now()
);
create index routes_by_chat on routes (chat_id);

-- Facts that are told to the model with a question instead of trained into it.
create table memories (
    id text primary key,
    chat_id text not null references chats (id) on delete cascade,
    example_id text not null unique references routes (example_id) on delete cascade,
    question text not null,
    fact text not null,
    embedding halfvec(384) not null,
    model text not null,
    said_at timestamptz not null,
    created_at timestamptz not null default now(),
    superseded_by text references chats (id) on delete set null
);
create index memories_by_chat on memories (chat_id);
create index memories_by_successor on memories (superseded_by) where superseded_by is not null;
