-- Who may do what in this database: all of it. Applied after the migrations, and again when this file has changed.
set search_path to selfimprove, public;

revoke all on all tables in schema selfimprove from gateway, pipeline, reviewer, analyst;
revoke all on all functions in schema selfimprove from public, gateway, pipeline, reviewer, analyst;
grant usage on schema selfimprove to gateway, pipeline, reviewer, analyst;

-- pipeline: the nights, the web interface and the commands. It reads and writes every room, and changes no table.
grant select, insert, update, delete on all tables in schema selfimprove to pipeline;
alter default privileges in schema selfimprove grant select, insert, update, delete on tables to pipeline;
grant execute on all functions in schema selfimprove to pipeline;
grant all on schema dagster to pipeline;
grant all on all tables in schema dagster to pipeline;
grant all on all sequences in schema dagster to pipeline;
alter default privileges in schema dagster grant all on tables to pipeline;
alter default privileges in schema dagster grant all on sequences to pipeline;
-- What only grows stays as it was written.
revoke insert, update, delete on migrations from pipeline;
revoke update, delete on margins, promotions, ledger, retired_keys, tombstones, tainted_datasets, receipts, hash_key
from pipeline;
grant update (swept_at, given_back_at) on receipts to pipeline;
do $$
begin
    if current_setting('server_version_num')::int >= 170000 then  -- to give back the space of what was forgotten
        execute 'grant maintain on all tables in schema selfimprove to pipeline';
    end if;
end
$$;

-- gateway: stores what is said by day. It reads nothing of a chat, and of all that came of them the memories alone.
-- Of a chat that is there it changes what lets it grow; a trigger refuses fewer or as many turns, and too few bytes for
-- them. Bytes of its own that claim more turns it can write over a chat, which then opens no more.
grant insert on chats, feedback to gateway;
grant update (turns, digest, key_id, nonce, sealed, arrived_at) on chats to gateway;
grant select (id, turns) on chats to gateway;
grant select (id, chat_id, position, kind, source, given_at) on feedback to gateway;
grant select on tombstones, retired_keys to gateway;
grant select (id, question, fact, embedding, model, superseded_by) on memories to gateway;
grant execute on function known_hash_key to gateway;
-- Of exchanges it reads what tells which chat goes on, for whom, and of which answer feedback speaks.
grant insert on exchanges to gateway;
grant select (id, chat_id, position, root, parent, relation, repeats, asked, after, answer, at, ending, token)
on exchanges to gateway;
grant select, update (last_used_at) on tokens to gateway;

-- reviewer and analyst: redacted text and figures, nothing of a raw chat but that it was.
grant select (id, source, day, started_at, turns, side, arrived_at) on chats to reviewer, analyst;
grant select (id, chat_id, position, kind, value, source, given_at) on feedback to reviewer, analyst;
-- not the keyed hashes of what was said
grant select (id, chat_id, position, root, parent, relation, repeats, at, model, adapter, arm, ending, prompt_tokens,
              completion_tokens, first_token_seconds, seconds) on exchanges to reviewer, analyst;
-- not the keyed hashes of what was redacted, which would tell where the same person speaks
grant select (chat_id, day, messages, feedback, spans, rule_version) on redacted_chats to reviewer, analyst;
grant select on
    stage_days, rejections, filtered_chats, calibrations, second_opinions, critiques, examples, datasets, dataset_examples,
    dataset_left_out, dataset_runs, replay_answers, adapters, adapter_pins, pruned_adapters,
    eval_examples, golden_chats, eval_results, reports,
    redaction_trials, instruments, routes, memories,
    report_examples, margins, decisions, ledger, promotions, morning_reports, traces, alerts, tainted_datasets,
    day_fingerprints, clean_days, champion, decided_datasets, anchor, tainted_adapters, inherited_answers
to reviewer, analyst;
-- what waits for a person, and what nothing may be learned from
grant select on approvals, excluded_chats to reviewer, analyst;
-- not the keyed hash of what was asked to be forgotten
grant select (id, selector, counts, datasets, adapters, runs, champion_before, champion_after, at, swept_at, stays,
              unopened, given_back_at)
on receipts to reviewer, analyst;
-- how a promoted adapter does by day, in counts
grant select on experiments, shadow_answers to reviewer, analyst;
