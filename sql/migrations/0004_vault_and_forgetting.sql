set search_path to selfimprove, public;

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

-- A newer thumb or rating takes the older one on the same answer away: all that who only adds feedback may remove.
create function take_back(
    ids text[], chat_ids text[], positions int[], kinds text[], sources text[], moments timestamptz[]
) returns void language sql security definer set search_path = selfimprove, pg_temp as $$
    delete from feedback f
    using unnest(ids, chat_ids, positions, kinds, sources, moments) as i (id, chat_id, position, kind, source, given_at)
    where f.chat_id = i.chat_id and f.position = i.position and f.kind = i.kind and f.source = i.source
      and f.kind in ('thumbs', 'rating') and f.id <> i.id and f.given_at < i.given_at
$$;
revoke execute on function take_back from public;

-- What was forgotten, without a word of it. Append only, but for when its files were gone.
create table receipts (
    id text primary key,
    selector text not null check (selector in ('chat', 'user', 'matching', 'before')),
    selector_hash text not null,
    counts jsonb not null,
    datasets text[] not null,
    adapters text[] not null,
    runs text[] not null,
    champion_before text,
    champion_after text,
    at timestamptz not null default now(),
    swept_at timestamptz
);

-- Keyed hashes of forgotten chats.
create table tombstones (
    hash text primary key,
    kind text not null check (kind in ('chat', 'content', 'earlier', 'opening')),
    turns int not null,
    receipt_id text not null references receipts (id) deferrable initially deferred
);

-- Datasets that held a chat which was forgotten since.
create table tainted_datasets (
    dataset_id text primary key references datasets (id),
    receipt_id text not null references receipts (id) deferrable initially deferred,
    at timestamptz not null default now()
);

-- Adapters that learned from such a dataset, or went on from one that did.
create view tainted_adapters as
with recursive tainted as (
    select a.id from adapters a join tainted_datasets t on t.dataset_id = a.dataset_id
    union
    select a.id from adapters a join tainted t on a.recipe ->> 'warm_start' = t.id
)
select id from tainted;

create or replace view decided_datasets as
select distinct d.id, d.night, a.base_model
from datasets d
join adapters a on a.dataset_id = d.id
join decisions x on x.adapter_id = a.id
where (x.decision <> 'promote' or exists (select from promotions p where p.report_id = x.report_id))
  and not exists (select from tainted_datasets t where t.dataset_id = d.id);

create or replace view anchor as
select a.*
from (
    select distinct on (x.base_model) x.id
    from promotions p
    join adapters x on x.id = p.adapter_id
    where p.action = 'promoted' and not exists (select from tainted_adapters t where t.id = x.id)
    order by x.base_model, p.id
) first
join adapters a on a.id = first.id;
