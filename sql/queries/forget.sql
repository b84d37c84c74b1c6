-- Taking chats back, and what they left behind; what can never be used again is marked.

-- alone: wait until no chat is being stored, and let none be stored until the transaction ends
select pg_advisory_xact_lock(hashtext('selfimprove.forgetting'));

-- chats_like: chats whose id begins so
select id from chats where starts_with(id, %(id)s) order by id limit 2;

-- same_content: a chat, those in which exactly the same was said, and the other branches of its conversation
select b.id from chats a join chats b on b.digest = a.digest where a.id = %(id)s
union
select b.chat_id from exchanges a join exchanges b on b.root = a.root where a.chat_id = %(id)s
order by id;

-- near_copies: other chats that a night found to be copies of these, or of which these are copies, or beside them
with originals as (
    select duplicate_of as id from rejections where chat_id = any(%(ids)s) and duplicate_of is not null
    union
    select unnest(%(ids)s::text[])
)
select x.chat_id as id from rejections x join originals o on o.id = x.duplicate_of where not x.chat_id = any(%(ids)s)
union
select c.id from originals o join chats c on c.id = o.id where not c.id = any(%(ids)s)
order by id;

-- others: every chat but these, as it is kept
select id as chat_id, id, key_id, nonce, sealed from chats where not id = any(%(ids)s);

-- named: these chats, as they are kept
select id as chat_id, id, key_id, nonce, sealed from chats where id = any(%(ids)s);

-- unjudged: every chat but these that no night has filtered or left out, as it is kept
select c.id as chat_id, c.id, c.key_id, c.nonce, c.sealed from chats c
where not c.id = any(%(ids)s)
  and not exists (select from filtered_chats f where f.chat_id = c.id)
  and not exists (select from rejections r where r.chat_id = c.id);

-- of_user: chats of who has one of these keys
select id from chats where user_key = any(%(keys)s) order by id;

-- before: chats of the days before one
select id from chats where day < %(day)s order by id;

-- hold: lock the chats, so that whoever builds on them now is waited for, and nobody begins to
select id from chats where id = any(%(ids)s) order by id for update;

-- datasets: which datasets hold an example of these chats, and are not known to be tainted yet
select distinct x.dataset_id
from dataset_examples x join examples e on e.id = x.example_id
where e.chat_id = any(%(ids)s) and x.dataset_id not in (select dataset_id from tainted_datasets)
order by x.dataset_id;

-- taint: a dataset held what was forgotten
insert into tainted_datasets (dataset_id, receipt_id) select unnest(%(datasets)s::text[]), %(receipt)s;

-- tainted: adapters that may never answer again
select id from tainted_adapters order by id;

-- runs: runs whose morning report may quote the chats, or what a tainted adapter said of anything
with models as (select a.base_model || '+' || a.id as model from adapters a where a.id = any(%(adapters)s)),
spoiled as (
    select r.id, r.run_id from reports r
    where r.adapter_id = any(%(adapters)s)
       or exists (select from models m where m.model in (r.challenger, r.champion, r.anchor))
       or exists (select from models m join jsonb_each_text(r.history) h on h.value = m.model)
       or exists (select from report_examples x join eval_examples e on e.id = x.example_id
                  where x.report_id = r.id and e.chat_id = any(%(ids)s))
)
select run_id from dataset_runs where dataset_id = any(%(datasets)s)
union select run_id from datasets where id = any(%(datasets)s)
union select run_id from adapters where id = any(%(adapters)s)
union select run_id from spoiled
union select d.run_id from decisions d join spoiled s on s.id = d.report_id
order by run_id;

-- count: the rows that go with these chats and adapters
with out_examples as (select id from examples where chat_id = any(%(ids)s)),
out_tests as (select id from eval_examples where chat_id = any(%(ids)s)),
models as (select a.base_model || '+' || a.id as model from adapters a where a.id = any(%(adapters)s))
select (select count(*) from chats where id = any(%(ids)s)) as chats,
       (select count(*) from feedback where chat_id = any(%(ids)s)) as feedback,
       (select count(*) from exchanges where chat_id = any(%(ids)s)) as exchanges,
       (select count(*) from rejections where chat_id = any(%(ids)s)) as rejections,
       (select count(*) from redacted_chats where chat_id = any(%(ids)s)) as redacted_chats,
       (select count(*) from sketches where chat_id = any(%(ids)s)) as sketches,
       (select count(*) from filtered_chats where chat_id = any(%(ids)s)) as filtered_chats,
       (select count(*) from embeddings where chat_id = any(%(ids)s)) as embeddings,
       (select count(*) from critiques where chat_id = any(%(ids)s)) as critiques,
       (select count(*) from out_examples) as examples,
       (select count(*) from dataset_examples where example_id in (select id from out_examples)) as dataset_examples,
       (select count(*) from dataset_left_out where chat_id = any(%(ids)s)) as dataset_left_out,
       (select count(*) from second_opinions where chat_id = any(%(ids)s)) as second_opinions,
       (select count(*) from routes where chat_id = any(%(ids)s)) as routes,
       (select count(*) from memories where chat_id = any(%(ids)s)) as memories,
       (select count(*) from golden_chats where chat_id = any(%(ids)s)) as golden_chats,
       (select count(*) from excluded_chats where chat_id = any(%(ids)s)) as excluded_chats,
       (select count(*) from out_tests) as eval_examples,
       (select count(*) from report_examples where example_id in (select id from out_tests)) as report_examples,
       (select count(*) from traces
        where example_id in (select id from out_tests) or lesson_id in (select id from out_examples)) as traces,
       (select count(*) from eval_results
        where example_id in (select id from out_tests) or model in (select model from models)) as eval_results;

-- leave_out: what was left out as a copy of a chat that goes, or would be, is not learned from in its place
insert into excluded_chats (chat_id, receipt_id)
select chat_id, %(receipt)s from rejections where duplicate_of = any(%(ids)s) and not chat_id = any(%(ids)s)
union
select unnest(%(alike)s::text[]), %(receipt)s
on conflict (chat_id) do nothing;

-- reopen: days on which a chat was left out as a copy of one that goes are filtered again
with copies as (
    delete from rejections where duplicate_of = any(%(ids)s) and not chat_id = any(%(ids)s) returning stage, day
)
update stage_days s set passed = null
from copies c
where s.day = c.day and s.stage in (c.stage, 'critique_scores');

-- silence: what tainted adapters said, of whatever
delete from eval_results where model in (select base_model || '+' || id from adapters where id = any(%(adapters)s));

-- delete: the chats, and with them all that came of them
delete from chats where id = any(%(ids)s);

-- empty_days: the books of days that hold no chat any more
delete from stage_days s where not exists (select from chats c where c.day = s.day);

-- bury: no import brings them back
insert into tombstones (hash, kind, turns, receipt_id)
select hash, kind, turns, %(receipt)s
from unnest(%(hashes)s::text[], %(kinds)s::text[], %(turns)s::int[]) as x (hash, kind, turns)
on conflict (hash) do nothing;

-- buried: which of these chats were forgotten
select hash as id from tombstones where kind = 'chat' and hash = any(%(ids)s);

-- write: the receipt
insert into receipts (id, selector, selector_hash, counts, datasets, adapters, runs, champion_before, champion_after, at,
                      stays, unopened)
values (%(id)s, %(selector)s, %(selector_hash)s, %(counts)s, %(datasets)s, %(adapters)s, %(runs)s, %(champion_before)s,
        %(champion_after)s, %(at)s, %(stays)s, %(unopened)s);

-- unswept: receipts whose files may still be there
select id, selector, selector_hash, counts, datasets, adapters, runs, champion_before, champion_after, at, stays, unopened
from receipts where swept_at is null order by at, id;

-- swept: the files of receipts are gone
update receipts set swept_at = now() where id = any(%(ids)s);

-- tainted_datasets: every dataset that held a chat which was forgotten since
select dataset_id as id from tainted_datasets order by id;

-- blanked: a morning report tells its decision alone from now on
update morning_reports set sha256 = %(sha256)s where run_id = %(run_id)s;

-- pages: the morning reports of these runs
select run_id, night, outcome, sentence, url, sha256 from morning_reports where run_id = any(%(runs)s) order by run_id;

-- dagster_runs: one row when Dagster has tables here
select 1 as found where to_regclass('dagster.runs') is not null;

-- active: one row when a run of Dagster's is under way
select run_id from dagster.runs where status in ('STARTING', 'STARTED', 'CANCELING') limit 1;

-- one_sweep: wait for who removes files now, and let nobody begin to until the transaction ends
select pg_advisory_xact_lock(hashtext('selfimprove.sweep'));

-- due: receipts of what the files of the database may still hold
select id from receipts where given_back_at is null;

-- given_back: they hold it no more, or nobody here can help it
update receipts set given_back_at = now() where id = any(%(ids)s);

-- unfinished: one row when something of this forgetting is left to do
select 1 as found from receipts where id = %(id)s and (swept_at is null or given_back_at is null);

-- give_back: write the tables anew without what was deleted from them, and say of each what could not be left out
vacuum (full, verbose) chats, feedback, rejections, redacted_chats, sketches, critiques, examples, eval_examples, eval_results,
    routes, memories;

-- clear_vectors: the index blanks the vectors of what was deleted; a warning where this role may not
vacuum embeddings;

-- give_back_vectors: write the vectors anew; their index is taken away before and built behind it
vacuum (full, verbose) embeddings;

-- not_for_long: wait this long for a table that is in use
set lock_timeout = '5s';

-- next_log: begin a new file of the write-ahead log
select pg_switch_wal();

-- drop_log: write out what the older files are for, so that they can go
checkpoint;

-- database: by which number this database's folder goes
select oid::bigint as id from pg_database where datname = current_database();

-- writing: transactions of others that have written something, or may be about to end; who only reads makes no table
select pid, xact_start as began from pg_stat_activity
where pid <> pg_backend_pid() and xact_start is not null
  and (backend_xid is not null or state = 'active' and backend_type = 'client backend');

-- files: by which numbers the files of tables and indexes go
select pg_relation_filenode(oid)::bigint as number from pg_class where pg_relation_filenode(oid) is not null;
