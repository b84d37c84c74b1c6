-- chats: the filtered chats of some days, redacted, with the keyed hash of who spoke; which of their answers were given
-- in another chat, and for which a person wanted another one
select f.chat_id as id, f.day, r.messages, r.feedback, c.user_key, coalesce(i.positions, '{}') as inherited,
       coalesce(a.again, '{}') as again
from filtered_chats f
join redacted_chats r on r.chat_id = f.chat_id
join chats c on c.id = f.chat_id
left join (select chat_id, array_agg(position) as positions from inherited_answers group by chat_id) i on i.chat_id = f.chat_id
left join (
    select chat_id, jsonb_object_agg(position, how) as again
    from (
        -- of both, the retry says more; who went away before the end, or was refused, asks again for another reason
        select e.chat_id, e.position, max(g.relation) as how
        from exchanges e join exchanges g on g.repeats = e.id
        where g.relation in ('retry', 'edit') and e.answer is not null and e.ending in ('stop', 'length')
        group by e.chat_id, e.position
    ) repeated
    group by chat_id
) a on a.chat_id = f.chat_id
where f.day = any(%(days)s)
order by f.day, f.chat_id;

-- champion: the adapter that answers, if it belongs to the base model
select id from champion where base_model = %(base_model)s;

-- rated: what is known of the answers that people rated, of other days than these
select chat_id, position, evidence
from critiques
where evidence -> 'explicit' <> '[]' and day <> all(%(days)s)
order by day desc, chat_id, position
limit %(most)s;

-- delete: forget a day's critiques
delete from critiques where day = %(day)s;

-- write: COPY of a day's critiques
copy critiques (chat_id, position, day, score, evidence, rule_version, calibration) from stdin;

-- keep: store a calibration; its id is of its weights, so that figures and agreement may become newer
insert into calibrations (id, prior, weights, ratings, approving, is_fitted, figures, judges, sources, run_id)
values (%(id)s, %(prior)s, %(weights)s, %(ratings)s, %(approving)s, %(is_fitted)s, %(figures)s, %(judges)s, %(sources)s,
        %(run_id)s)
on conflict (id) do update
set ratings = excluded.ratings, approving = excluded.approving, figures = excluded.figures, judges = excluded.judges,
    sources = excluded.sources, run_id = excluded.run_id, at = now();

-- calibration: one calibration, by its id, or the newest
select id, prior, weights, ratings, approving, is_fitted, figures, judges, sources
from calibrations
where %(id)s::text is null or id = %(id)s
order by at desc
limit 1;

-- unscored: answers of a day's filtered chats that have no score; a turn that only calls a tool is no answer, and one
-- that was given in another chat is scored there. What is blank is so for Python, not for the server's locale
select count(*) as answers
from filtered_chats f
join redacted_chats r on r.chat_id = f.chat_id
cross join lateral jsonb_array_elements(r.messages) with ordinality as turn (message, number)
left join critiques c on c.chat_id = f.chat_id and c.position = turn.number - 1
left join inherited_answers i on i.chat_id = f.chat_id and i.position = turn.number - 1
where i.chat_id is null and f.day = %(day)s and turn.message ->> 'role' = 'assistant' and c.chat_id is null
  and (turn.message ->> 'content' ~ '[^\u0009-\u000d\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]'
       or r.messages -> turn.number::int ->> 'role' is distinct from 'tool');

-- tally: what is stored of a day
select (select count(*) from filtered_chats where day = %(day)s) as chats,
       (select count(*) from rejections where stage = 'critique_scores' and day = %(day)s) as rejected,
       count(distinct chat_id) as criticised,
       count(*) as answers,
       count(*) filter (where score between 0 and 1) as in_range,
       count(*) filter (where rule_version <> %(rule_version)s) as outdated
from critiques where day = %(day)s;

-- list: a day's critiques, worst first
select chat_id, position, score, evidence from critiques where day = %(day)s order by score, chat_id, position;

-- show: a chat's critiques
select chat_id, position, day, score, evidence, rule_version, calibration from critiques where chat_id = %(chat)s order by position;

-- like: critiqued chats whose id begins so
select distinct chat_id from critiques where starts_with(chat_id, %(prefix)s) order by chat_id limit 3;
