-- Who is to answer by day.

-- listen: be told of every promotion, rollback and veto when it commits, and when something was forgotten
listen selfimprove_promotion;

-- newest: the newest promotion, rollback or veto, with the experiment about it; its challenger and control when it runs
select p.id as promotion_id, p.action, p.adapter_id, p.replaced, x.id as experiment, x.outcome, x.control, x.share,
       x.shadow
from promotions p
left join experiments x on x.promotion_id = p.id
order by p.id desc
limit 1;

-- earlier: conversations that had begun before an experiment did, those that were gone on with last first
select e.root
from exchanges e
group by e.root
having min(e.at) < (select x.started_at from experiments x where x.id = %(experiment)s)
order by max(e.at) desc
limit %(most)s;

-- forgettings: how often something was forgotten; no clock tells which was the last, that may have run ahead
select count(*) as count from receipts;

-- standing: what speaks for and against an adapter's answering; `accepted` is that evidence made it champion once
select exists (select from promotions p join decisions d on d.report_id = p.report_id
               where p.action = 'promoted' and p.adapter_id = %(id)s and d.adapter_id = p.adapter_id
                 and d.decision = 'promote') as accepted,
       exists (select from promotions p where p.action = 'vetoed' and p.replaced = %(id)s) as vetoed,
       exists (select from tainted_adapters t where t.id = %(id)s) as tainted;
