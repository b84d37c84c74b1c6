-- begin: an experiment about a promotion, the newest one; nothing where there is one already. Whether the owner is one
-- who talks is known by the weeks before, and by nothing that is said in it
with owners as (
    select e.at from exchanges e where e.relation in ('retry', 'edit') and e.token is null
    union all
    select f.given_at
    from exchanges e
    join feedback f on f.chat_id = e.chat_id and f.position = e.position
    where f.source <> 'review' and position(':' in f.source) = 0
      and (f.kind = 'correction' or f.kind in ('thumbs', 'rating') and f.value <> 0)
)
insert into experiments (id, promotion_id, challenger, control, share, shadow, level, ratio, ends_at, owner_talks)
values (%(id)s, %(promotion_id)s, %(challenger)s, %(control)s, %(share)s, %(shadow)s, %(level)s, %(ratio)s,
        clock_timestamp() + make_interval(days => %(days)s),
        (select count(*) >= %(few)s from owners where at > clock_timestamp() - make_interval(days => %(days_before)s)))
on conflict (promotion_id) do nothing;

-- replaced: experiments whose challenger another promotion, rollback or veto took the place of
update experiments set outcome = 'replaced', reason = 'another promotion, rollback or veto came first',
                       ended_at = clock_timestamp()
where outcome = 'running' and promotion_id < (select max(id) from promotions);

-- running: the experiment that is under way
select * from experiments where outcome = 'running' for update;

-- of_champion: the newest promotion, rollback or veto, and what became of the experiment about it
select p.adapter_id, x.outcome, x.share
from promotions p
left join experiments x on x.promotion_id = p.id
order by p.id desc
limit 1;

-- experiments: all whose id begins so, the newest first
select * from experiments where starts_with(id, %(id)s) order by promotion_id desc limit %(limit)s;

-- looked: what a look found
update experiments
set figures = %(figures)s, outcome = %(outcome)s, reason = %(reason)s, looked_at = clock_timestamp(),
    ended_at = case when %(outcome)s = 'running' then null else clock_timestamp() end
where id = %(id)s and outcome = 'running';

-- shadowed: what rules said of two answers to one question; nothing where the experiment has ended
insert into shadow_answers (experiment_id, challenger_flaws, control_flaws, is_same)
select id, %(challenger)s, %(control)s, %(is_same)s from experiments where id = %(id)s and outcome = 'running';

-- shadows: how many questions both voices answered unheard, to whose answer alone rules objected, and how often the two
-- were the same
select count(*) as both_answered,
       count(*) filter (where challenger_flaws <> '{}' and control_flaws = '{}') as worse,
       count(*) filter (where challenger_flaws = '{}' and control_flaws <> '{}') as better,
       count(*) filter (where is_same) as same
from shadow_answers where experiment_id = %(id)s;

-- now: the database's clock
select clock_timestamp() as now;

-- chats: conversations that began in an experiment, the first to begin first: who answers them, how long a token of the
-- first answer took behind its first one (so that a brief answer is not a slow one), and the first thing that tells how
-- a person takes what that voice said: asking again, editing the question, an answer that broke off, a rating, a
-- correction; or words that the night understood. Who asks again before there is an answer, as programs do that ask
-- several things at once, takes none amiss. What is said of another, asked for by name, is not about it; nor do
-- ratings on the review pages count, which ask about the answers that teach most and so not about both arms alike. What
-- a night understood was shown when the first night that had its day was through with it: no sooner than anybody could
-- count it, and the same however often the day is read anew. Who showed it is told by the token, null for the owner
with begun as (
    select distinct on (e.root) e.root, e.at, e.arm, e.adapter,
           case when e.completion_tokens >= %(fewest_tokens)s
                then (e.seconds - e.first_token_seconds) / (e.completion_tokens - 1) end as pace
    from exchanges e
    where e.root in (select r.root from exchanges r where r.at >= %(started_at)s)
    order by e.root, e.at, e.id
),
told as (
    select e.root, coalesce(r.adapter, e.adapter) as adapter, e.at, false as pleased, e.token
    from exchanges e
    left join exchanges r on r.id = e.repeats
    where e.relation in ('retry', 'edit') and e.repeats is not null
    union all
    select e.root, e.adapter, e.at, false, e.token
    from exchanges e
    where e.ending = 'failed' and e.first_token_seconds is not null
    union all
    select e.root, e.adapter, f.given_at, f.kind <> 'correction' and f.value > 0, nullif(split_part(f.source, ':', 2), '')
    from feedback f
    join exchanges e on e.chat_id = f.chat_id and e.position = f.position
    where f.source <> 'review' and (f.kind = 'correction' or f.kind in ('thumbs', 'rating') and f.value <> 0)
    union all
    select e.root, e.adapter, known.at, c.evidence -> 'implicit' ->> 'kind' = 'approval', e.token
    from critiques c
    join exchanges e on e.chat_id = c.chat_id and e.position = c.position
    join lateral (
        select min(d.at) as at from dataset_runs d where d.night > c.day and d.at >= e.at
    ) known on known.at is not null
    where c.evidence -> 'implicit' ->> 'kind' is not null
)
select b.root, b.adapter, b.pace, t.pleased, t.at as shown_at, t.token as shown_by
from begun b
left join lateral (
    select t.pleased, t.at, t.token from told t where t.root = b.root and t.adapter = b.adapter order by t.at limit 1
) t on true
where b.at >= %(started_at)s and b.arm is not null and b.adapter in (%(challenger)s, %(control)s)
order by b.at, b.root;
