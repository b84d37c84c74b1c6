-- record_alert: keep an alert once
insert into alerts (run_id, asset, check_name, message)
values (%(run_id)s, %(asset)s, %(check_name)s, %(message)s)
on conflict (run_id, asset, check_name) do nothing;

-- pending_alerts: what is to be sent, locked until it is; another sender takes none of it
select id, asset, check_name, message, at, attempts, next_at, told
from alerts where state in ('new', 'failed') order by id for update skip locked;

-- last_sent: when alerts were delivered last, to anyone; what a clock that ran ahead has still to come tells nothing
select max(sent_at) as at from alerts where sent_at <= %(now)s;

-- mark_alert: what became of one
update alerts
set state = %(state)s, attempts = %(attempts)s, next_at = %(next_at)s, told = %(told)s, sent_at = %(sent_at)s,
    problem = %(problem)s
where id = %(id)s;

-- alerts: the newest
select run_id, asset, check_name, message, state, at, attempts, next_at, problem
from alerts order by id desc limit %(limit)s;

-- delivery: how many alerts wait, could not be delivered yet, or were given up, and what the last attempt came to
select count(*) filter (where state = 'new')::int as waiting,
       count(*) filter (where state = 'failed' and attempts < %(most)s)::int as failing,
       count(*) filter (where state = 'failed' and attempts >= %(most)s)::int as given_up,
       min(next_at) filter (where state = 'failed' and attempts < %(most)s) as next_at,
       (array_agg(problem order by id desc) filter (where state = 'failed'))[1] as problem
from alerts;

-- last_night: when the newest morning report was written, and since when there are chats that a night could have read; one
-- that a clock wrote which ran ahead is no sign of life until then
select (select max(created_at) from morning_reports where created_at <= %(now)s) as told_at,
       (select min(arrived_at) from chats) as first_chat_at;

-- alerts_of_run: what failed in a run, what stopped it first
select asset, check_name, message from alerts where run_id = %(run_id)s order by id;

-- leaves_traces: whether a run has touched any day, dataset, adapter, report or decision, or raised an alert
select exists (select from stage_days where run_id = %(run_id)s)
    or exists (select from dataset_runs where run_id = %(run_id)s)
    or exists (select from adapters where run_id = %(run_id)s)
    or exists (select from reports where run_id = %(run_id)s)
    or exists (select from decisions where run_id = %(run_id)s)
    or exists (select from alerts where run_id = %(run_id)s) as found;

-- newest_run: the run that worked on a day or a dataset last
select run_id
from (select run_id, at from stage_days union all select run_id, at from dataset_runs) worked
order by at desc
limit 1;

-- stages: what a run's daily stages took in and gave on
select stage, count(*)::int as days, min(day) as first, max(day) as last,
       sum((counts ->> 'in')::int)::int as taken, sum((counts ->> 'out')::int)::int as given
from stage_days
where run_id = %(run_id)s
group by stage;

-- rejected: chats that a run's daily stages left out, by reason
select reason.key as reason, sum(reason.value::int)::int as chats
from stage_days
cross join jsonb_each_text(counts -> 'rejected') reason
where run_id = %(run_id)s
group by reason.key
order by chats desc, reason;

-- found: what a run found to learn from
select r.night, r.sentence, r.counts, d.id as dataset_id, d.manifest
from dataset_runs r
left join datasets d on d.id = r.dataset_id
where r.run_id = %(run_id)s;

-- lessons: corrections that a dataset trains on
select e.messages
from dataset_examples x
join examples e on e.id = x.example_id
where x.dataset_id = %(dataset_id)s and x.split = 'train' and e.kind = 'correction'
order by x.position
limit %(limit)s;

-- adapter: what a run trained
select id, recipe, metrics, night from adapters where run_id = %(run_id)s order by created_at desc limit 1;

-- judged: the report of a run, or on its adapter, with its decision, and whether it made a champion
select r.id, r.night, r.adapter_id, r.challenger, r.champion, r.base, r.measurements,
       d.decision, d.reasons, d.verdicts, p.id is not null as promoted,
       exists (select from approvals w where w.report_id = r.id and w.state = 'asked') as waits
from reports r
left join decisions d on d.report_id = r.id
left join promotions p on p.report_id = r.id
where r.run_id = %(run_id)s or d.run_id = %(run_id)s
   or r.adapter_id in (select id from adapters where run_id = %(run_id)s)
order by r.created_at desc
limit 1;

-- scores: by task, how many graded examples champion and challenger passed
select e.task, count(*)::int as graded,
       sum(before.passed::int)::int as before, sum(after.passed::int)::int as after
from report_examples x
join reports r on r.id = x.report_id
join eval_examples e on e.id = x.example_id
join eval_results before on before.example_id = x.example_id and before.model = r.champion and before.decoding = 'greedy'
join eval_results after on after.example_id = x.example_id and after.model = r.challenger and after.decoding = 'greedy'
where x.report_id = %(report_id)s and before.passed is not null and after.passed is not null
group by e.task;

-- long_answers: long answers to people's own questions, how many of them the challenger finds likelier than the champion
-- does, and how many less likely; of those that a gain is tested on, how many champion and challenger say
with judged as (
    select n, round(score * n)::int as said, role from ledger where report_id = %(report_id)s and task = %(task)s
)
select (select n from judged where role = 'challenger') as graded,
       (select said from judged where role = 'champion') as before,
       (select said from judged where role = 'challenger') as after,
       count(*)::int as asked,
       count(*) filter (where before.loss - after.loss >= %(least)s)::int as likelier,
       count(*) filter (where after.loss - before.loss >= %(least)s)::int as less
from report_examples x
join reports r on r.id = x.report_id
join eval_examples e on e.id = x.example_id
join eval_results before on before.example_id = x.example_id and before.model = r.champion and before.decoding = 'greedy'
join eval_results after on after.example_id = x.example_id and after.model = r.challenger and after.decoding = 'greedy'
where x.report_id = %(report_id)s and e.grader = %(grader)s and e.task in ('fresh', 'holdout');

-- answers: what champion and challenger said to people's own questions that were kept out of training
select e.id, e.task, e.messages, e.reference, before.output as before, after.output as after,
       before.passed as passed_before, after.passed as passed_after, before.loss - after.loss as gain
from report_examples x
join reports r on r.id = x.report_id
join eval_examples e on e.id = x.example_id
join eval_results before on before.example_id = x.example_id and before.model = r.champion and before.decoding = 'greedy'
join eval_results after on after.example_id = x.example_id and after.model = r.challenger and after.decoding = 'greedy'
where x.report_id = %(report_id)s and e.task in ('fresh', 'holdout') and before.output <> after.output
order by gain desc nulls last, e.id;

-- champion: who answers now
select id, promoted_night from champion;

-- trend: the newest decided nights, oldest first: the share of people's own questions passed before and after
select night, max(decision) as decision, avg(before)::float8 as before, avg(after)::float8 as after
from (
    select r.night, d.decided_at,
           case when d.decision = 'promote' and not exists (select from promotions p where p.report_id = r.id)
                then 'held' else d.decision end as decision,
           before.passed::int as before, after.passed::int as after
    from decisions d
    join reports r on r.id = d.report_id
    join report_examples x on x.report_id = r.id
    join eval_examples e on e.id = x.example_id and e.task in ('fresh', 'holdout')
    join eval_results before
        on before.example_id = e.id and before.model = r.champion and before.decoding = 'greedy'
    join eval_results after
        on after.example_id = e.id and after.model = r.challenger and after.decoding = 'greedy'
    where r.night <= %(night)s and before.passed is not null and after.passed is not null
      and d.report_id in (select report_id from decisions where night <= %(night)s order by decided_at desc limit %(limit)s)
) items
group by night
order by night;

-- write: the row of a morning report, written again when it is made again. When its night was told stays what it was: a
-- page that somebody makes anew is no sign that a night has ended; only what a clock wrote that ran ahead is put right
insert into morning_reports (run_id, night, outcome, sentence, url, sha256)
values (%(run_id)s, %(night)s, %(outcome)s, %(sentence)s, %(url)s, %(sha256)s)
on conflict (run_id) do update
set night = excluded.night, outcome = excluded.outcome, sentence = excluded.sentence, url = excluded.url,
    sha256 = excluded.sha256, created_at = least(morning_reports.created_at, excluded.created_at);

-- mornings: the newest reports; last what a clock wrote that ran ahead
select run_id, night, outcome, sentence, url, sha256, created_at
from morning_reports
order by created_at > now(), created_at desc, run_id
limit %(limit)s;

-- morning: the newest report, of one night if it is named
select run_id, night, outcome, sentence, url, sha256
from morning_reports
where %(night)s::date is null or night = %(night)s
order by created_at > now(), created_at desc, run_id
limit 1;

-- morning_of_run: the report about a run
select run_id, night, outcome, sentence, url, sha256 from morning_reports where run_id = %(run_id)s;

-- unexplained: the report with which a run made a champion, when nobody has asked yet what moved that
select r.id as report_id, r.adapter_id, a.dataset_id
from promotions p
join reports r on r.id = p.report_id
join adapters a on a.id = r.adapter_id
where (r.run_id = %(run_id)s or a.run_id = %(run_id)s)
  and not exists (select from traces t where t.report_id = r.id)
  and not exists (select from tainted_adapters t where t.id = a.id)
order by p.id desc
limit 1;

-- changes: the answers that became likelier and those that became less likely, the most first
with differences as (
    select e.id, e.messages, e.reference, before.output as before, after.output as after,
           before.passed as passed_before, after.passed as passed_after, before.loss - after.loss as gain
    from report_examples x
    join reports r on r.id = x.report_id
    join eval_examples e on e.id = x.example_id
    join eval_results before
        on before.example_id = x.example_id and before.model = r.champion and before.decoding = 'greedy'
    join eval_results after
        on after.example_id = x.example_id and after.model = r.challenger and after.decoding = 'greedy'
    where x.report_id = %(report_id)s and before.loss is not null and after.loss is not null
)
(select * from differences where gain > 0 order by gain desc, id limit %(most)s)
union all
(select * from differences where gain < 0 order by gain, id limit %(most)s);

-- near_lessons: for each of some answers, the lessons whose chats are most like its chat
select e.id as example_id, l.lesson_id, 1 - l.distance as likeness
from eval_examples e
join embeddings asked on asked.chat_id = e.chat_id
cross join lateral (
    select x.id as lesson_id, v.vector <=> asked.vector as distance
    from dataset_examples d
    join examples x on x.id = d.example_id
    join embeddings v on v.chat_id = x.chat_id and v.model = asked.model
    where d.dataset_id = %(dataset_id)s and d.split in ('train', 'replay')
    order by distance, x.id
    limit %(nearest)s
) l
where e.id = any(%(ids)s);

-- some_lessons: what a dataset trains on, these first, then what is new, then what is practised again
select x.id, x.messages
from dataset_examples d
join examples x on x.id = d.example_id
where d.dataset_id = %(dataset_id)s and d.split in ('train', 'replay')
order by x.id = any(%(first)s) desc, d.split desc, x.id
limit %(most)s;

-- trace: keep which lesson moved an answer
insert into traces (report_id, example_id, lesson_id, gradient, likeness)
values (%(report_id)s, %(example_id)s, %(lesson_id)s, %(gradient)s, %(likeness)s)
on conflict do nothing;

-- traces: the lessons that are nearest to each changed answer of a report, the nearest first
select t.example_id, t.gradient, t.likeness, l.messages, l.kind, c.day, c.source
from traces t
join examples l on l.id = t.lesson_id
left join chats c on c.id = l.chat_id
where t.report_id = %(report_id)s
order by t.example_id, t.gradient desc, t.lesson_id;

-- origins: whose lessons moved the answers that improved, by source and day; null for what no chat supplied
with improved as (
    select t.gradient, l.chat_id
    from traces t
    join reports r on r.id = t.report_id
    join examples l on l.id = t.lesson_id
    join eval_results before
        on before.example_id = t.example_id and before.model = r.champion and before.decoding = 'greedy'
    join eval_results after
        on after.example_id = t.example_id and after.model = r.challenger and after.decoding = 'greedy'
    where t.report_id = %(report_id)s and after.loss < before.loss
)
select c.source, c.day, (sum(i.gradient) / sum(sum(i.gradient)) over ())::float8 as share
from improved i
left join chats c on c.id = i.chat_id
group by c.source, c.day
order by share desc, c.day, c.source;
