-- days_to_process: days before today that hold chats and were not judged, as they are now, by every stage
select d.day
from day_fingerprints d
left join stage_days s on s.day = d.day and s.fingerprint = d.fingerprint
where d.day >= %(first)s and d.day < %(today)s
group by d.day
having count(s.passed) < 4 and not coalesce(bool_or(not s.passed), false)
order by d.day;

-- night_of_run: the morning report of one run
select night, outcome, sentence, url from morning_reports where run_id = %(run_id)s;

-- unlearned: the newest forgetting that tainted adapters, if no night has looked for lessons since; in a quiet house. A
-- later exchange than now was told by a clock that ran ahead
select r.id
from receipts r
where r.adapters <> '{}'
  and not exists (select from dataset_runs d where d.at > r.at)
  and not exists (select from exchanges e where abs(extract(epoch from e.at - now())) < 600)
order by r.at desc, r.id
limit 1;

-- any_chat: one row when there is any chat
select 1 as found from chats limit 1;
