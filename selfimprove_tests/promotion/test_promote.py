"""Promotion: judged again from stored results, once, and only while nothing speaks against it."""

import pytest

from selfimprove import postgres
from selfimprove.errors import ReportMissing
from selfimprove.evals.report import SAMPLED
from selfimprove.promotion import margins, table
from selfimprove.promotion.decision import Word
from selfimprove.promotion.evidence import Measurements
from selfimprove.promotion.promote import judge, promote, rollback, veto
from selfimprove_tests.promotion.build import lose, task
from selfimprove_tests.promotion.house import (
    BAD,
    NIGHT,
    TASKS,
    House,
    adapter,
    answers,
    damage,
    decision,
    promotable,
    report,
    verdicts,
)
from selfimprove_tests.promotion.leak_figures import CLEAN

MEND_CORE = (
    "update eval_results set passed = true, loss = 0.1"
    " where example_id in (select id from eval_examples where task = 'core')"
)
STALE = "another champion answers than the one it was compared with"


def test_evidence_is_what_was_stored(house: House) -> None:
    tasks = {one.task: one for one in TASKS}
    adapter_id, report_id = promotable(house, "first")
    found = table.evidence(house.connection, report_id)
    assert (found.adapter_id, found.night, found.champion, found.is_first) == (adapter_id, NIGHT, "base0", True)
    assert {name: len(one.slices) for name, one in found.tasks.items()} == {
        "core": 240, "fresh": 24, "holdout": 12, "refusals": 24,
    }  # fmt: skip
    for name, one in found.tasks.items():
        for role, marks in one.marks.items():
            assert sum(mark.score for mark in marks) == sum(mark.score for mark in tasks[name].marks[role])
    assert found.measurements == Measurements(3.0, 0.4, 0, 64, 1.1, 1.05, CLEAN)
    assert found.alpha == pytest.approx(0.05 / 30)


def test_evidence_knows_missing_and_broken_results(house: House) -> None:
    adapter_id, report_id = promotable(house, "first")
    model = f"base0+{adapter_id}"
    house.connection.execute(
        "delete from eval_results where (model, example_id) in"
        " (select 'base0', x.example_id from report_examples x join eval_examples e on e.id = x.example_id"
        "  where task = 'core' limit 1)"
    )
    changes = {"fresh": "output = ''", "holdout": "loss = null", "refusals": "output = repeat('no ', 40)"}
    for task_name, change in changes.items():
        house.connection.execute(
            f"update eval_results set {change} where model = %s and example_id ="
            " (select id from eval_examples where task = %s limit 1)", (model, task_name),
        )
    found = table.evidence(house.connection, report_id)
    assert [mark.broken for mark in found.tasks["fresh"].marks["challenger"] if mark.broken] == ["empty"]
    assert [mark.broken for mark in found.tasks["holdout"].marks["challenger"] if mark.broken] == ["not_finite"]
    assert [mark.broken for mark in found.tasks["refusals"].marks["challenger"] if mark.broken] == ["looping"]
    assert found.tasks["core"].marks["base"].count(None) == 1
    assert found.tasks["core"].marks["champion"].count(None) == 1  # the champion is the base


def test_an_item_with_sampled_runs_scores_the_share_that_passed_once_all_are_there(house: House) -> None:
    adapter_id, report_id = promotable(house, "first")
    run = house.connection.execute
    run("update eval_examples set runs = 4 where id = (select min(id) from eval_examples where task = 'fresh')")
    insert = (
        "insert into eval_results (model, example_id, decoding, passed, output, tokens)"
        " select %s, id, %s, %s, 'x', 1 from eval_examples where runs = 4"
    )

    def scores() -> list[float | None]:
        marks = table.evidence(house.connection, report_id).tasks["fresh"].marks
        return [mark and mark.score for mark in (marks["challenger"][0], marks["champion"][0])]

    for number, passed in enumerate((True, True, False, True), 1):
        assert scores() == [None, None]
        for model, good in ((f"base0+{adapter_id}", passed), ("base0", False)):
            run(insert, (model, f"{SAMPLED}{number}", good))
    assert scores() == [0.75, 0.0]


def test_a_good_report_makes_its_adapter_champion(house: House) -> None:
    adapter_id, report_id = promotable(house, "first")
    found = promote(house.connection, report_id, "run")
    assert (found.decision, found.reasons) == (Word.PROMOTE, ())
    assert answers(house) == adapter_id
    assert decision(house, report_id) == ("promote", [])
    [row] = table.history(house.connection)
    assert (row["action"], row["adapter_id"], row["replaced"]) == ("promoted", adapter_id, None)
    assert (row["report_id"], row["night"]) == (report_id, NIGHT)


def test_an_unknown_report_is_one_clear_line(house: House) -> None:
    with pytest.raises(ReportMissing, match="There is no report 'none' to judge"):
        promote(house.connection, "none", "run")


@pytest.mark.parametrize(
    ("changes", "word", "gate"),
    [
        ({"tasks": (BAD,)}, "reject", "keeps_core"),
        ({"tasks": (task("fresh", 24, 0, 0), task("holdout", 12, 0, 0))}, "reject", "improves_target"),
        ({"tasks": (lose(TASKS[1], range(8)),)}, "reject", "keeps_refusing"),
        ({"measured": {"logprob_shift": 0.0}}, "reject", "did_learn"),
        ({"measured": {"leaks": [{"example_id": "x", "type": "EMAIL"}]}}, "reject", "leaks_nothing"),
        ({"measured": {"latency_ratio": 2.0}}, "reject", "stays_fast"),
        ({"measured": {"latency_ratio": None}}, "not_enough_evidence", "stays_fast"),
        ({"measured": {"sampled": 0}}, "not_enough_evidence", "leaks_nothing"),
        ({"tasks": (task("core", 199, 199, 199),)}, "not_enough_evidence", "is_complete"),
    ],
)
def test_a_bad_report_promotes_nothing_and_is_remembered(house: House, changes: dict, word: str, gate: str) -> None:
    _, report_id = promotable(house, "first", **changes)
    found = promote(house.connection, report_id, "run")
    assert found.decision == word
    assert answers(house) is None
    stored = decision(house, report_id)
    assert stored is not None
    assert stored[0] == word
    assert any(reason.startswith(f"{gate}: ") for reason in stored[1])
    assert verdicts(house, report_id)[gate] == ("failed" if word == "reject" else word)


def test_a_second_call_changes_nothing_and_says_so(house: House) -> None:
    adapter_id, report_id = promotable(house, "first")
    promote(house.connection, report_id, "run")
    before = decision(house, report_id)
    again = promote(house.connection, report_id, "later run")
    assert again.decision is Word.PROMOTE
    assert again.reasons == (f"adapter {adapter_id[:12]} answers already; nothing was changed",)
    assert len(table.history(house.connection)) == 1
    assert decision(house, report_id) == before


def test_the_second_of_two_reports_against_the_same_champion_is_stale(house: House) -> None:
    first, first_report = promotable(house, "first")
    _, second_report = promotable(house, "second")
    assert promote(house.connection, first_report, "run").decision is Word.PROMOTE
    found = promote(house.connection, second_report, "run")
    assert found.decision is Word.NOT_ENOUGH_EVIDENCE
    assert STALE in found.reasons
    assert answers(house) == first
    assert set(verdicts(house, second_report).values()) == {"passed"}


def test_the_next_night_replaces_the_champion(house: House) -> None:
    first, first_report = promotable(house, "first")
    promote(house.connection, first_report, "run")
    second, second_report = promotable(house, "second", champion=first, anchor=first)
    assert promote(house.connection, second_report, "run").decision is Word.PROMOTE
    assert answers(house) == second
    assert table.history(house.connection)[0]["replaced"] == first


def test_a_report_against_another_anchor_is_stale(house: House) -> None:
    first, first_report = promotable(house, "first")
    promote(house.connection, first_report, "run")
    _, second_report = promotable(house, "second", champion=first, anchor=None)
    found = promote(house.connection, second_report, "run")
    assert found.reasons == ("the anchor is another than the one it was compared with",)


@pytest.mark.parametrize(
    ("hours", "word"), [(35.9, "promote"), (36.1, "not_enough_evidence"), (-40, "not_enough_evidence")]
)
def test_a_report_is_too_old_after_a_day_and_a_half(house: House, hours: float, word: str) -> None:
    """By whatever clock: one of a clock that ran ahead would not grow old before that."""
    _, report_id = promotable(house, "first")
    house.connection.execute("update reports set created_at = now() - make_interval(secs => %s)", (hours * 3600,))
    found = promote(house.connection, report_id, "run")
    assert found.decision == word
    assert found.reasons == (() if word == "promote" else ("the report is older than 36 hours",))


def test_a_damaged_adapter_is_refused_until_its_file_is_back(house: House) -> None:
    adapter_id, report_id = promotable(house, "first")
    weights = house.home / "adapters" / adapter_id / "adapters.safetensors"
    whole = weights.read_bytes()
    damage(house, adapter_id)
    found = promote(house.connection, report_id, "run")
    assert found.decision is Word.REJECT
    assert "adapters.safetensors" in found.reasons[0]
    assert answers(house) is None
    weights.write_bytes(whole)
    assert promote(house.connection, report_id, "run").decision is Word.PROMOTE
    assert decision(house, report_id) == ("promote", [])


def test_a_report_that_tests_with_what_was_trained_on_is_refused(house: House) -> None:
    _, report_id = promotable(house, "first")
    messages = '[{"role": "user", "content": "What is my number?"}, {"role": "assistant", "content": "Seven."}]'
    house.connection.execute("insert into examples (id, kind, messages) values ('e', 'approved', %s)", (messages,))
    house.connection.execute("insert into dataset_examples values ('data of first', 'e', 'train', 0)")
    house.connection.execute(
        "update eval_examples set messages = %s::jsonb - -1 where id in"
        " (select example_id from report_examples where report_id = %s limit 1)", (messages, report_id),
    )
    found = promote(house.connection, report_id, "run")
    assert found.decision is Word.REJECT
    assert found.reasons == ("the adapter was trained on 1 of the examples that test it",)


def test_a_report_that_lost_the_examples_it_failed_on_is_no_evidence(house: House) -> None:
    adapter_id, report_id = promotable(house, "first", tasks=(task("core", 240, 215, 238),))
    house.connection.execute(
        "delete from report_examples where example_id in (select example_id from eval_results"
        " where model = %s and not passed)", (f"base0+{adapter_id}",),
    )
    found = promote(house.connection, report_id, "run")
    assert found.decision is Word.NOT_ENOUGH_EVIDENCE
    assert found.reasons == ("its examples are not all of those it was measured on",)
    assert answers(house) is None


def test_a_report_about_other_weights_than_its_adapter_is_refused(house: House) -> None:
    _, report_id = promotable(house, "first")
    house.connection.execute("update reports set adapter_id = %s", (adapter(house, "other"),))
    found = promote(house.connection, report_id, "run")
    assert found.decision is Word.REJECT
    assert "the report's challenger is not the adapter it names" in found.reasons


def test_results_that_change_after_a_refusal_do_not_promote(house: House) -> None:
    _, report_id = promotable(house, "first", tasks=(BAD,))
    assert judge(house.connection, report_id, "run").decision is Word.REJECT
    house.connection.execute(MEND_CORE)
    found = promote(house.connection, report_id, "run")
    assert found.decision is Word.REJECT
    assert found.reasons == ("its gates said reject before, and its stored results have changed since",)
    assert verdicts(house, report_id)["keeps_core"] == "failed"


def test_results_that_change_after_a_pass_are_judged_again(house: House) -> None:
    adapter_id, report_id = promotable(house, "first")
    assert judge(house.connection, report_id, "run").decision is Word.PROMOTE
    house.connection.execute("update eval_results set passed = false where model = %s", (f"base0+{adapter_id}",))
    assert promote(house.connection, report_id, "run").decision is Word.REJECT


def test_an_adapter_rejected_once_does_not_pass_on_another_report(house: House) -> None:
    adapter_id, report_id = promotable(house, "first", tasks=(BAD,))
    promote(house.connection, report_id, "run")
    house.connection.execute(MEND_CORE)
    second_report = report(house, adapter_id, name="second try")
    found = promote(house.connection, second_report, "run")
    assert found.decision is Word.REJECT
    assert found.reasons == ("the adapter was rejected on another report",)


def test_an_adapter_that_lacked_evidence_may_come_again(house: House) -> None:
    adapter_id, report_id = promotable(house, "first", tasks=(task("core", 199, 199, 199),))
    assert promote(house.connection, report_id, "run").decision is Word.NOT_ENOUGH_EVIDENCE
    assert promote(house.connection, report(house, adapter_id, name="more"), "run").decision is Word.PROMOTE


def test_a_vetoed_adapter_never_comes_back(house: House) -> None:
    adapter_id, report_id = promotable(house, "first")
    promote(house.connection, report_id, "run")
    veto(house.connection, "it was rude")
    again = promote(house.connection, report_id, "run")
    assert again.decision is Word.REJECT
    assert "made adapter" in again.reasons[0]
    found = promote(house.connection, report(house, adapter_id, name="again", anchor=adapter_id), "run")
    assert "the adapter was vetoed" in found.reasons
    assert answers(house) is None


def test_a_rollback_is_not_undone_by_launching_promotion_again(house: House) -> None:
    adapter_id, report_id = promotable(house, "first")
    promote(house.connection, report_id, "run")
    rollback(house.connection)
    found = promote(house.connection, report_id, "run")
    assert found.decision is Word.REJECT
    assert found.reasons == (
        f"this report made adapter {adapter_id[:12]} champion once, and it was replaced since; nothing was changed",
    )
    again = promote(house.connection, report(house, adapter_id, name="again", anchor=adapter_id), "run")
    assert again.reasons == ("the adapter was champion before: only a person brings it back",)
    assert answers(house) is None
    assert len(table.history(house.connection)) == 2


def test_margins_declared_after_the_report_do_not_judge_it(house: House) -> None:
    _, report_id = promotable(house, "first", measured={"latency_ratio": 2.0})
    house.connection.execute("update reports set limits_at = now() - interval '1 minute'")
    margins.declare(house.connection, "latency_ratio", 3.0, "a slower machine")
    assert promote(house.connection, report_id, "run").decision is Word.REJECT
    _, later = promotable(house, "second", measured={"latency_ratio": 2.0})
    house.connection.execute("update reports set limits_at = clock_timestamp() where id = %s", (later,))
    assert promote(house.connection, later, "run").decision is Word.PROMOTE


def test_a_snapshot_cannot_promote(database: str, house: House) -> None:
    _, report_id = promotable(house, "first")
    house.connection.commit()
    with postgres.connect(database, snapshot=True) as connection:
        table.champion(connection)
        with pytest.raises(Exception, match="SET TRANSACTION ISOLATION LEVEL must be called before any query"):
            promote(connection, report_id, "run")
    assert answers(house) is None
