set search_path to selfimprove, public;

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
