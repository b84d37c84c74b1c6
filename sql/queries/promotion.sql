-- lock: one promotion, rollback or veto at a time; the others wait here, then see what it did
set transaction isolation level read committed;
select pg_advisory_xact_lock(hashtext('selfimprove.promotion'));

-- report: one report, with how far training moved its adapter's weights, and whether held-out chats chose its recipe or
-- its checkpoint
select r.*, (a.metrics ->> 'delta_norm')::float8 as delta_norm,
       coalesce((a.recipe ->> 'patience')::int, 0) > 0 or coalesce((a.recipe ->> 'search')::int, 0) > 0 as held_out_chose
from reports r
join adapters a on a.id = r.adapter_id
where r.id = %(report_id)s;

-- newest_report: of a run, or of all when that run has none
select id from reports order by run_id = %(run_id)s desc, created_at desc, id limit 1;

-- results: every compared model on every example of a report, greedy, and the share of its sampled runs that passed
-- where it asks for such; no model where a result or a run is missing; all that was said before where no grader compares
-- answers, and else the question of the house's own.
-- `uses`: of a held-out question, how many reports were judged since one asked it first
select e.task, e.slice, e.grader, e.reference,
       case when e.grader = %(likelihood)s then e.messages
            when e.task in ('fresh', 'holdout') then jsonb_path_query_array(e.messages, '$[last]') end as messages,
       c.started_at as said_at, e.id as example_id, m.model, r.model is not null and s.runs = e.runs as found, r.loss,
       r.passed, r.output, r.tokens, r.decoding, s.share, u.uses
from report_examples x
join eval_examples e on e.id = x.example_id
left join chats c on c.id = e.chat_id
cross join lateral (
    select min(d.judged_at) as first
    from report_examples y
    join decisions d on d.report_id = y.report_id
    where e.task = 'holdout' and y.example_id = e.id
) asked
cross join lateral (
    select count(*) as uses
    from decisions d
    where d.judged_at >= asked.first and (d.judged_at, d.report_id) < (%(judged_at)s::timestamptz, x.report_id)
) u
cross join unnest(%(models)s::text[]) as m (model)
left join eval_results r on r.example_id = e.id and r.model = m.model and r.decoding = 'greedy'
cross join lateral (
    select count(*) as runs, avg(z.passed::int)::float8 as share
    from eval_results z
    where e.runs > 0 and z.example_id = e.id and z.model = m.model and starts_with(z.decoding, %(sampled)s)
) s
where x.report_id = %(report_id)s
order by e.task, e.id;

-- judged_at: when a report was judged first; for ever from now on, when it was not
select coalesce((select judged_at from decisions where report_id = %(report_id)s), 'infinity')::text as judged_at;

-- judging: one judgement at a time, so that none misses what another spends
select pg_advisory_xact_lock(hashtext('selfimprove.judgement'));

-- budget_spent: what the looks of a year took from the error budget, of reports judged before a moment
select coalesce(sum(spent), 0)::float8 as spent, count(*) as judged
from decisions
where night > %(night)s::date - %(nights)s::int and (judged_at, report_id) < (%(judged_at)s::timestamptz, %(report_id)s);

-- newest_night: of a decision
select max(night) as night from decisions;

-- margins_at: the limits as they were declared before a moment
select distinct on (name) name, value
from margins where declared_at <= %(at)s
order by name, declared_at desc;

-- margins: every limit as it is now
select distinct on (name) name, value, declared_at, reason
from margins
order by name, declared_at desc;

-- declare_margin: a limit for the nights to come
insert into margins (name, value, reason, declared_at)
values (%(name)s, %(value)s, %(reason)s, clock_timestamp());

-- decision_of_report: what the report came to
select * from decisions where report_id = %(report_id)s;

-- decision_of: the newest decision about a report or adapter whose id begins so; about anything, with an empty id
select * from decisions
where starts_with(report_id, %(id)s) or starts_with(adapter_id, %(id)s)
order by decided_at desc limit 1;

-- judge: a report's first decision; its verdicts stay as they are for ever
insert into decisions (report_id, adapter_id, night, decision, reasons, verdicts, alpha, spent, run_id)
values (%(report_id)s, %(adapter_id)s, %(night)s, %(decision)s, %(reasons)s, %(verdicts)s, %(alpha)s, %(spent)s,
        %(run_id)s)
on conflict (report_id) do nothing;

-- amend: what promotion made of a judged report
update decisions
set decision = %(decision)s, reasons = %(reasons)s, run_id = %(run_id)s, decided_at = clock_timestamp()
where report_id = %(report_id)s and (decision, reasons) is distinct from (%(decision)s, %(reasons)s::jsonb);

-- standing: what has happened to a report and its adapter since it was measured
select r.challenger = a.base_model || '+' || a.id as names_its_adapter,
       r.champion = coalesce(c.base_model || '+' || c.id, r.base) as champion_is_current,
       r.anchor = coalesce(f.base_model || '+' || f.id, r.base) as anchor_is_current,
       -- what a clock measured that ran ahead is as old as it is wrong
       abs(extract(epoch from clock_timestamp() - r.created_at))::float8 / 3600 as age_hours,
       exists (select from promotions p where p.action = 'vetoed' and p.replaced = a.id)
       or exists (select from approvals w join reports o on o.id = w.report_id
                  where w.state = 'declined' and o.adapter_id = a.id) as vetoed,
       exists (select from tainted_adapters t where t.id = a.id) as tainted,
       exists (select from approvals w where w.report_id = r.id and w.state = 'asked') as waits,
       exists (select from promotions p where p.action = 'promoted' and p.adapter_id = a.id) as promoted_before,
       exists (select from decisions d
               where d.adapter_id = a.id and d.report_id <> r.id and d.decision = 'reject') as rejected_before
from reports r
join adapters a on a.id = r.adapter_id
left join champion c on c.base_model = r.base
left join anchor f on f.base_model = r.base
where r.id = %(report_id)s;

-- spent: the promotion that a report has made, and whether its adapter answers now
select p.adapter_id, p.at, c.id is not null as answers
from promotions p
left join champion c on c.id = p.adapter_id
where p.report_id = %(report_id)s;

-- champion: the adapter that answers now
select id, base_model, promoted_at, night from champion;

-- promote: a report makes its adapter the champion
insert into promotions (action, adapter_id, replaced, report_id, night)
select 'promoted', r.adapter_id, (select id from champion), r.id, r.night
from reports r where r.id = %(report_id)s;

-- ask: a person is asked whether a report may make its adapter the champion
insert into approvals (report_id) values (%(report_id)s) on conflict do nothing;

-- answer: what a person said of a promotion that waits for it
update approvals set state = %(state)s, reason = %(reason)s, answered_at = clock_timestamp()
where report_id = %(report_id)s and state = 'asked';

-- waiting: promotions that wait for a person's word and may still have it, the newest first
select a.report_id, r.adapter_id, r.night, r.run_id, a.asked_at, r.created_at
from approvals a
join reports r on r.id = a.report_id
join decisions d on d.report_id = a.report_id and d.decision = 'promote'
where a.state = 'asked' and (starts_with(a.report_id, %(id)s) or starts_with(r.adapter_id, %(id)s))
  and not exists (select from promotions p where p.report_id = a.report_id)
  and not exists (select from tainted_adapters t where t.id = r.adapter_id)
order by a.asked_at desc, a.report_id;

-- move: the champion becomes another adapter, or the base model, by a person's word
insert into promotions (action, adapter_id, replaced, night, reason)
values (%(action)s, %(adapter_id)s, %(replaced)s, (select night from adapters where id = %(adapter_id)s), %(reason)s);

-- notify: tell who listens that another model answers from this commit on
select pg_notify('selfimprove_promotion', %(adapter_id)s);

-- line: whom each promotion replaced, from this adapter back towards the base model; who of them may answer for it
with recursive line as (
    select p.adapter_id, p.replaced, 0 as step
    from promotions p
    where p.action = 'promoted' and p.adapter_id = %(adapter_id)s
    union all
    select p.adapter_id, p.replaced, line.step + 1
    from line
    join promotions p on p.action = 'promoted' and p.adapter_id = line.replaced
)
select line.replaced as id,
       a.base_model = c.base_model
       and not exists (select from promotions v where v.action = 'vetoed' and v.replaced = line.replaced)
       and not exists (select from tainted_adapters t where t.id = line.replaced) as usable
from line
join adapters a on a.id = line.replaced
join adapters c on c.id = %(adapter_id)s
order by line.step;

-- is_tainted: one row when an adapter learned from chats that were forgotten since
select 1 as found from tainted_adapters where id = %(adapter_id)s;

-- accepted: adapters that were champion by evidence and whose id begins so, with what speaks against them
select p.adapter_id as id,
       exists (select from promotions v where v.action = 'vetoed' and v.replaced = p.adapter_id) as vetoed,
       exists (select from tainted_adapters t where t.id = p.adapter_id) as tainted
from promotions p
where p.action = 'promoted' and starts_with(p.adapter_id, %(id)s)
order by p.id;

-- history: every change of the champion, the newest first
select action, adapter_id, replaced, report_id, night, reason, at from promotions order by id desc;

-- challenger: the newest adapter while it never was champion, with its newest report
select a.id, a.night, (select r.id from reports r where r.adapter_id = a.id order by r.created_at desc limit 1) as report
from (select * from adapters order by created_at desc, id limit 1) a
where not exists (select from promotions p where p.action = 'promoted' and p.adapter_id = a.id)
  and not exists (select from tainted_adapters t where t.id = a.id);

-- last_decision: the newest one
select decision, reasons, night from decisions order by decided_at desc limit 1;

-- sources: what a report's adapter was made from, who was compared, and what was measured
select a.dataset_id, a.recipe, a.files, r.run_id, r.measurements,
       jsonb_build_object('challenger', r.challenger, 'champion', r.champion, 'anchor', r.anchor, 'base', r.base)
       || r.history as models
from reports r
join adapters a on a.id = r.adapter_id
where r.id = %(report_id)s;

-- seal: the record of a decision as it is now
update decisions set record = %(record)s, sha256 = %(sha256)s, signature = %(signature)s
where report_id = %(report_id)s;

-- decisions_of: decisions about a report or adapter whose id begins so, of all with an empty one; the oldest first
select d.*,
       exists (select from promotions p where p.report_id = d.report_id and p.action = 'promoted') as promoted,
       exists (select from receipts x where x.at >= d.judged_at) as forgotten_since,
       exists (select from reports r, tainted_adapters t join adapters a on a.id = t.id
               where r.id = d.report_id
                 and (a.base_model || '+' || a.id in (r.challenger, r.champion, r.anchor)
                      or exists (select from jsonb_each_text(r.history) h where h.value = a.base_model || '+' || a.id))
       ) as silenced,
       d.judged_at < (select m.applied_at from migrations m where m.name = '0010_records.sql') as is_old
from decisions d
where starts_with(d.report_id, %(id)s) or starts_with(d.adapter_id, %(id)s)
order by d.judged_at, d.report_id;

-- enter: one model's result on one task of a judged report
insert into ledger (report_id, night, task, role, model, score, loss, n, margin)
values (%(report_id)s, %(night)s, %(task)s, %(role)s, %(model)s, %(score)s, %(loss)s, %(n)s, %(margin)s)
on conflict do nothing;

-- ledger: every entry, of one task where it is named
select report_id, night, task, role, model, score, loss, n, margin from ledger where %(task)s in ('', task);

-- ledger_of: a report's entries
select report_id, night, task, role, model, score, loss, n, margin from ledger where report_id = %(report_id)s;
