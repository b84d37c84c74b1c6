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
select id, base_model, dataset_id, recipe, metrics, url, files, night
from adapters where starts_with(id, %(id)s) order by id limit 2;

-- all_adapters: every adapter, the newest first
select id, base_model, dataset_id, recipe, metrics, url, files, night from adapters order by created_at desc, id;

-- adapters: every adapter, the newest first, with the last decision about it and whether it answers now
select a.id, a.night, a.base_model, a.dataset_id, a.recipe, a.metrics, a.url, a.created_at, d.decision,
       a.id is not distinct from (select id from champion) as is_champion
from adapters a
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
