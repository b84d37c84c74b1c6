-- begin: an experiment about a promotion, the newest one; nothing where there is one already
insert into experiments (id, promotion_id, challenger, control, share, level, ratio, ends_at)
values (%(id)s, %(promotion_id)s, %(challenger)s, %(control)s, %(share)s, %(level)s, %(ratio)s,
        clock_timestamp() + make_interval(days => %(days)s))
on conflict (promotion_id) do nothing;

-- replaced: experiments whose challenger another promotion, rollback or veto took the place of
update experiments set outcome = 'replaced', reason = 'another promotion, rollback or veto came first',
                       ended_at = clock_timestamp()
where outcome = 'running' and promotion_id < (select max(id) from promotions);

-- running: the experiment that is under way
select * from experiments where outcome = 'running' for update;

-- experiments: all whose id begins so, the newest first
select * from experiments where starts_with(id, %(id)s) order by promotion_id desc limit %(limit)s;

-- looked: what a look found
update experiments
set figures = %(figures)s, outcome = %(outcome)s, reason = %(reason)s, looked_at = clock_timestamp(),
    ended_at = case when %(outcome)s = 'running' then null else clock_timestamp() end
where id = %(id)s and outcome = 'running';

-- now: the database's clock
select clock_timestamp() as now;

-- chats: conversations that began in an experiment, the first to begin first: who answers them, how long a token of the
-- first answer took behind its first one (so that a brief answer is not a slow one), and the first thing that tells how
-- a person takes what that voice said: asking again, editing the question, an answer that broke off, a rating, a
-- correction; or words that the night understood. What is said of another, asked for by name, is not about it; nor do
-- ratings on the review pages count, which ask about the answers that teach most and so not about both arms alike
with begun as (
    select distinct on (e.root) e.root, e.at, e.arm, e.adapter,
           case when e.completion_tokens >= %(fewest_tokens)s
                then (e.seconds - e.first_token_seconds) / (e.completion_tokens - 1) end as pace
    from exchanges e
    where e.root in (select r.root from exchanges r where r.at >= %(started_at)s)
    order by e.root, e.at, e.id
),
told as (
    select e.root, coalesce(r.adapter, e.adapter) as adapter, e.at, false as pleased
    from exchanges e
    left join exchanges r on r.id = e.repeats
    where e.relation in ('retry', 'edit')
    union all
    select e.root, e.adapter, e.at, false
    from exchanges e
    where e.ending = 'failed' and e.first_token_seconds is not null
    union all
    select e.root, e.adapter, f.given_at, f.kind <> 'correction' and f.value > 0
    from feedback f
    join exchanges e on e.chat_id = f.chat_id and e.position = f.position
    where f.source <> 'review' and (f.kind = 'correction' or f.kind in ('thumbs', 'rating') and f.value <> 0)
    union all
    select e.root, e.adapter, (c.day + 1)::timestamptz, c.evidence -> 'implicit' ->> 'kind' = 'approval'
    from critiques c
    join exchanges e on e.chat_id = c.chat_id and e.position = c.position
    where c.evidence -> 'implicit' ->> 'kind' is not null
)
select b.root, b.adapter, b.pace, t.pleased
from begun b
left join lateral (
    select t.pleased from told t where t.root = b.root and t.adapter = b.adapter order by t.at limit 1
) t on true
where b.at >= %(started_at)s and b.arm is not null and b.adapter in (%(challenger)s, %(control)s)
order by b.at, b.root;
