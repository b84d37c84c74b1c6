"""Examples, results and reports in Postgres: computed once, told by task and model."""

import pytest

from selfimprove.chats.chat import Message
from selfimprove.evals import table
from selfimprove.evals.evaluate import plan
from selfimprove.evals.report import SAMPLED, Lineup, Report, Result, TaskScore, report_id
from selfimprove.evals.task import EvalExample
from selfimprove.postgres import Connection
from selfimprove.promotion import margins
from selfimprove.promotion import table as promotion
from selfimprove_tests.evals import rows


@pytest.fixture
def connection(connection: Connection) -> Connection:
    rows.dataset(connection)
    return connection


def example(prompt: str, task: str = "core", chat_id: str | None = None) -> EvalExample:
    return EvalExample(task, "s", "exact", (Message("user", prompt),), "yes", chat_id)


def result(model: str, of: EvalExample, loss: float | None = 1.0, passed: bool | None = True) -> Result:
    return Result(model, of.id, loss, passed, "yes", 2)


ONE, TWO = example("one?"), example("two?")


def report(*examples: EvalExample, run_id: str = "r", **measured: object) -> Report:
    lineup, ids = Lineup("b+new", "b", "b", "b"), tuple(sorted(e.id for e in examples))
    return Report(report_id(lineup, ids), rows.NIGHT, "new", lineup, ids, measured, run_id)


def test_held_out_chats_become_examples_of_their_task(connection: Connection) -> None:
    for name in ("c1", "c2", "c3"):
        rows.chat(connection, name, rows.asked("?", "!"))
    rows.example(connection, "validation", rows.asked("What is my dog called?", "Rex", "Bello"), "c1")
    rows.example(connection, "fresh", rows.asked("What is my cat called?", "Tom"), "c2")
    rows.example(connection, "train", rows.asked("What is my fish called?", "Wanda"), "c3")
    found = {e.task: e for e in table.own_examples(connection, "d1")}
    assert set(found) == {"holdout", "fresh"}
    assert (found["holdout"].reference, len(found["holdout"].messages), found["holdout"].slice) == ("Bello", 3, "c1")
    assert found["fresh"].chat_id == "c2"


def test_a_long_answer_counts_by_its_likelihood_unless_a_model_of_the_house_gave_it(connection: Connection) -> None:
    """Who says otherwise what a model of the house said lost nothing; a person's correction is nobody's own."""
    at_length = "Take the bus at nine to the old bridge, cross it, and turn left where the baker has his shop."
    for name in ("imported", "own", "corrected"):
        rows.chat(connection, name, rows.asked("?", "!"))
        kind = "correction" if name == "corrected" else "approved"
        rows.example(connection, "fresh", rows.asked(f"How do I get there, {name}?", at_length), name, kind=kind)
    for name in ("own", "corrected"):
        connection.execute(
            "insert into exchanges (id, chat_id, position, root, relation, asked, after, at, model, adapter, ending)"
            " values (%(name)s, %(name)s, 1, %(name)s, 'new', '', '', now(), 'm', 'base', 'stop')",
            {"name": name},
        )
    graders = {e.chat_id: e.grader for e in table.own_examples(connection, "d1")}
    assert graders == {"imported": "likelihood", "own": "none", "corrected": "likelihood"}


def test_a_pinned_chat_is_a_test_unless_this_dataset_trains_on_it(connection: Connection) -> None:
    for name in ("c1", "c2"):
        rows.chat(connection, name, rows.asked(f"Who is {name}?", "Somebody"))
        connection.execute("insert into golden_chats (chat_id, position) values (%s, 1)", (name,))
    rows.example(connection, "train", rows.asked("Who is c2?", "Somebody"), "c2")
    assert [(e.task, e.chat_id) for e in table.own_examples(connection, "d1")] == [("golden", "c1")]


def test_a_report_is_judged_by_what_was_declared_before_its_data_was_frozen(connection: Connection) -> None:
    rows.adapter(connection, "new")
    margins.declare(connection, "core_drop", 0.5, "the results look bad")
    table.insert_results(connection, [ONE], [])
    made = report(ONE)
    table.insert_report(connection, made)
    limits_at = promotion.report(connection, made.id)["limits_at"]
    assert promotion.margins_of(connection, limits_at)["core_drop"] == 0.03
    connection.execute("update datasets set created_at = clock_timestamp()")  # as if it were written again
    later = report(ONE, TWO)
    table.insert_results(connection, [TWO], [])
    table.insert_report(connection, later)
    assert {promotion.report(connection, one.id)["limits_at"] for one in (made, later)} == {limits_at}


def test_only_missing_results_are_planned(connection: Connection) -> None:
    table.insert_results(connection, [ONE], [result("b", ONE)])
    work = plan(connection, [ONE, TWO], ["b", "b+new"])
    assert work.missing == {"b": [TWO.id], "b+new": [ONE.id, TWO.id]}


def test_results_of_another_decoding_do_not_count(connection: Connection) -> None:
    table.insert_results(connection, [ONE], [Result("b", ONE.id, 1.0, True, "yes", 2, "t=0.8")])
    assert plan(connection, [ONE], ["b"]).missing == {"b": [ONE.id]}


OFTEN = EvalExample("core", "s", "exact", (Message("user", "often?"),), "yes", runs=3)


def test_only_missing_runs_are_drawn(connection: Connection) -> None:
    table.insert_results(connection, [ONE, OFTEN], [Result("b", OFTEN.id, None, True, "yes", 2, f"{SAMPLED}2")])
    work = plan(connection, [ONE, OFTEN], ["b", "b+new"])
    assert work.draws == {"b": [(OFTEN.id, 1), (OFTEN.id, 3)], "b+new": [(OFTEN.id, run) for run in (1, 2, 3)]}
    assert work.missing["b"] == [ONE.id, OFTEN.id]


def test_the_score_of_a_sampled_example_is_the_share_of_its_runs_that_passed(connection: Connection) -> None:
    verdicts = {1: True, 2: False, 3: True}
    drawn = [Result("b", OFTEN.id, None, passed, "?", 1, f"{SAMPLED}{run}") for run, passed in verdicts.items()]
    other = Result("b", OFTEN.id, None, True, "?", 1, "t=1.5,seed=0,run=1")
    greedy = [result("b", OFTEN, 0.5, False), result("b", ONE, 1.5, True)]
    table.insert_results(connection, [ONE, OFTEN], [*drawn, other, *greedy])
    [score] = table.scores(connection, ["b"], [ONE.id, OFTEN.id])
    assert (score.examples, score.loss) == (2, 1.0)
    assert score.passed == pytest.approx((1 + 2 / 3) / 2)
    assert len(table.results(connection, "b", [OFTEN.id])) == 1


def test_a_result_stands_and_a_cluster_may_be_named_anew(connection: Connection) -> None:
    table.insert_results(connection, [ONE], [result("b", ONE)])
    renamed = EvalExample("core", "other", "exact", ONE.messages, "yes")
    table.insert_results(connection, [renamed], [result("b", ONE, None, False)])
    assert table.results(connection, "b", [ONE.id]) == [result("b", ONE)]
    row = connection.execute("select slice from eval_examples").fetchone()
    assert row == {"slice": "other"}


def test_a_report_is_read_back_as_it_was_written(connection: Connection) -> None:
    rows.adapter(connection, "new")
    table.insert_results(connection, [ONE, TWO], [])
    written = report(ONE, TWO, leaks=[], latency_ratio=1.25)
    table.insert_report(connection, written)
    read = table.latest_report(connection)
    assert read is not None
    assert read == written
    assert table.reports_like(connection, written.id[:6]) == [read]
    assert table.reports_like(connection, "zz") == []


def test_the_report_of_a_run_comes_before_a_newer_one(connection: Connection) -> None:
    rows.adapter(connection, "new")
    table.insert_results(connection, [ONE, TWO], [])
    mine, other = report(ONE, run_id="mine"), report(TWO, run_id="other")
    table.insert_report(connection, mine)
    table.insert_report(connection, other)
    connection.execute("update reports set created_at = created_at + interval '1 hour' where run_id = 'other'")
    assert table.latest_report(connection, "mine") == mine
    assert table.latest_report(connection) == other
    assert table.latest_report(connection, "none of them") == other


def test_measurements_are_renewed_until_a_decision_rests_on_them(connection: Connection) -> None:
    rows.adapter(connection, "new")
    table.insert_results(connection, [ONE], [])
    for run_id, ratio in (("r1", 1.0), ("r2", 2.0)):
        table.insert_report(connection, report(ONE, run_id=run_id, latency_ratio=ratio))
    assert not table.is_decided(connection, report(ONE).id)
    rows.decide(connection, report(ONE).id, "new")
    table.insert_report(connection, report(ONE, run_id="r3", latency_ratio=3.0))
    assert table.is_decided(connection, report(ONE).id)
    assert table.latest_report(connection) == report(ONE, run_id="r2", latency_ratio=2.0)


def test_scores_are_told_by_task_and_role(connection: Connection) -> None:
    rows.adapter(connection, "new")
    chat_id = rows.chat(connection, "c1", rows.asked("?", "!"))
    fresh = example("fresh?", "fresh", chat_id)
    table.insert_results(
        connection,
        [ONE, TWO, fresh],
        [
            result("b+new", ONE, 1.0, True), result("b+new", TWO, None, False), result("b+new", fresh, 0.5, None),
            result("b", ONE, 2.0, True), result("b", TWO, 4.0, False), result("stranger", ONE),
        ],
    )  # fmt: skip
    table.insert_report(connection, report(ONE, TWO, fresh))
    assert table.report_scores(connection, report(ONE, TWO, fresh)) == [
        TaskScore("core", "b+new", 2, 0.5, 1.0),
        TaskScore("core", "b", 2, 0.5, 3.0),
        TaskScore("fresh", "b+new", 1, None, 0.5),
    ]


def test_a_forgotten_chat_takes_its_examples_results_and_place_in_reports_along(connection: Connection) -> None:
    rows.adapter(connection, "new")
    own = example("mine?", "golden", rows.chat(connection, "c1", rows.asked("?", "!")))
    table.insert_results(connection, [ONE, own], [result("b", own)])
    written = report(ONE, own)
    table.insert_report(connection, written)
    connection.execute("delete from chats where id = 'c1'")
    read = table.latest_report(connection)
    assert read is not None
    assert (read.id, read.example_ids) == (written.id, (ONE.id,))
    assert table.results(connection, "b", [own.id]) == []


@pytest.mark.parametrize(
    ("chat_id", "prompt", "split", "seen"),
    [
        ("c1", "something else?", "train", 1),
        (None, "one?", "replay", 1),
        (None, "one?", "validation", 0),
        (None, "one??", "train", 0),
    ],
)
def test_an_example_that_was_trained_on_is_counted(
    connection: Connection, chat_id: str | None, prompt: str, split: str, seen: int
) -> None:
    rows.adapter(connection, "new")
    tested = example("one?", "golden", rows.chat(connection, "c1", rows.asked("?", "!")))
    rows.example(connection, split, rows.asked(prompt, "yes"), chat_id)
    table.insert_results(connection, [tested], [])
    table.insert_report(connection, report(tested))
    assert table.trained_on(connection, report(tested)) == seen
