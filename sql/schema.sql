-- The house's tables, in the order data flows. This file is what to read; sql/migrations/ is the way to it,
-- and selfimprove_tests/test_postgres.py proves that both give the same database.
-- Dagster's own tables live beside these in schema "dagster".

create extension if not exists vector with schema public;

create schema if not exists selfimprove;
set search_path to selfimprove, public;

create table migrations (
    name text primary key,
    sha256 text not null,
    applied_at timestamptz not null default now()
);

-- 1 chats -----------------------------------------------------------------------------------------------------

-- One conversation. What was said is in "sealed" (AES-256-GCM over the messages as JSON); only privacy/ opens it.
create table chats (
    id text primary key,                                -- keyed hash of source, external id and opening
    source text not null,                               -- which importer or server wrote it
    user_key text,                                      -- keyed hash of who spoke, never the name itself
    day date not null,
    started_at timestamptz not null,
    turns int not null check (turns >= 0),              -- messages inside "sealed"
    side text not null check (side in ('train', 'validation', 'sealed')),   -- by hash, for ever
    digest text not null,                               -- keyed hash of the whole content
    key_id text not null,
    nonce bytea not null,
    sealed bytea not null,
    arrived_at timestamptz not null default now()
);
create index chats_by_day on chats (day);
alter table chats alter column sealed set storage external;    -- ciphertext does not compress

-- Rating, correction or comment on one answer; its text, when it has one, is sealed like a chat.
create table feedback (
    id text primary key,                                -- keyed hash of chat, position, kind, source and content
    chat_id text not null references chats (id) on delete cascade,
    position int not null check (position >= 0),        -- index of the answer in the chat's messages
    kind text not null check (kind in ('thumbs', 'rating', 'correction', 'preference', 'comment')),
    value real check (value between -1 and 1),          -- thumbs -1 or 1, rating scaled to [-1, 1]
    source text not null,                               -- provenance: where from, and ":" with a token that is not the owner's
    key_id text,
    nonce bytea,
    sealed bytea,                                       -- corrected answer, rejected answer or comment
    given_at timestamptz not null default now()
);
create index feedback_by_chat on feedback (chat_id);

-- A newer thumb or rating takes the older one on the same answer away, by being stored and in no other way: all that
-- who only adds feedback may remove.
create function take_back() returns trigger language plpgsql security definer set search_path = selfimprove, pg_temp as $$
begin
    delete from feedback f
    using fresh i
    where f.chat_id = i.chat_id and f.position = i.position and f.kind = i.kind and f.source = i.source
      and f.kind in ('thumbs', 'rating') and f.id <> i.id and f.given_at < i.given_at;
    return null;
end
$$;
revoke execute on function take_back from public;
create trigger feedback_taken_back after insert on feedback
    referencing new table as fresh for each statement execute function take_back();

-- What was asked of the gateway and who answered: all that a chat's row cannot say, and no word of what was said.
-- The exchanges of a conversation are a tree: another answer, or another question in an older one's place, is a branch
-- and a chat of its own, whose "root" is the chat that it began as.
create table exchanges (
    id text primary key,                                -- of the completion; "#1" behind it for the second of several
    chat_id text not null references chats (id) on delete cascade,
    position int not null check (position >= 0),        -- index of the answer in the chat's messages
    root text not null,                                 -- the chat that the conversation began as
    parent text,                                        -- the exchange that it goes on from
    relation text not null check (relation in ('new', 'next', 'retry', 'edit', 'other')),
    repeats text,                                       -- the exchange that is asked again, edited or stands beside it
    asked text not null,                                -- keyed hash of all that was said before the answer
    after text not null,                                -- the same with the answer: what the next request begins with
    answer text,                                        -- keyed hash of the answer alone; null: nobody answered
    at timestamptz not null,
    model text not null,                                -- base model, or an upstream's
    adapter text not null,                              -- who answered: an adapter's id, "base" or "upstream"
    arm text,                                           -- of an experiment
    ending text not null check (ending in ('stop', 'length', 'tool_calls', 'cancelled', 'failed')),
    prompt_tokens int,
    completion_tokens int,
    first_token_seconds real,
    seconds real,
    token text                                          -- that it was asked with; null: the owner's, or none
);
create index exchanges_by_chat on exchanges (chat_id);
create index exchanges_by_root on exchanges (root);
create index exchanges_by_repeated on exchanges (repeats) where repeats is not null;
create index exchanges_by_content on exchanges (after);
create index exchanges_by_answer on exchanges (answer) where answer is not null;
create index exchanges_by_time on exchanges (at);

-- Keys that seal nothing any more.
create table retired_keys (
    key_id text primary key,
    retired_at timestamptz not null default now()
);

-- A process that read its keys long ago must not store what nobody could open once the key is dropped.
create function refuse_retired_keys() returns trigger language plpgsql set search_path = selfimprove, pg_temp as $$
begin
    if exists (select from fresh join retired_keys using (key_id)) then
        raise exception 'sealed under a key that was retired' using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end
$$;
create trigger chats_under_retired_keys after insert on chats
    referencing new table as fresh for each statement execute function refuse_retired_keys();
create trigger chats_resealed_under_retired_keys after update on chats
    referencing new table as fresh for each statement execute function refuse_retired_keys();
create trigger feedback_under_retired_keys after insert on feedback
    referencing new table as fresh for each statement execute function refuse_retired_keys();
create trigger feedback_resealed_under_retired_keys after update on feedback
    referencing new table as fresh for each statement execute function refuse_retired_keys();

-- Who may not read what was said may let a chat grow, and no more: it comes with more turns, and with the bytes that so
-- many messages take at least, 28 each. That catches an empty or an earlier state, and not who lies: other bytes look
-- alike, and no rule about lengths helps, since a client that sends no thoughts back makes a grown chat the shorter one.
create function refuse_to_replace() returns trigger language plpgsql set search_path = selfimprove, pg_temp as $$
begin
    if not has_column_privilege('selfimprove.chats', 'sealed', 'select') and exists (
        select from before b join after a on a.id = b.id
        where a.turns <= b.turns or length(a.sealed) < 28 * a.turns + 17 or length(a.nonce) <> length(b.nonce)
    ) then
        raise exception 'a chat may grow, and not be replaced' using errcode = 'insufficient_privilege';
    end if;
    return null;
end
$$;
create trigger chats_replaced after update on chats
    referencing old table as before new table as after for each statement execute function refuse_to_replace();

-- A line of an imported file that could not be read; its text is not kept.
create table import_rejections (
    digest text primary key,                            -- keyed hash of file name, line and content
    file text not null,
    line int not null,
    reason text not null,
    detail text not null default '',
    at timestamptz not null default now()
);

-- Counts of one stage for one day, and whether its checks passed: a day counts only when all four have.
create table stage_days (
    stage text not null check (stage in ('chat_logs', 'redacted_chats', 'filtered_chats', 'critique_scores')),
    day date not null,
    fingerprint text not null,                          -- of the day's chats as they were when the stage ran
    rule_version text not null,
    counts jsonb not null,                              -- {"in", "out", "rejected": {reason: n}, ...}
    passed boolean,                                     -- null until the stage's checks have spoken
    run_id text not null,
    at timestamptz not null default now(),
    primary key (stage, day)
);

-- What a stage left out, with its reason. A later stage never sees the chat.
create table rejections (
    stage text not null,
    chat_id text not null references chats (id) on delete cascade,
    day date not null,
    reason text not null,
    detail jsonb not null default '{}',
    duplicate_of text,                                  -- the original, for duplicates
    rule_version text not null,
    primary key (stage, chat_id)
);
create index rejections_by_day on rejections (stage, day);
create index rejections_by_chat on rejections (chat_id);

-- 2 privacy ---------------------------------------------------------------------------------------------------

create table redacted_chats (
    chat_id text primary key references chats (id) on delete cascade,
    day date not null,
    messages jsonb not null,                            -- [{"role", "content"}], spans replaced by their type
    feedback jsonb not null default '[]',               -- [{"position", "kind", "value", "text", "source"}]
    spans jsonb not null,                               -- {type: how many were replaced}
    rule_version text not null,
    originals jsonb not null default '{}'               -- {pseudonym: keyed hash of what it stands for}
);
create index redacted_chats_by_day on redacted_chats (day);

-- What became of made-up secrets that went through the redaction of a run, in memory; never what they said.
create table redaction_trials (
    run_id text primary key,
    rule_version text not null,                         -- of the rules and the tagger
    planted jsonb not null,                             -- how many of each type
    survived jsonb not null,                            -- how many of those came out
    at timestamptz not null default clock_timestamp()
);

-- 3 curation --------------------------------------------------------------------------------------------------

-- What duplicates are found by, for every redacted chat, kept or not: computed once.
create table sketches (
    chat_id text primary key references redacted_chats (chat_id) on delete cascade,
    day date not null,
    text_hash text not null,                            -- of the normalised text, for exact duplicates
    sketch bytea not null,                              -- MinHash of character 5-grams, for near duplicates
    rule_version text not null
);
create index sketches_by_day on sketches (day);
create index sketches_by_text_hash on sketches (text_hash);

create table filtered_chats (
    chat_id text primary key references redacted_chats (chat_id) on delete cascade,
    day date not null,
    language text,                                      -- null where the text is too short to say
    rule_version text not null
);
create index filtered_chats_by_day on filtered_chats (day);

create table embeddings (
    chat_id text primary key references filtered_chats (chat_id) on delete cascade,
    model text not null,
    vector halfvec(384) not null
);

-- Nearest chats by cosine. Built at once it is several times faster than row by row, so a bulk load takes it away and
-- puts it back; whoever may write the table may do both. Serial: parallel building wants more of /dev/shm than
-- containers have.
create function build_vector_index() returns void language plpgsql security definer
set search_path = selfimprove, public, pg_temp set maintenance_work_mem = '256MB' set max_parallel_maintenance_workers = 0 as $$
begin
    create index if not exists embeddings_by_vector on embeddings using hnsw (vector halfvec_cosine_ops);
end $$;

create function drop_vector_index() returns void language plpgsql security definer
set search_path = selfimprove, public, pg_temp as $$
begin
    drop index if exists embeddings_by_vector;
end $$;
revoke execute on function build_vector_index, drop_vector_index from public;

select build_vector_index();

-- 4 critiques -------------------------------------------------------------------------------------------------

-- How evidence weighs: the package's prior, and what the owner's ratings made of it.
create table calibrations (
    id text primary key,                                -- hash of all that decides a score
    prior text not null,                                -- version of the weights it began from
    weights jsonb not null,                             -- {name of the evidence: weight on the log-odds scale}
    ratings int not null,
    approving int not null,
    is_fitted boolean not null,                         -- false while the weights are the prior's
    figures jsonb,                                      -- on ratings held out; null while there are too few
    judges jsonb not null,                              -- {judge: its agreement with the owner}
    sources jsonb not null,                             -- {source of feedback: its ratings and their effect}
    run_id text not null,
    at timestamptz not null default now()
);

create table critiques (
    chat_id text not null references filtered_chats (chat_id) on delete cascade,
    position int not null,                              -- index of the answer in the chat's messages
    day date not null,
    score real not null check (score between 0 and 1),  -- probability that a person would approve
    evidence jsonb not null,                            -- every finding that went into the score
    rule_version text not null,
    calibration text references calibrations (id),      -- what the score was computed by
    primary key (chat_id, position)
);
create index critiques_by_day on critiques (day);
create index critiques_rated on critiques (day) where evidence -> 'explicit' <> '[]';

-- 5 datasets --------------------------------------------------------------------------------------------------

-- One training conversation, by the hash of its chat and messages.
create table examples (
    id text primary key,
    chat_id text references chats (id) on delete cascade,   -- null for replay that no chat supplied
    kind text not null check (kind in ('correction', 'approved', 'replay', 'synthetic')),
    messages jsonb not null,
    score real,
    created_at timestamptz not null default now(),
    rejected text                                       -- the answer that a person replaced or did not prefer
);
create index examples_by_chat on examples (chat_id);

create table datasets (
    id text primary key,                                -- sha256 of the manifest
    night date not null,
    cutoff date not null,                               -- chats of this day and later are fresh: they only test
    manifest jsonb not null,                            -- counts, rule, seed, days, hashes
    run_id text not null,
    created_at timestamptz not null default now()
);

create table dataset_examples (
    dataset_id text not null references datasets (id) on delete cascade,
    example_id text not null references examples (id) on delete cascade,
    split text not null check (split in ('train', 'validation', 'fresh', 'replay')),
    position int not null,
    weight real,                                        -- how likely it was drawn to be practised again; null: by lot
    drawn_for text,                                     -- what was lost that it is like: a slice, or a task of own questions
    primary key (dataset_id, example_id)
);
create index dataset_examples_by_example on dataset_examples (example_id);

-- Examples that were chosen and then kept out of every split, and that no decided dataset had considered before: with
-- dataset_examples all that was ever considered, once. Why the newest dataset left out what it did is in rejections.
create table dataset_left_out (
    dataset_id text not null references datasets (id) on delete cascade,
    chat_id text not null references chats (id) on delete cascade,
    example_id text not null,
    reason text not null,
    primary key (dataset_id, chat_id)
);
create index dataset_left_out_by_chat on dataset_left_out (chat_id);

-- What one run found to learn from: a dataset, or a sentence that says why there is none.
create table dataset_runs (
    run_id text primary key,
    night date,                                         -- null while no day is clean
    dataset_id text references datasets (id) on delete cascade,
    sentence text not null,
    counts jsonb not null,                              -- chats: {"in", "out", "rejected": {reason: n}}
    at timestamptz not null default now()
);

-- The base model's own greedy answers to replay prompts, given once.
create table replay_answers (
    base_model text not null,
    prompt_hash text not null,
    messages jsonb,                                     -- null where it did not come to an end or said nothing
    primary key (base_model, prompt_hash)
);

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

-- Where the lesson of an example belongs, asked before weights change.
create table routes (
    example_id text primary key,                        -- of an example that may have been left out for it
    chat_id text not null references chats (id) on delete cascade,
    base_model text not null,                           -- the trial was with it
    route text not null check (route in ('memory', 'weights', 'nowhere')),
    score real not null check (score between 0 and 1),  -- how surely elsewhere than in the weights
    reason text not null,
    decided_by text not null check (decided_by in ('rules', 'model', 'person')),
    features text not null,                             -- version of what is seen in a lesson
    evidence jsonb not null,                            -- features, model, and losses with and without the fact
    question text not null,                             -- redacted, as the fact is
    fact text not null,
    said_at timestamptz not null,
    vector halfvec(384),                                -- of the question; null where a rule decided without it
    at timestamptz not null default now()
);
create index routes_by_chat on routes (chat_id);

-- Facts that are told to the model with a question instead of trained into it.
create table memories (
    id text primary key,                                -- hash of the example's id
    chat_id text not null references chats (id) on delete cascade,
    example_id text not null unique references routes (example_id) on delete cascade,
    question text not null,                             -- redacted, as the fact is
    fact text not null,
    embedding halfvec(384) not null,                    -- of question and fact
    model text not null,                                -- that made the embedding
    said_at timestamptz not null,
    created_at timestamptz not null default now(),
    superseded_by text references chats (id) on delete set null     -- where people said otherwise later
);
create index memories_by_chat on memories (chat_id);
create index memories_by_successor on memories (superseded_by) where superseded_by is not null;

-- Chats of which a person said: never learn from it. They stay, and no dataset takes anything from them. So do copies
-- of a forgotten chat that had been left out for it.
create table excluded_chats (
    chat_id text primary key references chats (id) on delete cascade,
    excluded_at timestamptz not null default clock_timestamp(),
    receipt_id text                                     -- of the forgetting; null: a person said so
);

-- 6 adapters --------------------------------------------------------------------------------------------------

-- LoRA weights. The row is written last: an adapter without a row does not exist.
create table adapters (
    id text primary key,                                -- sha256 over the files' hashes
    base_model text not null,                           -- id of the base model it belongs to
    dataset_id text not null references datasets (id),
    recipe jsonb not null,
    metrics jsonb not null,                             -- losses, tokens per second, peak memory, seconds, delta norm
    url text not null,                                  -- where its files are
    files jsonb not null,                               -- {file name: sha256}
    night date not null,
    run_id text not null,
    created_at timestamptz not null default now()
);

-- Adapters whose files stay until a person lets them go.
create table adapter_pins (
    adapter_id text primary key references adapters (id),
    reason text not null default '',
    at timestamptz not null default clock_timestamp()
);

-- Adapters whose files were deleted to save room: their rows stay, and what was measured of them.
create table pruned_adapters (
    adapter_id text primary key references adapters (id),
    bytes bigint not null,                              -- how much room that gave back
    at timestamptz not null default clock_timestamp()
);

-- 7 evals -----------------------------------------------------------------------------------------------------

create table eval_examples (
    id text primary key,                                -- hash of task, messages, reference and grader
    task text not null,                                 -- core, refusals, golden, holdout, fresh
    slice text not null,                                -- template or topic: the cluster of paired statistics
    grader text not null,
    messages jsonb not null,                            -- the prompt
    reference text not null,
    chat_id text references chats (id) on delete cascade,
    runs int not null default 0                         -- sampled answers that are its score; 0: the greedy one is
);
create index eval_examples_by_chat on eval_examples (chat_id) where chat_id is not null;

-- Chats the owner pinned: they test every night and are never trained on.
create table golden_chats (
    chat_id text primary key references chats (id) on delete cascade,
    position int not null,                              -- the answer that is the reference
    pinned_at timestamptz not null default now()
);

-- One model's result on one example, computed once: models and examples are content hashes.
create table eval_results (
    model text not null,                                -- base model id, or base and adapter id joined
    example_id text not null references eval_examples (id) on delete cascade,
    decoding text not null,                             -- "greedy", or the sampler's settings
    loss real,                                          -- nats per reference token; null when not a number, or sampled
    passed boolean,                                     -- null where no grader applies
    output text not null,
    tokens int not null,
    at timestamptz not null default now(),
    primary key (model, example_id, decoding)
);
create index eval_results_by_example on eval_results (example_id);

-- Measured results of challenger, champion, anchor and base on the same prompts.
create table reports (
    id text primary key,                                -- hash of the models and examples compared
    night date not null,
    adapter_id text not null references adapters (id),
    challenger text not null,                           -- the four models whose eval_results are compared
    champion text not null,
    anchor text not null,
    base text not null,
    history jsonb not null default '{}',                -- {"7": model, "30": model}
    measurements jsonb not null,                        -- delta norm, log-probability shift, latency, memory, leaks
    run_id text not null,
    created_at timestamptz not null default now(),
    limits_at timestamptz not null default now()        -- margins declared until then judge it: when its data was frozen
);

create table report_examples (
    report_id text not null references reports (id) on delete cascade,
    example_id text not null references eval_examples (id) on delete cascade,
    primary key (report_id, example_id)
);
create index report_examples_by_example on report_examples (example_id);

-- What a short training on made-up secrets showed of a recipe; the adapter was not kept.
create table instruments (
    key text not null,                                  -- hash of the base model, the recipe but for its length, the canaries
    base_model text not null,
    figures jsonb not null,                             -- exposure and its chance by the number of copies
    at timestamptz not null default clock_timestamp(),
    primary key (key, at)
);

-- 8 promotion -------------------------------------------------------------------------------------------------

-- Limits of the gates. Append only; a night is judged by the rows declared before its dataset was frozen.
create table margins (
    name text not null,
    value double precision not null,
    declared_at timestamptz not null default now(),
    reason text not null default '',
    primary key (name, declared_at)
);

create table decisions (
    report_id text primary key references reports (id),
    adapter_id text not null references adapters (id),
    night date not null,
    decision text not null check (decision in ('promote', 'reject', 'not_enough_evidence')),
    reasons jsonb not null,                             -- one sentence a gate that did not hold
    verdicts jsonb not null,                            -- every gate with its value, limit and interval
    alpha double precision not null,                    -- the level of this night's look at its target
    run_id text not null,
    decided_at timestamptz not null default now(),
    spent double precision not null default 0,          -- what that look took from the year's error budget
    judged_at timestamptz not null default clock_timestamp(),
    record jsonb not null default '{}',                 -- what it rests on: metrics, data, recipe, code, thresholds
    sha256 text not null default '',                    -- of the record
    signature text not null default ''                  -- of that hash, by the vault's key; empty without one
);

-- How every compared model did on every task of a judged report, written with its decision. Append only.
create table ledger (
    report_id text not null references reports (id),
    night date not null,
    task text not null,
    role text not null,                                 -- base, anchor, champion, 1, 7 or 30 (nights ago), challenger
    model text not null,
    score double precision,                             -- share passed; null where nothing is graded
    loss double precision,                              -- nats a token
    n int not null,
    margin double precision,                            -- score minus the anchor's on the same items: what adds up
    primary key (report_id, task, role)
);
create index ledger_by_night on ledger (night);

-- Who answers, as a history: the newest row is the champion. Append only.
-- promoted -> (rolled_back | vetoed | promoted); a null adapter is the base model.
create table promotions (
    id bigint generated always as identity primary key,
    action text not null check (action in ('promoted', 'rolled_back', 'vetoed')),
    adapter_id text references adapters (id),           -- who answers from now on
    replaced text references adapters (id),             -- who answered before; for a veto, who may never answer again
    report_id text unique references reports (id),      -- the evidence of a promotion: it can be spent once
    night date,
    reason text not null default '',
    at timestamptz not null default now(),
    check ((action = 'promoted') = (report_id is not null))
);
-- Evidence makes an adapter champion once; after a rollback only a person brings it back.
create unique index promotions_once on promotions (adapter_id) where action = 'promoted';

-- Promotions that every gate allowed and that wait for a person's word.
-- asked -> approved (it was promoted) | declined (it may never answer); one that lost its standing stays asked.
create table approvals (
    report_id text primary key references reports (id),
    state text not null default 'asked' check (state in ('asked', 'approved', 'declined')),
    asked_at timestamptz not null default clock_timestamp(),
    answered_at timestamptz,
    reason text not null default ''
);

-- 8b experiments ----------------------------------------------------------------------------------------------

-- A promoted adapter's first days: it answers a share of new chats, the voice before it the others.
-- running -> confirmed | demoted | expired | replaced | stopped
create table experiments (
    id text primary key,                                -- hash of promotion, challenger and control
    promotion_id bigint not null unique references promotions (id),
    challenger text not null references adapters (id),
    control text references adapters (id),              -- null is the base model
    share double precision not null check (share >= 0 and share < 1),   -- of new chats that the challenger answers
    level double precision not null check (level > 0 and level < 1),    -- chance of ever demoting one as good
    ratio double precision not null check (ratio > 1),  -- times as many displeased chats that must be ruled out
    started_at timestamptz not null default clock_timestamp(),
    ends_at timestamptz not null,
    outcome text not null default 'running'
        check (outcome in ('running', 'confirmed', 'demoted', 'expired', 'replaced', 'stopped')),
    reason text not null default '',
    ended_at timestamptz,
    looked_at timestamptz,
    figures jsonb not null default '{}',                -- what the last look counted and found
    shadow double precision not null default 0      -- of new chats, that both answer unheard
        check (shadow >= 0 and shadow <= 1),
    owner_talks boolean not null default false      -- showed a few signs in the weeks before: no guest comes first
);
create unique index experiments_running on experiments (outcome) where outcome = 'running';

-- Both voices answered a question once more, unheard: which rules objected to either, and nothing else of it, neither
-- the text nor the chat.
create table shadow_answers (
    id bigint generated always as identity primary key,
    experiment_id text not null references experiments (id) on delete cascade,
    challenger_flaws text[] not null,                   -- names of rules, see critiques/find.py
    control_flaws text[] not null,
    is_same boolean not null,                           -- word for word
    at timestamptz not null default clock_timestamp()
);
create index shadow_answers_by_experiment on shadow_answers (experiment_id);

-- 9 reports ---------------------------------------------------------------------------------------------------

create table morning_reports (
    run_id text primary key,                            -- of the night it tells about
    night date not null,
    outcome text not null check (
        outcome in ('promoted', 'waiting', 'rejected', 'not_enough_evidence', 'nothing_to_learn', 'failed')
    ),
    sentence text not null,                             -- the decision in one sentence
    url text not null,                                  -- the HTML file
    sha256 text not null,
    created_at timestamptz not null default now()
);

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

-- new -> sent | failed (not delivered, visible in doctor) | kept (no target configured); failed -> sent, or given up
-- after so many attempts
create table alerts (
    id bigint generated always as identity primary key,
    run_id text not null,
    asset text not null default '',
    check_name text not null default '',
    message text not null,
    state text not null default 'new' check (state in ('new', 'sent', 'failed', 'kept')),
    at timestamptz not null default now(),
    attempts int not null default 0,
    next_at timestamptz not null default clock_timestamp(),     -- no delivery is tried before
    told text[] not null default '{}',                  -- hashes of the targets that took it
    sent_at timestamptz,
    problem text not null default '',                   -- what the last attempt came to
    unique (run_id, asset, check_name)
);

-- 10 forgetting -----------------------------------------------------------------------------------------------

-- What was forgotten, without a word of it. Append only, but for when its files were gone.
-- swept_at null -> files, reports and adapters of it may still be there -> removed
-- given_back_at null -> files of the database may still hold it -> written anew, or nobody here may do that
create table receipts (
    id text primary key,                                -- hash of the rest
    selector text not null check (selector in ('chat', 'user', 'matching', 'before')),
    selector_hash text not null,                        -- keyed hash of what was asked for
    counts jsonb not null,                              -- rows removed, by table
    datasets text[] not null,                           -- that held such a chat
    adapters text[] not null,                           -- that learned from those, or went on from one that did
    runs text[] not null,                               -- whose morning reports may have quoted it
    champion_before text,                               -- null is the base model
    champion_after text,
    at timestamptz not null default now(),
    swept_at timestamptz,
    stays jsonb not null default '{}',                  -- other chats: "copies" say the same, "near_copies" nearly
    unopened text[] not null default '{}',              -- chats that stay, of which nobody knows what they say
    given_back_at timestamptz
);

-- Keyed hashes of forgotten chats: no import brings them back.
create table tombstones (
    hash text primary key,
    -- id; how it begins, where nobody else's does; a short one whole; one long turn of a person's; the others are of old
    kind text not null check (kind in ('chat', 'content', 'earlier', 'opening', 'start', 'state', 'turn')),
    turns int not null,                                 -- how many messages were hashed
    receipt_id text not null references receipts (id) deferrable initially deferred
);
create index tombstones_of_old on tombstones (turns) where kind = 'opening';

-- The key of all keyed hashes, by an id derived from it: under another one forgotten chats would come back.
create table hash_key (
    is_only boolean primary key default true check (is_only),
    id text not null,
    since timestamptz not null default clock_timestamp()
);

-- The id under which this database's hashes are; the given one where it has none yet, or nothing that was hashed and who
-- asks may read chats. The gateway, which may be the first to ask in a new house, exchanges none that is known.
create function known_hash_key(key_id text) returns text language plpgsql security definer
set search_path = selfimprove, pg_temp as $$
declare
    known text;
begin
    select k.id into known from hash_key k;
    if known = key_id then
        return known;
    end if;
    insert into hash_key (id) values (key_id) on conflict (is_only) do nothing;
    update hash_key k set id = key_id
    where k.id <> key_id and not exists (select from chats) and not exists (select from tombstones)
      and has_column_privilege(session_user, 'selfimprove.chats', 'sealed', 'select');
    select k.id into known from hash_key k;
    return known;
end
$$;
revoke execute on function known_hash_key from public;

-- Datasets that held a chat which was forgotten since.
create table tainted_datasets (
    dataset_id text primary key references datasets (id),
    receipt_id text not null references receipts (id) deferrable initially deferred,
    at timestamptz not null default now()
);

-- gateway: tokens -----------------------------------------------------------------------------------------------

-- Who may talk to the gateway from elsewhere. Of a token only the SHA-256 is kept: it is 256 random bits.
create table tokens (
    id text primary key check (id ~ '^[0-9a-f]{8}$'),
    name text not null,
    sha256 text not null unique check (sha256 ~ '^[0-9a-f]{64}$'),
    scopes text[] not null check (cardinality(scopes) > 0 and scopes <@ array['chat', 'feedback', 'review', 'admin']),
    per_minute integer not null check (per_minute > 0),
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    revoked_at timestamptz
);

-- views -------------------------------------------------------------------------------------------------------

-- Adapters that learned from such a dataset, or went on from one that did: they never answer again.
create view tainted_adapters as
with recursive tainted as (
    select a.id from adapters a join tainted_datasets t on t.dataset_id = a.dataset_id
    union
    select a.id from adapters a join tainted t on a.recipe ->> 'warm_start' = t.id
)
select id from tainted;

-- What each day holds now: the fingerprint that a stage must have seen. An answer that was asked for again, or whose
-- question was edited, counts as if something had been said of it.
create view day_fingerprints as
select day,
       count(*) as chats,
       md5(string_agg(c.id || c.digest || coalesce(f.ids, '') || coalesce(a.ids, ''), ',' order by c.id)) as fingerprint
from chats c
left join (
    -- grouped by day too, so that looking up one day reads that day's feedback alone
    select x.day as of_day, chat_id, string_agg(g.id, ',' order by g.id) as ids
    from feedback g join chats x on x.id = g.chat_id
    group by x.day, chat_id
) f on f.of_day = c.day and f.chat_id = c.id
left join (
    select x.day as of_day, e.chat_id, string_agg(g.id, ',' order by g.id) as ids
    from exchanges e join chats x on x.id = e.chat_id join exchanges g on g.repeats = e.id
    where g.relation in ('retry', 'edit')
    group by x.day, e.chat_id
) a on a.of_day = c.day and a.chat_id = c.id
group by day;

-- Answers that stand in a chat because its conversation branched off behind them: judged and learned where they were given.
create view inherited_answers as
with recursive line as (
    select e.chat_id, p.id, p.chat_id as given_in, p.position, p.parent, p.answer
    from exchanges e join exchanges p on p.id = e.parent
    where p.chat_id <> e.chat_id
    union
    select l.chat_id, p.id, p.chat_id, p.position, p.parent, p.answer from line l join exchanges p on p.id = l.parent
)
select distinct chat_id, position, given_in from line where answer is not null;

-- Days whose four stages ran on the chats the day holds now, and passed their checks.
create view clean_days as
select d.day, d.fingerprint
from day_fingerprints d
join stage_days s on s.day = d.day and s.fingerprint = d.fingerprint and s.passed
group by d.day, d.fingerprint
having count(*) = 4;

-- The adapter that answers; no row while it is the base model.
create view champion as
select a.*, p.id as promotion_id, p.at as promoted_at, p.night as promoted_night
from (select * from promotions order by id desc limit 1) p
join adapters a on a.id = p.adapter_id;

-- Datasets whose adapter was judged: what they considered is no longer new to its base model. A promotion that was
-- decided on and not carried out, because the machine stopped in between, is still to come. What is left of a dataset
-- that held a forgotten chat is new again: the next night learns it without that chat.
create view decided_datasets as
select distinct d.id, d.night, a.base_model
from datasets d
join adapters a on a.dataset_id = d.id
join decisions x on x.adapter_id = a.id
where (x.decision <> 'promote' or exists (select from promotions p where p.report_id = x.report_id))
  and not exists (select from tainted_datasets t where t.dataset_id = d.id);

-- The first adapter that was ever accepted for a base model and may still answer, frozen: drift is measured against it.
create view anchor as
select a.*
from (
    select distinct on (x.base_model) x.id
    from promotions p
    join adapters x on x.id = p.adapter_id
    where p.action = 'promoted' and not exists (select from tainted_adapters t where t.id = x.id)
    order by x.base_model, p.id
) first
join adapters a on a.id = first.id;

-- The server keeps samples of each column's values, to plan by, and every role that may read the column may read them.
-- Of columns that hold what was said it keeps none: a chat that was forgotten would live on there.
alter table chats alter column sealed set statistics 0;
alter table feedback alter column sealed set statistics 0;
alter table import_rejections alter column detail set statistics 0;
alter table rejections alter column detail set statistics 0;
alter table redacted_chats
    alter column messages set statistics 0, alter column feedback set statistics 0,
    alter column spans set statistics 0, alter column originals set statistics 0;
alter table sketches alter column sketch set statistics 0;
alter table embeddings alter column vector set statistics 0;
alter table critiques alter column evidence set statistics 0;
alter table examples alter column messages set statistics 0, alter column rejected set statistics 0;
alter table replay_answers alter column messages set statistics 0;
alter table second_opinions alter column found set statistics 0;
alter table routes
    alter column evidence set statistics 0, alter column question set statistics 0,
    alter column fact set statistics 0;
alter table memories
    alter column question set statistics 0, alter column fact set statistics 0,
    alter column embedding set statistics 0;
alter table eval_examples
    alter column slice set statistics 0, alter column messages set statistics 0,
    alter column reference set statistics 0;
alter table eval_results alter column output set statistics 0;

-- Limits of the gates until someone declares others with `selfimprove promotion margins set`.

-- rows --------------------------------------------------------------------------------------------------------

insert into margins (name, value, declared_at, reason)
select name, value, timestamptz '2000-01-01 00:00+00', 'shipped: ' || reason
from (values
    ('core_items', 200, 'fewest graded core items; 500 tell more'),
    ('target_items', 20, 'fewest graded fresh and held-out items; 100 tell more'),
    ('refusal_items', 20, 'fewest graded refusals'),
    ('logprob_shift', 0.0001, 'mean change of log-probability, nats a token, below which nothing was learned'),
    ('error_budget', 0.05, 'chance of ever promoting an adapter that is not better, over all nights'),
    ('target_gain', 0.05, 'smallest gain on target items worth a promotion'),
    ('core_drop', 0.03, 'core suite against the champion'),
    ('slice_drop', 0.1, 'any one slice of the core suite against the champion'),
    ('core_loss_rise', 0.2, 'nats a token; a changed style moves losses without a wrong answer'),
    ('core_floor', 0.5, 'share of the core suite that a first adapter solves'),
    ('history_drop', 0.05, 'core and pinned chats against the anchor and the champions of 7 and 30 nights ago'),
    ('refusal_drop', 0.1, 'refusals against the champion'),
    ('broken_share', 0.005, 'outputs empty or looping that the champion''s were not; not a number is never allowed'),
    ('leak_outputs', 20, 'fewest sampled outputs searched for leaks'),
    ('latency_ratio', 1.5, 'against the champion; a first adapter is compared with the bare base model'),
    ('memory_ratio', 1.5, 'against the champion; a first adapter is compared with the bare base model'),
    ('report_hours', 36, 'age after which a report is too old to promote'),
    ('holdout_uses', 30, 'nights that a held-out item tests a gain; then it is retired from that, as chance would wear it out'),
    ('canaries', 32, 'fewest made-up secrets in a group'),
    ('canary_p', 0.001, 'chance below which the exposure of made-up secrets counts as learned'),
    ('canary_names', 0.25, 'share of made-up names that the redaction may miss; of all else it may miss none'),
    ('instrument_days', 7, 'age after which the test of leaks must show again that it finds planted secrets'),
    ('membership_told', 0.6, 'area under the curve of what people said, which is not trained on'),
    ('membership_taught', 0.9, 'area under the curve of the answers, which are taught'),
    ('own_drop', 0.05, 'a shown loss on held-out questions against the champion and earlier models'),
    ('pins_lost', 0.1, 'share of the pinned answers that the champion gives and that may be lost')
) as shipped (name, value, reason);
