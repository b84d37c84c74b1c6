set search_path to selfimprove, public;

-- The first adapter that was ever accepted for a base model, frozen: drift is measured against it.
create or replace view anchor as
select a.*
from (
    select distinct on (x.base_model) x.id
    from promotions p
    join adapters x on x.id = p.adapter_id
    where p.action = 'promoted'
    order by x.base_model, p.id
) first
join adapters a on a.id = first.id;
