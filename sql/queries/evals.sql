-- champion: the adapter that answers
select id from champion;

-- anchor: the first adapter that was accepted for a base model
select id from anchor where base_model = %(base)s;

-- champion_at: who answered after a night, null for the base; a rollback without a night belongs to the last one. Of
-- adapters that learned from forgotten chats nothing is left to compare with
select adapter_id as id
from (select id, adapter_id, max(night) over (order by id) as reached from promotions) p
where reached <= %(night)s and not exists (select from tainted_adapters t where t.id = p.adapter_id)
order by p.id desc
limit 1;

-- golden: pinned chats that this dataset does not train on, with what they hold now
select g.chat_id, g.position, r.messages, r.feedback
from golden_chats g
join redacted_chats r on r.chat_id = g.chat_id
where not exists (
    select from dataset_examples d join examples e on e.id = d.example_id
    where d.dataset_id = %(dataset_id)s and d.split in ('train', 'replay') and e.chat_id = g.chat_id
)
order by g.pinned_at, g.chat_id;

-- held_out: what a dataset keeps to test with, and whether a model of this house gave the answer
select d.split, e.chat_id, e.messages,
       e.kind <> 'correction' and exists (select from exchanges x where x.chat_id = e.chat_id) as is_own
from dataset_examples d
join examples e on e.id = d.example_id
where d.dataset_id = %(dataset_id)s and d.split in ('validation', 'fresh')
order by d.split, d.position;

-- known: which of these examples a model has results for
select example_id from eval_results
where model = %(model)s and decoding = %(decoding)s and example_id = any(%(ids)s);

-- drawn: which sampled answers a model has given to these examples
select example_id, decoding from eval_results
where model = %(model)s and starts_with(decoding, %(sampled)s) and example_id = any(%(ids)s);

-- results: a model's results on these examples
select model, example_id, decoding, loss, passed, output, tokens from eval_results
where model = %(model)s and decoding = %(decoding)s and example_id = any(%(ids)s);

-- insert_example: keep an example; its cluster may be named anew
insert into eval_examples (id, task, slice, grader, messages, reference, chat_id, runs)
values (%(id)s, %(task)s, %(slice)s, %(grader)s, %(messages)s, %(reference)s, %(chat_id)s, %(runs)s)
on conflict (id) do update set slice = excluded.slice
where eval_examples.slice <> excluded.slice;

-- insert_result: keep a result; the first one stands
insert into eval_results (model, example_id, decoding, loss, passed, output, tokens)
values (%(model)s, %(example_id)s, %(decoding)s, %(loss)s, %(passed)s, %(output)s, %(tokens)s)
on conflict do nothing;

-- insert_report: keep a report; measured again, the newer measurements count until a decision was made on them
insert into reports (id, night, adapter_id, challenger, champion, anchor, base, history, measurements, run_id, limits_at)
select %(id)s, %(night)s, a.id, %(challenger)s, %(champion)s, %(anchor)s, %(base)s, %(history)s, %(measurements)s,
       %(run_id)s, least(d.created_at, f.limits_at)
from adapters a
join datasets d on d.id = a.dataset_id
-- who writes the same dataset again may know results of it
cross join lateral (
    select min(r.limits_at) as limits_at from reports r join adapters o on o.id = r.adapter_id where o.dataset_id = d.id
) f
where a.id = %(adapter_id)s
on conflict (id) do update
set measurements = excluded.measurements, run_id = excluded.run_id, created_at = excluded.created_at
where not exists (select from decisions d where d.report_id = reports.id);

-- insert_report_example: name an example that a report compares
insert into report_examples (report_id, example_id) values (%(report_id)s, %(example_id)s) on conflict do nothing;

-- instrument: what the newest short training on made-up secrets showed, unless it is too old, or of a clock that ran ahead
select figures, extract(epoch from clock_timestamp() - at)::float8 / 86400 as days from instruments
where key = %(key)s and at > clock_timestamp() - %(days)s * interval '1 day' and at <= clock_timestamp()
order by at desc limit 1;

-- keep_instrument: what such a training showed
insert into instruments (key, base_model, figures) values (%(key)s, %(base_model)s, %(figures)s);

-- margin: one limit as it is now
select value from margins where name = %(name)s order by declared_at desc limit 1;

-- reports_like: reports whose id begins so
select * from reports where starts_with(id, %(id)s) order by created_at desc limit 2;

-- decided: one row when a decision was made on a report
select 1 as found from decisions where report_id = %(report_id)s;

-- latest_report: the report of a run, the newest one when the run has none
select * from reports order by run_id = %(run_id)s desc, created_at desc, id limit 1;

-- report_examples: which examples a report compares
select example_id from report_examples where report_id = %(report_id)s order by example_id;

-- scores: by task and model, how many examples, the share of graded ones that passed, the mean loss; of an example with
-- sampled runs the share of these that passed counts
select e.task, r.model, count(*) as examples, avg(r.loss)::float8 as loss,
       avg(case when e.runs = 0 then r.passed::int else sampled.share end)::float8 as passed
from unnest(%(ids)s::text[]) as asked (id)
join eval_examples e using (id)
join eval_results r on r.example_id = asked.id and r.decoding = %(decoding)s and r.model = any(%(models)s)
left join lateral (
    select avg(s.passed::int) as share from eval_results s
    where s.example_id = asked.id and s.model = r.model and starts_with(s.decoding, %(sampled)s)
) sampled on e.runs > 0
group by e.task, r.model;

-- trained_on: how many of a report's examples have a chat or a prompt that its adapter was trained on
with taught as (
    select e.chat_id, e.messages - -1 as prompt
    from reports r
    join adapters a on a.id = r.adapter_id
    join dataset_examples d on d.dataset_id = a.dataset_id and d.split in ('train', 'replay')
    join examples e on e.id = d.example_id
    where r.id = %(report_id)s
)
select count(*) as count
from report_examples x
join eval_examples v on v.id = x.example_id
where x.report_id = %(report_id)s
  and (v.chat_id in (select chat_id from taught where chat_id is not null)
       or v.messages in (select prompt from taught));

-- chats_like: redacted chats whose id begins so
select chat_id, messages from redacted_chats where starts_with(chat_id, %(id)s) order by chat_id limit 2;

-- trained_nights: nights whose adapters were trained on a chat
select distinct d.night
from examples e
join dataset_examples x on x.example_id = e.id and x.split in ('train', 'replay')
join datasets d on d.id = x.dataset_id
where e.chat_id = %(chat_id)s
order by d.night;

-- pin: make a chat's answer a test of every night
insert into golden_chats (chat_id, position) values (%(chat_id)s, %(position)s)
on conflict (chat_id) do update set position = excluded.position;

-- unpin: a chat is no longer a test of every night
delete from golden_chats where chat_id = %(chat_id)s returning chat_id;

-- pins: chats that test every night
select chat_id, position, pinned_at from golden_chats order by pinned_at, chat_id;
