-- with_chats: days that hold chats or that a stage has closed before
select day from chats where day = any(%(days)s)
union
select day from stage_days where day = any(%(days)s)
order by day;

-- sizes: how many chats each of these days holds
select day, count(*) as chats from chats where day = any(%(days)s) group by day;

-- fingerprint: hash of what a day holds now
select fingerprint from day_fingerprints where day = %(day)s;

-- close: write a stage's row for a day, verdict open
insert into stage_days (stage, day, fingerprint, rule_version, counts, run_id)
values (%(stage)s, %(day)s, %(fingerprint)s, %(rule_version)s, %(counts)s, %(run_id)s)
on conflict (stage, day) do update
set fingerprint = excluded.fingerprint, rule_version = excluded.rule_version, counts = excluded.counts,
    run_id = excluded.run_id, passed = null, at = now();

-- reopen: what some stages of a day concluded no longer counts
update stage_days set passed = null where day = %(day)s and stage = any(%(stages)s);

-- read: a stage's rows for some days
select stage, day, fingerprint, rule_version, counts, run_id, passed
from stage_days where stage = %(stage)s and day = any(%(days)s) order by day;

-- passed_after: days after one that passed a stage's checks
select day from stage_days where stage = %(stage)s and day > %(day)s and passed order by day;

-- set_verdict: whether a stage's checks of a day passed
update stage_days set passed = %(passed)s where stage = %(stage)s and day = %(day)s;

-- reject: COPY of what a stage left out
copy rejections (stage, chat_id, day, reason, detail, duplicate_of, rule_version) from stdin;

-- clear: forget what a stage left out of a day
delete from rejections where stage = %(stage)s and day = %(day)s;
