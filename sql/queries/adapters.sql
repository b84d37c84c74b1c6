-- The sixth room: what was learned.

-- insert: keep an adapter; the same one trained again belongs to the newer run
insert into adapters (id, base_model, dataset_id, recipe, metrics, url, files, night, run_id)
values (%(id)s, %(base_model)s, %(dataset_id)s, %(recipe)s, %(metrics)s, %(url)s, %(files)s, %(night)s, %(run_id)s)
on conflict (id) do update
set run_id = excluded.run_id, metrics = excluded.metrics, url = excluded.url, created_at = now();

-- of_run: the adapter a run trained
select id, base_model, dataset_id, recipe, metrics, url, files, night
from adapters where run_id = %(run_id)s order by created_at desc, id limit 1;

-- newest_undecided: the newest adapter that no decision was made upon
select a.id, a.base_model, a.dataset_id, a.recipe, a.metrics, a.url, a.files, a.night
from adapters a
where not exists (select from decisions d where d.adapter_id = a.id)
  and not exists (select from tainted_adapters t where t.id = a.id)
order by a.created_at desc, a.id limit 1;

-- champion: the adapter that answers, if it belongs to this base model
select id, base_model, dataset_id, recipe, metrics, url, files, night from champion where base_model = %(base_model)s;

-- adapter: one adapter by the beginning of its id
select a.id, a.base_model, a.dataset_id, a.recipe, a.metrics, a.url, a.files, a.night, g.at as pruned_at
from adapters a
left join pruned_adapters g on g.adapter_id = a.id
where starts_with(a.id, %(id)s) order by a.id limit 2;

-- all_adapters: every adapter, the newest first
select a.id, a.base_model, a.dataset_id, a.recipe, a.metrics, a.url, a.files, a.night, g.at as pruned_at
from adapters a
left join pruned_adapters g on g.adapter_id = a.id
order by a.created_at desc, a.id;

-- adapters: every adapter, the newest first, with the last decision about it and whether it answers now
select a.id, a.night, a.base_model, a.dataset_id, a.recipe, a.metrics, a.url, a.created_at, d.decision,
       a.id is not distinct from (select id from champion) as is_champion, i.at as pinned_at, i.reason as pinned_for,
       g.at as pruned_at
from adapters a
left join adapter_pins i on i.adapter_id = a.id
left join pruned_adapters g on g.adapter_id = a.id
left join lateral (
    select decision from decisions where adapter_id = a.id order by decided_at desc limit 1
) d on true
order by a.created_at desc, a.id;

-- read_substitutes: datasets that an adapter, or one it went on from, read with made-up values in place of pseudonyms
with recursive line as (
    select a.id, a.dataset_id, a.recipe from adapters a where a.id = %(id)s
    union
    select a.id, a.dataset_id, a.recipe from adapters a join line l on a.id = l.recipe ->> 'warm_start'
)
select distinct dataset_id from line where recipe ->> 'pseudonyms' = 'substitutes';

-- pin: keep an adapter's files until a person lets them go
insert into adapter_pins (adapter_id, reason) values (%(id)s, %(reason)s)
on conflict (adapter_id) do update set reason = excluded.reason, at = excluded.at;

-- unpin: let an adapter go when its time comes
delete from adapter_pins where adapter_id = %(id)s returning adapter_id;

-- judged_by_people: what speaks against giving an adapter to anybody
select exists (select from promotions p where p.action = 'vetoed' and p.replaced = %(id)s) as vetoed,
       exists (select from tainted_adapters t where t.id = %(id)s) as tainted;

-- one_change: wait until the champion is not being changed, and let nobody change it until this transaction ends
set transaction isolation level read committed;
select pg_advisory_xact_lock(hashtext('selfimprove.promotion'));

-- retention: adapters whose files are there, the newest first, with what decides whether they stay. "former" counts
-- champions back from the newest; "reigned" is true for who answered after one of the last nights, or just before them.
-- Of adapters that learned from forgotten chats the files are gone already
with reigns as (
    select p.id, p.adapter_id, max(p.night) over (order by p.id) as reached
    from promotions p
),
since as (
    select max(n.night) - %(nights)s::int as night
    from (select night from adapters union all select night from promotions) n
),
compared as (
    select r.adapter_id
    from reigns r, since
    where r.reached > since.night
       or r.id = (select max(e.id) from reigns e
                  where e.reached <= since.night
                    and not exists (select from tainted_adapters t where t.id = e.adapter_id))
),
former as (
    select p.adapter_id, row_number() over (order by max(p.id) desc) as place
    from promotions p
    where p.action = 'promoted'
      and not exists (select from promotions v where v.action = 'vetoed' and v.replaced = p.adapter_id)
      and not exists (select from tainted_adapters t where t.id = p.adapter_id)
      and p.adapter_id is distinct from (select id from champion)
    group by p.adapter_id
)
select a.id, a.night, a.dataset_id, a.url,
       row_number() over (order by a.created_at desc, a.id) as age,
       a.id is not distinct from (select id from champion) as is_champion,
       a.id in (select id from anchor) as is_anchor,
       a.id in (select adapter_id from compared where adapter_id is not null) as reigned,
       (select place from former f where f.adapter_id = a.id) as former,
       exists (select from adapter_pins i where i.adapter_id = a.id) as is_pinned,
       exists (select from experiments e where e.outcome = 'running' and a.id in (e.challenger, e.control)) as is_tried,
       not exists (select from decisions d where d.adapter_id = a.id)
       or exists (select from decisions d
                  where d.adapter_id = a.id and d.decision = 'promote'
                    and not exists (select from promotions p where p.report_id = d.report_id)) as is_waiting
from adapters a
where not exists (select from pruned_adapters g where g.adapter_id = a.id)
  and not exists (select from tainted_adapters t where t.id = a.id)
order by a.created_at desc, a.id;

-- prune: an adapter's files are about to be deleted
insert into pruned_adapters (adapter_id, bytes) values (%(id)s, %(bytes)s) on conflict do nothing;

-- back: an adapter was trained again, bit for bit the same, and its files are there again
delete from pruned_adapters where adapter_id = %(id)s;

-- gone: where files of pruned adapters were
select a.id, a.url from adapters a join pruned_adapters g on g.adapter_id = a.id;

-- known: which of these ids are of adapters
select id from adapters where id = any(%(ids)s);

-- newest_datasets: those that a night may still read
select id from datasets order by created_at desc, id limit %(keep)s;
