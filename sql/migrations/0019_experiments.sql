set search_path to selfimprove, public;

-- A promoted adapter's first days: it answers a share of new chats, the voice before it the others.
-- running -> confirmed | demoted | expired | replaced | stopped
create table experiments (
    id text primary key,
    promotion_id bigint not null unique references promotions (id),
    challenger text not null references adapters (id),
    control text references adapters (id),
    share double precision not null check (share >= 0 and share < 1),
    level double precision not null check (level > 0 and level < 1),
    ratio double precision not null check (ratio > 1),
    started_at timestamptz not null default clock_timestamp(),
    ends_at timestamptz not null,
    outcome text not null default 'running'
        check (outcome in ('running', 'confirmed', 'demoted', 'expired', 'replaced', 'stopped')),
    reason text not null default '',
    ended_at timestamptz,
    looked_at timestamptz,
    figures jsonb not null default '{}'
);
create unique index experiments_running on experiments (outcome) where outcome = 'running';
