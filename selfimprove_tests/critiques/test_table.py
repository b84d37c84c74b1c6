"""Critiques in Postgres, and what the checks make of them."""

from dataclasses import replace
from datetime import date

import pytest

from selfimprove.chats import days
from selfimprove.critiques import examine, table
from selfimprove.critiques.calibrate import calibrate
from selfimprove.critiques.checks import ADVICE, RULES
from selfimprove.critiques.criticise import Court
from selfimprove.critiques.critique import Evidence, Explicit
from selfimprove.critiques.ratings import Known
from selfimprove.critiques.sources import provenance
from selfimprove.critiques.witnesses import Witnesses
from selfimprove.resources import check_results
from selfimprove_tests.critiques.rows import add_chat

DAY = date(2026, 1, 5)
NOBODY = Court(Witnesses("base"))


def counts(connection):
    return days.read(connection, table.STAGE, [DAY])[0].counts


@pytest.fixture
def written(connection):
    add_chat(connection, DAY, "u: 2 + 2?", "a: 4", "u: thanks", "a: ok")
    add_chat(connection, DAY, "u: anyone?", "a:  ", "t: {}")
    table.write(connection, DAY, NOBODY, "run")
    return connection


def test_a_day_is_written_and_closed(written):
    rows = table.of_day(written, DAY)
    assert [row["position"] for row in rows] == [3, 1]
    assert rows[1]["evidence"]["implicit"] == {"kind": "approval", "sign": "words"}
    (closed,) = days.read(written, table.STAGE, [DAY])
    assert (closed.passed, closed.run_id, closed.fingerprint) == (None, "run", days.fingerprint(written, DAY))
    assert closed.counts["rejected"] == {"no_answer": 1}


def test_writing_twice_changes_nothing(written):
    before = table.of_day(written, DAY), table.tally(written, DAY)
    table.write(written, DAY, NOBODY, "again")
    assert (table.of_day(written, DAY), table.tally(written, DAY)) == before


def test_all_is_well_with_what_was_written(written):
    stored = table.tally(written, DAY)
    assert stored == {
        "chats": 2, "rejected": 1, "criticised": 1, "answers": 2, "in_range": 2, "outdated": 0, "unscored": 0,
    }
    for rule in (examine.lost, examine.unsound, examine.silent_judge):
        assert list(rule(counts(written), stored)) == []


def test_a_tool_is_called_with_any_kind_of_blank(connection):
    blanks = [mark for mark in map(chr, range(1, 0x10000)) if mark.isspace()]
    for mark in blanks:
        add_chat(connection, DAY, "u: 2 + 2?", f"a: {mark}", "t: {}", "a: 4")
    add_chat(connection, DAY, "u: 2 + 2?", "a: \u200b", "t: {}", "a: 4")  # no blank, and so an answer
    table.write(connection, DAY, NOBODY, "run")
    stored = table.tally(connection, DAY)
    assert (stored["unscored"], stored["answers"]) == (0, len(blanks) + 2)
    assert len(blanks) > 20


def test_a_lost_answer_is_seen(written):
    written.execute("delete from critiques where position = 3")
    stored = table.tally(written, DAY)
    assert list(examine.lost(counts(written), stored)) == ["1 answers without a score"]
    assert list(examine.unsound(counts(written), stored)) == ["2 answers were scored, 1 are stored"]


def test_a_chat_that_came_later_is_seen(written):
    add_chat(written, DAY, "u: 3 + 3?", "a: 6")
    assert list(examine.lost(counts(written), table.tally(written, DAY))) == [
        "3 filtered chats, but 1 scored and 1 rejected", "1 answers without a score",
    ]


def test_counts_that_do_not_add_up_are_seen(written):
    wrong = {**counts(written), "in": 5}
    assert list(examine.lost(wrong, table.tally(written, DAY))) == ["5 chats in, but 1 out and 1 rejected"]


def test_scores_of_other_rules_are_seen(written):
    written.execute("update critiques set rule_version = '0' where position = 1")
    assert list(examine.unsound(counts(written), table.tally(written, DAY))) == ["1 scores of other rules"]


@pytest.mark.parametrize(("missing", "words"), [(1, []), (2, ["the judge gave no usable verdict on 2 of 10 answers"])])
def test_a_judge_that_falls_silent_is_seen(missing, words):
    assert list(examine.silent_judge({"judge": {"asked": 10, "missing": {"malformed": missing}}}, {})) == words


def test_a_judge_below_the_floor_is_seen_and_older_counts_are_fine():
    counts = {"judge": {"asked": 30, "missing": {}, "below_floor": {"m, rubric 2": "no weight: kappa 0.1"}}}
    assert list(examine.unfit_judge(counts, {})) == ["the judge m, rubric 2 has no weight: kappa 0.1"]
    assert list(examine.unfit_judge({"judge": {"asked": 0, "missing": {}}}, {})) == []


def test_a_judge_nobody_asked_is_fine():
    assert list(examine.silent_judge({"judge": {"asked": 0, "missing": {}}}, {})) == []


def test_results_name_the_day_and_only_blocking_checks_are_errors():
    found = {DAY: {
        "nothing_lost": ["1 answers without a score"], "scores_are_sound": [], "judge_answers": ["silent"],
        "judge_agrees": [],
    }}  # fmt: skip
    lost, sound, silent, _ = check_results(table.STAGE, RULES, found, ADVICE)
    assert (lost.passed, lost.description) == (False, "2026-01-05: 1 answers without a score")
    assert (sound.passed, sound.description) == (True, "1 days hold")
    assert (silent.passed, silent.severity.value, lost.severity.value) == (False, "WARN", "ERROR")


def test_a_chat_is_found_by_the_start_of_its_id(written):
    chat_id = table.of_day(written, DAY)[0]["chat_id"]
    assert [row["position"] for row in table.of_chat(written, chat_id[:12])] == [1, 3]
    assert table.of_chat(written, "%") == []
    assert table.of_chat(written, "zz") == []


def thumb(value=1.0):
    return {"position": 1, "kind": "thumbs", "value": value, "text": None, "source": "web"}


def test_feedback_carries_where_it_came_from_and_on_whose_chat(connection):
    add_chat(connection, DAY, "u: 1?", "a: 1", feedback=[thumb()], user="0123456789abcdef")
    add_chat(connection, DAY, "u: 2?", "a: 2", feedback=[thumb()])
    found = {one.feedback[0].source for one in table.filtered(connection, [DAY])}
    assert found == {provenance("web", "0123456789abcdef"), "web"}


def test_the_ratings_of_other_days_come_with_their_evidence(connection):
    add_chat(connection, DAY, "u: List 3 fruits", "a: - plum\n- pear", feedback=[thumb(-1.0)])
    add_chat(connection, DAY, "u: 2?", "a: 2")
    table.write(connection, DAY, NOBODY, "run")
    (known,) = table.rated(connection, [])
    assert [one.rule for one in known.evidence.findings] == ["wrong_number_of_items"]
    assert (known.position, known.evidence.explicit[0].value) == (1, -1.0)
    assert table.rated(connection, [DAY]) == []


def test_a_score_knows_its_calibration(written):
    (row, _) = written.execute("select calibration, chat_id from critiques").fetchall()
    found = table.calibration(written, row["calibration"])
    assert found == table.calibration(written) == NOBODY.calibration
    assert table.calibration(written, "none") is None
    assert table.of_chat(written, row["chat_id"])[0]["calibration"] == found.id


def test_the_same_weights_are_one_row_with_the_newest_figures(written):
    thumbs = [(Explicit("thumbs", 2.0 * (n % 2) - 1, "web"),) for n in range(60)]
    known = [Known(f"{n:032x}", 1, Evidence(relevance=n % 2 / 2, explicit=said)) for n, said in enumerate(thumbs)]
    fitted = calibrate(known)
    table.keep(written, fitted, "run")
    table.keep(written, replace(fitted, ratings=7), "again")
    assert table.calibration(written, fitted.id).ratings == 7
    assert written.execute("select count(*) as n from calibrations").fetchone()["n"] == 2


def test_the_champion_of_another_base_model_does_not_count(connection):
    connection.execute(
        "insert into datasets (id, night, cutoff, manifest, run_id)"
        " values ('d', '2026-01-06', '2026-01-05', '{}', 'r')"
    )
    connection.execute(
        "insert into adapters (id, base_model, dataset_id, recipe, metrics, url, files, night, run_id)"
        " values ('x', 'base', 'd', '{}', '{}', 'file:///x', '{}', '2026-01-06', 'r')"
    )
    assert table.champion(connection, "base") is None
    connection.execute(
        "insert into reports (id, night, adapter_id, challenger, champion, anchor, base, measurements, run_id)"
        " values ('p', '2026-01-06', 'x', 'c', 'b', 'b', 'b', '{}', 'r')"
    )
    connection.execute("insert into promotions (action, adapter_id, report_id) values ('promoted', 'x', 'p')")
    assert table.champion(connection, "base") == "x"
    assert table.champion(connection, "other") is None
