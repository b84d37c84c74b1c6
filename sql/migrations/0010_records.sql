set search_path to selfimprove, public;

-- What a look at a night's target took from the error budget, when, and the decision's signed record.
alter table decisions
    add column spent double precision not null default 0,
    add column judged_at timestamptz not null default clock_timestamp(),
    add column record jsonb not null default '{}',
    add column sha256 text not null default '',
    add column signature text not null default '';
update decisions set spent = alpha, judged_at = decided_at;

-- How every compared model did on every task of a judged report, written with its decision. Append only.
create table ledger (
    report_id text not null references reports (id),
    night date not null,
    task text not null,
    role text not null,
    model text not null,
    score double precision,
    loss double precision,
    n int not null,
    margin double precision,
    primary key (report_id, task, role)
);
create index ledger_by_night on ledger (night);

insert into margins (name, value, declared_at, reason)
values ('holdout_uses', 30, timestamptz '2000-01-01 00:00+00',
        'shipped: nights that a held-out item tests a gain; then it is retired from that, as chance would wear it out');
