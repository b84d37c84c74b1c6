-- What the pages read, all of it as reviewer; and the little they write that no other room has a verb for.

-- may_take_role: one row when this login may act in a role
select 1 as found from pg_roles where rolname = %(role)s and pg_has_role(current_user, oid, 'member');

-- take_role: be who may only read what is redacted, until the connection ends
set role reviewer;

-- take_zone: tell times as the owner reads them
select set_config('TimeZone', %(zone)s, false);

-- unrated: answers of the last months that nobody rated, of chats that may teach; those first that could go either way
select k.chat_id, k.position, k.score, k.evidence, c.source, f.language
from critiques k
join chats c on c.id = k.chat_id
join filtered_chats f on f.chat_id = k.chat_id
where k.day > (select max(day) from critiques) - 90
  and c.side <> 'sealed' and k.evidence -> 'explicit' = '[]'
  and not exists (select from feedback b where b.chat_id = k.chat_id and b.position = k.position)
  and not exists (select from excluded_chats x where x.chat_id = k.chat_id)
order by abs(k.score - 0.5), k.day desc, k.chat_id, k.position
limit %(most)s;

-- how_many_unrated: answers of the last months that nobody rated and whose score could go either way
select count(*)::int as answers
from critiques k
join chats c on c.id = k.chat_id
where k.day > (select max(day) from critiques) - 90
  and abs(k.score - 0.5) <= 0.2 and c.side <> 'sealed' and k.evidence -> 'explicit' = '[]'
  and not exists (select from feedback b where b.chat_id = k.chat_id and b.position = k.position)
  and not exists (select from excluded_chats x where x.chat_id = k.chat_id);

-- rated: evidence of answers that were rated, the newest
select evidence from critiques where evidence -> 'explicit' <> '[]' order by day desc, chat_id, position limit %(most)s;

-- rated_slices: how many answers were rated, by language and source of their chats
select c.source, f.language, count(distinct (b.chat_id, b.position))::int as answers
from feedback b
join chats c on c.id = b.chat_id
left join filtered_chats f on f.chat_id = b.chat_id
group by c.source, f.language;

-- chat: a chat's redacted text, and what became of it
select c.id, c.day, c.source, c.turns, c.side, r.messages,
       x.chat_id is not null as excluded, g.position as pinned,
       (select j.reason from rejections j where j.chat_id = c.id order by j.stage limit 1) as rejected
from chats c
left join redacted_chats r on r.chat_id = c.id
left join excluded_chats x on x.chat_id = c.id
left join golden_chats g on g.chat_id = c.id
where c.id = %(id)s;

-- scores: of a chat's answers
select position, score, evidence, calibration from critiques where chat_id = %(id)s order by position;

-- taught: datasets that hold a chat, and the adapters that learned from them, the newest first
select d.id as dataset_id, d.night, x.split, a.id as adapter_id
from examples e
join dataset_examples x on x.example_id = e.id
join datasets d on d.id = x.dataset_id
left join adapters a on a.dataset_id = d.id
where e.chat_id = %(id)s
order by d.night desc, d.id, a.id;

-- reviewed: what a person did last on these pages, within an hour
select id, chat_id, position, kind, value, at
from (
    select f.id, f.chat_id, f.position, f.kind, f.value, f.given_at as at from feedback f where f.source = %(source)s
    union all
    select 'excluded ' || x.chat_id, x.chat_id, 0, 'excluded', null, x.excluded_at from excluded_chats x
    where x.receipt_id is null
) acts
where at > %(since)s
order by at desc
limit 1;

-- exclude: never learn from a chat
insert into excluded_chats (chat_id) values (%(chat_id)s) on conflict do nothing;

-- exclude_memories: nor answer by what it told
delete from memories where chat_id = %(chat_id)s;

-- include: a chat may teach again
delete from excluded_chats where chat_id = %(chat_id)s;

-- take_back: a rating that was given on these pages
delete from feedback where id = %(id)s and source = %(source)s;

-- nights: told nights, the newest first and last what a clock wrote that ran ahead, with the share of people's own questions that the night's model got right
select m.run_id, m.night, m.outcome, m.sentence, m.created_at,
       coalesce(r.adapter_id, t.id) as adapter_id, scored.share,
       (select w.state from approvals w where w.report_id = r.id) as asked
from morning_reports m
left join lateral (
    select r.id, r.adapter_id, r.challenger from reports r where r.run_id = m.run_id order by r.created_at desc limit 1
) r on true
left join lateral (select a.id from adapters a where a.run_id = m.run_id order by a.created_at desc limit 1) t on true
left join lateral (
    select avg(v.passed::int)::float8 as share
    from report_examples x
    join eval_examples e on e.id = x.example_id and e.task in ('fresh', 'holdout')
    join eval_results v on v.example_id = e.id and v.model = r.challenger and v.decoding = 'greedy'
    where x.report_id = r.id
) scored on true
order by m.created_at > now(), m.created_at desc, m.run_id
limit %(limit)s;

-- night_of_adapter: the newest told night in which an adapter was trained or measured
select m.run_id
from morning_reports m
where m.run_id in (select run_id from adapters where id = %(id)s union select run_id from reports where adapter_id = %(id)s)
order by m.created_at desc
limit 1;

-- report_of_run: the newest report of a run, or about the adapter it trained, and how a person's word on it stands
select r.id, r.adapter_id, w.state as asked
from reports r
left join approvals w on w.report_id = r.id
where r.run_id = %(run_id)s or r.adapter_id in (select id from adapters where run_id = %(run_id)s)
order by r.created_at desc
limit 1;

-- adapters: every adapter, the newest first, with what it learned from and what became of it
select a.id, a.night, a.base_model, a.dataset_id, a.url, a.files, a.metrics, a.created_at,
       a.recipe ->> 'warm_start' as parent, i.at as pinned_at, g.at as pruned_at, g.bytes as pruned_bytes,
       (select count(*)::int from dataset_examples x where x.dataset_id = a.dataset_id and x.split = 'train') as lessons,
       (select count(distinct e.chat_id)::int from dataset_examples x join examples e on e.id = x.example_id
        where x.dataset_id = a.dataset_id and x.split in ('train', 'replay')) as chats,
       case when a.id = (select id from champion) then 'champion'
            when exists (select from tainted_adapters t where t.id = a.id) then 'forgotten'
            when exists (select from promotions p where p.action = 'vetoed' and p.replaced = a.id)
                 or exists (select from approvals w join reports r on r.id = w.report_id
                            where w.state = 'declined' and r.adapter_id = a.id) then 'vetoed'
            when exists (select from approvals w join reports r on r.id = w.report_id
                         join decisions d on d.report_id = r.id and d.decision = 'promote'
                         where w.state = 'asked' and r.adapter_id = a.id) then 'waiting'
            else (select d.decision from decisions d where d.adapter_id = a.id order by d.decided_at desc limit 1)
       end as standing
from adapters a
left join adapter_pins i on i.adapter_id = a.id
left join pruned_adapters g on g.adapter_id = a.id
where %(id)s in ('', a.id)
order by a.created_at desc, a.id;

-- lessons: what an adapter was trained on, by chat, the newest chats first
select e.chat_id, c.day, c.source, e.kind, x.split
from adapters a
join dataset_examples x on x.dataset_id = a.dataset_id and x.split in ('train', 'replay')
join examples e on e.id = x.example_id
join chats c on c.id = e.chat_id
where a.id = %(id)s
order by x.split desc, c.day desc, e.chat_id
limit %(limit)s;

-- changes: of the champion, the newest first
select action, adapter_id, replaced, night, reason, at from promotions order by id desc limit %(limit)s;

-- receipts: what was forgotten, the newest first
select id, selector, counts, datasets, adapters, champion_before, champion_after, at, swept_at, stays, unopened,
       given_back_at
from receipts
where %(id)s in ('', id)
order by at desc, id
limit %(limit)s;

-- day_figures: chats that came and answers that people rated in the last day, alerts of the last days, and all chats
select (select count(*)::int from chats where arrived_at > %(since)s) as new_chats,
       (select count(*)::int from chats) as chats,
       (select count(distinct (chat_id, position))::int from feedback where given_at > %(since)s) as new_ratings,
       (select count(*)::int from alerts where at > %(alerts_since)s) as alerts;

-- open_experiment: a promoted adapter that is still compared with the one before it
select id, challenger, control, share, started_at, ends_at, figures, looked_at from experiments
where outcome = 'running';
