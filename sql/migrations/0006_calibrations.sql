set search_path to selfimprove, public;

-- How evidence weighs: the package's prior, and what the owner's ratings made of it.
create table calibrations (
    id text primary key,
    prior text not null,
    weights jsonb not null,
    ratings int not null,
    approving int not null,
    is_fitted boolean not null,
    figures jsonb,
    judges jsonb not null,
    sources jsonb not null,
    run_id text not null,
    at timestamptz not null default now()
);

alter table critiques add column calibration text references calibrations (id);
create index critiques_rated on critiques (day) where evidence -> 'explicit' <> '[]';
