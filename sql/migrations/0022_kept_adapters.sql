set search_path to selfimprove, public;

-- Adapters whose files stay until a person lets them go.
create table adapter_pins (
    adapter_id text primary key references adapters (id),
    reason text not null default '',
    at timestamptz not null default clock_timestamp()
);

-- Adapters whose files were deleted to save room: their rows stay, and what was measured of them.
create table pruned_adapters (
    adapter_id text primary key references adapters (id),
    bytes bigint not null,
    at timestamptz not null default clock_timestamp()
);
