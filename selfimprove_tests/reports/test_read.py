"""What the report reads of real rows, for nights that end in different ways."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from selfimprove import settings
from selfimprove.experiments import table as experiments
from selfimprove.experiments import unheard
from selfimprove.reports import alerts, morning, read, tell
from selfimprove.reports.alerts import Alert
from selfimprove.reports.night import LongAnswers
from selfimprove_tests.promotion.build import long_answers
from selfimprove_tests.promotion.house import BAD
from selfimprove_tests.reports.rows import DAY, NIGHT, found, night, stage

TODAY = date(2040, 1, 1)


def test_a_promoted_night(connection, tmp_path):
    adapter_id = night(connection, tmp_path, "r1")
    told = read.read(connection, "r1", TODAY)
    assert (told.night, told.champion, told.adapter.id) == (NIGHT, adapter_id, adapter_id)
    assert [(s.name, s.days, s.taken, s.given) for s in told.stages] == [
        ("chat_logs", 1, 100, 100), ("redacted_chats", 1, 100, 96), ("filtered_chats", 1, 96, 90),
    ]  # fmt: skip
    assert told.rejected == {"left_over_secret": 5, "too_short": 5}
    assert told.found.rejected == {"low_score": 12}
    assert [(lesson.question, lesson.answer) for lesson in told.found.lessons] == [
        ("What is my dog called?", "Your dog is Biscuit."),
    ]  # fmt: skip
    assert told.judged.promoted
    assert {verdict.outcome for verdict in told.judged.verdicts} == {"passed"}
    assert [(s.task, s.graded, s.before, s.after) for s in told.judged.scores] == [
        ("fresh", 24, 0, 22), ("holdout", 12, 0, 10), ("core", 240, 238, 238), ("refusals", 24, 24, 24),
    ]  # fmt: skip
    assert tell.outcome(told) == "promoted"
    assert "32 of 36 of your own questions" in tell.sentence(told)
    assert [tile.value for tile in morning.tiles(told)] == ["100", "90", "2", "40", "36"]


def test_a_run_that_only_went_on_with_a_broken_one_tells_of_itself(connection, tmp_path):
    """Tried again from its training, it has no days and no dataset of its own, and another night began meanwhile."""
    night(connection, tmp_path, "again")
    connection.execute("delete from stage_days")
    connection.execute("delete from dataset_runs")
    stage(connection, "later", "chat_logs", 3, {})
    assert read.night_run(connection, "again") == "again"
    assert tell.outcome(read.read(connection, "again", TODAY)) == "promoted"


def test_a_night_that_carries_out_an_earlier_nights_decision(connection, tmp_path):
    adapter_id = night(connection, tmp_path, "killed")
    connection.execute("update adapters set run_id = 'again' where id = %s", (adapter_id,))
    assert tell.outcome(read.read(connection, "again", TODAY)) == "promoted"


def test_answers_before_and_after(connection, tmp_path):
    night(connection, tmp_path, "r1")
    pairs = read.read(connection, "r1", TODAY).judged.pairs
    assert {(pair.before, pair.after) for pair in pairs} == {("wrong", "right")}
    assert len(pairs) == 32, "answers that are the same are not shown"
    assert {pair.question for pair in pairs} == {"Who keeps the light?", ""}


def test_long_answers_that_are_said_are_told(connection, tmp_path):
    night(connection, tmp_path, "r1", tasks=(long_answers("holdout", 30, 24, 2, says=20),))
    judged = read.read(connection, "r1", TODAY).judged
    assert judged.long_answers == LongAnswers(30, 24, 2, graded=30, before=0, after=20)
    assert [(s.task, s.graded, s.before, s.after) for s in judged.scores][:2] == [
        ("fresh", 24, 0, 22), ("demonstration", 30, 0, 20),
    ]  # fmt: skip
    assert "it says what was wanted in 20 of 30 long answers, up from 0" in tell.long_answers(judged)


def test_a_rejected_night_keeps_the_base_model(connection, tmp_path):
    night(connection, tmp_path, "r1", tasks=(BAD,))
    told = read.read(connection, "r1", TODAY)
    assert (tell.outcome(told), told.champion) == ("rejected", None)
    assert "Does it still know the basics?" in tell.sentence(told)
    assert "Turned down" in morning.page(told)


def test_a_night_that_was_tested_too_little(connection, tmp_path):
    night(connection, tmp_path, "r1", measured={"sampled": 1})
    assert tell.outcome(read.read(connection, "r1", TODAY)) == "not_enough_evidence"


def test_nothing_to_learn_gives_the_datasets_own_sentence(connection):
    stage(connection, "r1", "chat_logs", 3, {})
    found(connection, "r1", None, "Nothing to learn: there are no new chats.")
    told = read.read(connection, "r1", TODAY)
    assert tell.outcome(told) == "nothing_to_learn"
    assert tell.sentence(told) == "Nothing to learn: there are no new chats; the base model keeps answering."


def test_a_night_that_broke_off_names_what_broke_first(connection):
    stage(connection, "r1", "chat_logs", 3, {})
    first = Alert("r1", "redacted_chats", "nothing_lost", "1 chat is lost", "url")
    alerts.record(connection, [first, Alert("r1", "x", "", "y", "url")])
    told = read.read(connection, "r1", TODAY)
    assert (told.night, tell.outcome(told)) == (DAY + timedelta(days=1), "failed")
    assert tell.sentence(told).endswith("“nothing lost” of redacted chats: 1 chat is lost.")


def test_a_run_of_which_nothing_is_known_is_named_after_today(connection):
    assert read.read(connection, "r1", TODAY).night == TODAY


def test_other_runs_rows_are_not_told(connection, tmp_path):
    night(connection, tmp_path, "r1")
    told = read.read(connection, "r2", TODAY)
    assert (told.stages, told.found, told.adapter, told.judged) == ((), None, None, None)


def test_past_nights_are_told_with_every_night(connection, tmp_path):
    night(connection, tmp_path, "r1")
    (past,) = read.read(connection, "r1", TODAY).trend
    assert (past.night, past.decision) == (NIGHT, "promote")
    assert (past.before, round(past.after, 3)) == (0.0, round(32 / 36, 3))
    assert read.read(connection, "r2", NIGHT - timedelta(days=1)).trend == ()


def test_a_run_tells_of_itself_or_of_the_newest_that_worked(connection):
    assert read.night_run(connection, "own") == "own", "there is no other"
    stage(connection, "r1", "chat_logs", 3, {})
    assert read.night_run(connection, "own") == "r1"
    assert read.night_run(connection, "r1") == "r1"
    alerts.record(connection, [Alert("own", "x", "", "y", "url")])
    assert read.night_run(connection, "own") == "own"


@pytest.mark.parametrize(("given", "share", "told"), [
    ({}, None, "answers from now on"), ({}, 0.5, "answers from now on"),
    ({"challenger_share": 0.0}, None, f"is promoted, and answers nobody {unheard.NOT_YET}"),
    ({}, 0.0, f"is promoted, and answers nobody {unheard.NOT_YET}"),
    ({"upstream_url": "http://127.0.0.1:1/v1"}, None, f"is promoted, and answers nobody {unheard.ELSEWHERE}"),
])  # fmt: skip
def test_who_is_promoted_and_answers_nobody_is_not_said_to_answer(connection, tmp_path, given, share, told):
    adapter_id = night(connection, tmp_path, "r1")
    if share is not None:
        compare(connection, share)
    told_by = replace(settings.read({"SELFIMPROVE_HOME": str(tmp_path)}), **given)
    found = read.read(connection, "r1", TODAY, told_by)
    assert tell.sentence(found).startswith(f"A new model {told}: ")
    page = morning.page(found)
    assert (f"answering now: {adapter_id[:12]}" in page) is ("nobody" not in told)
    assert (f"champion: {adapter_id[:12]}, which answers nobody" in page) is ("nobody" in told)


def test_who_was_let_to_answer_does(connection, tmp_path):
    night(connection, tmp_path, "r1")
    compare(connection, 0.0)
    ended = "update experiments set outcome = 'confirmed', ended_at = clock_timestamp(), reason = 'a person said so'"
    connection.execute(ended)
    silent = replace(settings.read({"SELFIMPROVE_HOME": str(tmp_path)}), challenger_share=0.0)
    assert tell.sentence(read.read(connection, "r1", TODAY, silent)).startswith("A new model answers from now on: ")


def test_a_later_night_knows_of_a_champion_that_is_compared_and_of_no_other(connection, tmp_path):
    night(connection, tmp_path, "r1")
    silent = replace(settings.read({"SELFIMPROVE_HOME": str(tmp_path)}), challenger_share=0.0)
    assert not unheard.why(connection, silent), "it has answered since before anybody set that share"
    compare(connection, 0.0)
    assert unheard.why(connection, silent) == unheard.NOT_YET


def compare(connection, share):
    row = connection.execute("select * from promotions order by id desc limit 1").fetchone()
    experiments.begin(connection, {**row, "promotion_id": row["id"]}, share)
