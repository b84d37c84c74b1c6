-- The fifth room: what there is to learn from, what each dataset holds, and what each run found.

-- candidates: chats of clean days that nothing rejected, with feedback, scores, and whether they are pinned; where a token
-- that is not the owner's had a part in one, it is that client's
select f.chat_id as id, f.day, c.side, c.source || coalesce(':' || t.token, '') as client, c.user_key, r.messages, r.feedback, g.chat_id is not null as pinned,
       x.chat_id is not null as excluded,
       coalesce(k.scores, '{}') as scores, coalesce(b.given_at, c.started_at) as said_at
from filtered_chats f
join clean_days d on d.day = f.day
join chats c on c.id = f.chat_id
join redacted_chats r on r.chat_id = f.chat_id
left join golden_chats g on g.chat_id = f.chat_id
left join excluded_chats x on x.chat_id = f.chat_id
left join (select chat_id, min(token) as token from exchanges where token is not null group by chat_id) t on t.chat_id = f.chat_id
left join (
    select chat_id, jsonb_object_agg(position, score) as scores
    from (
        select chat_id, position, score from critiques
        union all
        -- an answer that a branch of a conversation begins with was judged where it was given
        select i.chat_id, i.position, c.score
        from inherited_answers i join critiques c on c.chat_id = i.given_in and c.position = i.position
    ) scored
    group by chat_id
) k on k.chat_id = f.chat_id
left join (select chat_id, max(given_at) as given_at from feedback where kind = 'correction' group by chat_id) b on b.chat_id = f.chat_id
order by f.day, f.chat_id;

-- pinned: what pinned chats hold, those too that are no candidates: they test every night
select r.messages from golden_chats g join redacted_chats r on r.chat_id = g.chat_id order by g.chat_id;

-- days: the clean days, ascending
select day, fingerprint from clean_days order by day;

-- situation: how many chats and days there are, and the newest night that was decided for this base model
select (select count(*) from chats) as chats,
       (select count(distinct day) from chats) as days,
       (select count(*) from clean_days) as clean_days,
       (select max(night) from decided_datasets where base_model = %(base_model)s) as last_night;

-- rejected: why earlier stages left out chats of clean days
select r.reason, count(*) as chats
from rejections r join clean_days d on d.day = r.day
where r.stage <> 'training_dataset'
group by r.reason;

-- seen: examples that a dataset has considered which was decided for this base model
select x.example_id from dataset_examples x join decided_datasets d on d.id = x.dataset_id
where d.base_model = %(base_model)s
union
select x.example_id from dataset_left_out x join decided_datasets d on d.id = x.dataset_id
where d.base_model = %(base_model)s;

-- learned: examples of chats that this base model's champion, or an adapter it began from, was trained on
with recursive line as (
    select c.id, c.dataset_id, c.recipe ->> 'warm_start' as parent from champion c where c.base_model = %(base_model)s
    union
    select a.id, a.dataset_id, a.recipe ->> 'warm_start' from adapters a join line l on a.id = l.parent
)
select distinct x.example_id
from dataset_examples x
join line l on l.dataset_id = x.dataset_id
where x.split in ('train', 'replay');

-- asked: what the newest judged report of a base model asked, and by role whether the compared models passed it
with newest as (
    select r.* from decisions d join reports r on r.id = d.report_id
    where r.base = %(base_model)s and not exists (select from tainted_adapters t where t.id = r.adapter_id)
    order by d.judged_at desc, r.id limit 1
),
roles as (
    select n.id, x.role, x.model
    from newest n
    cross join lateral (
        values ('challenger', n.challenger), ('champion', n.champion), ('anchor', n.anchor), ('base', n.base)
        union all
        select h.key, h.value from jsonb_each_text(n.history) h
    ) x (role, model)
)
select o.id as report_id, e.id, e.task, e.slice, e.messages, e.reference, jsonb_object_agg(o.role, v.passed) as passed
from roles o
join report_examples x on x.report_id = o.id
join eval_examples e on e.id = x.example_id
join eval_results v on v.example_id = e.id and v.model = o.model and v.decoding = 'greedy' and v.passed is not null
group by o.id, e.id
order by e.task, e.id;

-- line: the champion of a base model, how many nights it went on from each other with, what of that must be unlearned,
-- its role in the newest judged report, and how far that has it below the anchor on what the gate of history measures
with recursive line as (
    select c.id, c.dataset_id, c.recipe ->> 'warm_start' as parent from champion c where c.base_model = %(base_model)s
    union
    select a.id, a.dataset_id, a.recipe ->> 'warm_start' from adapters a join line l on a.id = l.parent
),
newest as (
    select r.id, r.adapter_id, r.champion from decisions d join reports r on r.id = d.report_id
    where r.base = %(base_model)s and not exists (select from tainted_adapters t where t.id = r.adapter_id)
    order by d.judged_at desc, r.id limit 1
),
standing as (
    select n.id, n.adapter_id,
           case when n.adapter_id = c.id then 'challenger' when n.champion = c.base_model || '+' || c.id then 'champion' end as role
    from newest n, champion c
)
select c.id as champion,
       (select count(*) from line)::int as nights,
       (select count(distinct e.chat_id)
        from line l
        join dataset_examples x on x.dataset_id = l.dataset_id and x.split in ('train', 'replay')
        join examples e on e.id = x.example_id
        join excluded_chats g on g.chat_id = e.chat_id)::int as unlearns,
       (select count(*) from line l where exists (
            select from promotions p where p.action = 'vetoed' and p.replaced = l.id))::int as vetoed,
       coalesce((select 0 - sum(g.margin * g.n) / nullif(sum(g.n), 0)
                 from standing s join ledger g on g.report_id = s.id and g.role = s.role
                 where g.task in ('core', 'golden') and g.margin is not null), 0)::float8 as drift,
       coalesce((select value from margins where name = 'history_drop' order by declared_at desc limit 1), 0)::float8 as allowed,
       coalesce((select s.role = 'champion' and a.recipe ->> 'warm_start' is null
                 from standing s join adapters a on a.id = s.adapter_id), false) as tried,
       (select role from standing) as role
from champion c
where c.base_model = %(base_model)s;

-- practised: what a dataset practises again, with why it was drawn
select e.id, e.chat_id, x.weight, x.drawn_for, e.messages
from dataset_examples x join examples e on e.id = x.example_id
where x.dataset_id = %(id)s and x.split = 'replay'
order by x.weight desc nulls last, x.drawn_for, x.position;

-- answers: the base model's own answers to these prompts
select prompt_hash, messages from replay_answers where base_model = %(base_model)s and prompt_hash = any(%(hashes)s);

-- write_answer: keep an answer of the base model
insert into replay_answers (base_model, prompt_hash, messages) values (%(base_model)s, %(prompt_hash)s, %(messages)s)
on conflict do nothing;

-- write_example: keep an example
insert into examples (id, chat_id, kind, messages, score, rejected)
values (%(id)s, %(chat_id)s, %(kind)s, %(messages)s, %(score)s, %(rejected)s)
on conflict (id) do nothing;

-- write_dataset: keep a dataset; the same one made again is the same row
insert into datasets (id, night, cutoff, manifest, run_id)
values (%(id)s, %(night)s, %(cutoff)s, %(manifest)s, %(run_id)s)
on conflict (id) do update set run_id = excluded.run_id, created_at = now();

-- empty_dataset: take away a dataset's members, to write them again
with members as (delete from dataset_examples where dataset_id = %(id)s)
delete from dataset_left_out where dataset_id = %(id)s;

-- copy_members: COPY of a dataset's members
copy dataset_examples (dataset_id, example_id, split, position, weight, drawn_for) from stdin;

-- copy_left_out: COPY of what a dataset considered and left out
copy dataset_left_out (dataset_id, chat_id, example_id, reason) from stdin;

-- clear_rejections: forget why chats were left out of the last dataset
delete from rejections where stage = 'training_dataset';

-- copy_rejections: COPY of why chats are left out of the newest dataset
copy rejections (stage, chat_id, day, reason, rule_version) from stdin;

-- write_run: what one run found
insert into dataset_runs (run_id, night, dataset_id, sentence, counts)
values (%(run_id)s, %(night)s, %(dataset_id)s, %(sentence)s, %(counts)s)
on conflict (run_id) do update
set night = excluded.night, dataset_id = excluded.dataset_id, sentence = excluded.sentence, counts = excluded.counts, at = now();

-- run: what one run found
select run_id, night, dataset_id, sentence, counts from dataset_runs where run_id = %(run_id)s;

-- newest_undecided: the newest dataset that no decision was made upon
select d.id from datasets d
where not exists (select from decided_datasets x where x.id = d.id)
  and not exists (select from tainted_datasets t where t.dataset_id = d.id)
order by d.created_at desc, d.id limit 1;

-- dataset: one dataset by the beginning of its id
select id, night, cutoff, manifest from datasets where starts_with(id, %(id)s) order by id limit 2;

-- members: a dataset's examples by split
select x.split, e.id, e.chat_id, e.kind, e.messages, e.score, e.rejected
from dataset_examples x join examples e on e.id = x.example_id
where x.dataset_id = %(id)s
order by x.split, x.position;

-- datasets: all datasets, the newest first
select d.id, d.night, d.cutoff, d.manifest, d.run_id, d.created_at,
       exists (select from decided_datasets x where x.id = d.id) as decided
from datasets d order by d.created_at desc, d.id;

-- opinions: what a reader found in these examples, those it has read
select example_id, found from second_opinions where reader = %(reader)s and example_id = any(%(ids)s);

-- not_cleared: how many of a dataset's examples a reader has not read or found something in; names are read in chats alone
select count(*) as examples
from dataset_examples x
join examples e on e.id = x.example_id
where x.dataset_id = %(id)s and (
    not exists (select from second_opinions o where o.example_id = e.id and o.reader = %(secrets)s and o.found = '[]')
    or e.chat_id is not null and %(names)s::text is not null and not exists (
        select from second_opinions o where o.example_id = e.id and o.reader = %(names)s and o.found = '[]'
    )
);

-- write_opinion: keep what a reader found in an example
insert into second_opinions (example_id, reader, chat_id, found)
values (%(example_id)s, %(reader)s, %(chat_id)s, %(found)s)
on conflict do nothing;
