set search_path to selfimprove, public;

-- Promotions that every gate allowed and that wait for a person's word.
-- asked -> approved (it was promoted) | declined (it may never answer); one that lost its standing stays asked.
create table approvals (
    report_id text primary key references reports (id),
    state text not null default 'asked' check (state in ('asked', 'approved', 'declined')),
    asked_at timestamptz not null default clock_timestamp(),
    answered_at timestamptz,
    reason text not null default ''
);

-- Chats of which a person said: never learn from it. They stay, and no dataset takes anything from them.
create table excluded_chats (
    chat_id text primary key references chats (id) on delete cascade,
    excluded_at timestamptz not null default clock_timestamp()
);

alter table morning_reports drop constraint morning_reports_outcome_check;
alter table morning_reports add constraint morning_reports_outcome_check check (
    outcome in ('promoted', 'waiting', 'rejected', 'not_enough_evidence', 'nothing_to_learn', 'failed')
);
