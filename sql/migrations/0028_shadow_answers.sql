set search_path to selfimprove, public;

-- In an experiment both voices may answer some questions once more, unheard. Of their answers it is kept which rules
-- objected to either, and nothing else: neither the text, nor of which chat it was.
alter table experiments add column shadow double precision not null default 0 check (shadow >= 0 and shadow <= 1);
create table shadow_answers (
    id bigint generated always as identity primary key,
    experiment_id text not null references experiments (id) on delete cascade,
    challenger_flaws text[] not null,
    control_flaws text[] not null,
    is_same boolean not null,
    at timestamptz not null default clock_timestamp()
);
create index shadow_answers_by_experiment on shadow_answers (experiment_id);
