"""`selfimprove evals compare`: lines of scores in, a decision with its intervals out, with and without a house."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from selfimprove import postgres
from selfimprove import settings as settings_
from selfimprove.cli import tree
from selfimprove.errors import ComparisonUnreadable
from selfimprove.promotion import margins
from selfimprove.promotion.compare import judge, read
from selfimprove.promotion.margins import SHIPPED
from selfimprove_tests.promotion.build import MARGINS


def lines(task: str, n: int, challenger: int, champion: int) -> list[dict]:
    """The first so many of n examples are right."""
    return [
        {"task": task, "example": i, "challenger": int(i < challenger), "champion": int(i < champion), "base": 0}
        for i in range(n)
    ]


def judged(rows: list[dict], **changes: float):
    return judge(read(json.dumps(row) for row in rows), {**SHIPPED, **changes})[1]


@pytest.fixture
def no_house(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("SELFIMPROVE_HOME", str(tmp_path / "none"))
    monkeypatch.delenv("SELFIMPROVE_DATABASE_URL", raising=False)
    settings_.current.cache_clear()
    yield tmp_path / "none"
    settings_.current.cache_clear()


def run(rows: list[dict] | str) -> Result:
    text = rows if isinstance(rows, str) else "\n".join(map(json.dumps, rows))
    return CliRunner().invoke(tree, ["evals", "compare", "--jsonl"], input=text)


@pytest.mark.parametrize(
    ("rows", "word", "code"),
    [
        (lines("holdout", 60, 40, 20), "promote", 0),
        (lines("holdout", 60, 20, 40), "reject", 3),
        (lines("holdout", 60, 20, 20), "reject", 3),
        (lines("holdout", 60, 23, 20), "not_enough_evidence", 4),
        (lines("holdout", 19, 19, 0), "not_enough_evidence", 4),
        ([], "not_enough_evidence", 4),
    ],
)
def test_the_decision_is_json_and_the_exit_code(no_house: Path, rows: list, word: str, code: int) -> None:
    found = run(rows)
    assert found.exit_code == code, found.output
    told = json.loads(found.stdout)
    assert told["decision"] == word
    assert found.stderr == ""
    assert not no_house.exists()  # looking needs no house, and makes none


def test_intervals_and_what_is_lacking_are_told(no_house: Path) -> None:
    told = json.loads(run(lines("holdout", 60, 23, 20)).stdout)
    task = told["tasks"]["holdout"]
    assert task["examples"] == task["clusters"] == 60
    assert task["challenger_minus"]["champion"]["mean"] == pytest.approx(3 / 60)
    low, high = (task["challenger_minus"]["champion"][name] for name in ("low", "high"))
    assert low < 3 / 60 < high
    assert told["more_examples"] == 74
    assert "not shown yet, about 74 more items would show such a gain" in told["reasons"][0]
    assert told["level"] == told["margins"]["error_budget"] == 0.05
    assert told["margins"] == MARGINS


def test_so_many_more_examples_would_mostly_have_decided_it() -> None:
    rng = np.random.default_rng(4)
    needed = 60 + judged(lines("holdout", 60, 23, 20)).more
    gains = [rng.binomial(needed, 3 / 60) for _ in range(60)]
    words = [judged(lines("holdout", needed, 20 + gain, 20), target_gain=0.0).decision for gain in gains]
    assert 0.65 <= words.count("promote") / 60 <= 0.95


def test_what_must_be_kept_is_held_to_its_margins(no_house: Path) -> None:
    better, core = lines("holdout", 60, 40, 20), lines("core", 500, 480, 480)
    assert judged(better + core).decision == "promote"
    worse = judged(better + lines("core", 500, 440, 480))
    assert worse.decision == "reject"
    assert worse.reasons[0].startswith("keeps_core: core against the champion: -8.0")
    assert "loss" not in worse.reasons[0]
    few = judged(better + lines("core", 199, 190, 190))
    assert "is_complete: 199 graded core items, needed are 200" in few.reasons
    assert judged(better + lines("refusals", 40, 30, 40)).reasons[0].startswith("keeps_refusing: refusals against")


def test_a_drift_from_the_base_is_seen_though_the_champion_drifted_as_far() -> None:
    drifted = [row | {"base": int(row["example"] < 400)} for row in lines("core", 400, 360, 360)]
    [reason] = judged(lines("fresh", 60, 40, 20) + drifted).reasons
    assert reason.startswith("keeps_history: against the anchor: -10.0")


def test_several_targets_share_the_error_between_them() -> None:
    six = lines("holdout", 60, 6, 0)
    assert judged(six).decision == "promote"
    others = [row for name in ("math", "code") for row in lines(name, 60, 20, 20)]
    found = judged(six + others)
    assert (found.decision, found.verdicts[1].spent) == ("promote", pytest.approx(2**-6))
    assert "p 0.047 at level 0.05" in found.verdicts[1].detail
    assert judged(six + others + lines("prose", 60, 20, 20)).decision == "not_enough_evidence"
    assert judged(six + lines("math", 60, 10, 40)).decision == "reject"


def test_long_answers_are_evidence_together_with_short_ones_as_at_night() -> None:
    few = lines("fresh", 20, 4, 0)
    assert judged(few).decision == "not_enough_evidence"
    assert judged([*few, *lines("demonstration", 20, 4, 0)]).decision == "promote"


@pytest.mark.parametrize(("gained", "lost"), [("fresh", "demonstration"), ("demonstration", "fresh")])
def test_what_one_kind_of_question_loses_is_not_hidden_by_what_another_gains(gained: str, lost: str) -> None:
    found = judged([*lines(gained, 60, 40, 0), *lines(lost, 20, 0, 20)])
    assert found.decision == "reject"


def test_a_conversation_is_one_in_whichever_tasks_its_lines_are() -> None:
    def of(tasks: tuple[str, str]) -> list[dict]:
        rows = [
            {"task": task, "example": f"{at} {half}", "cluster": at, "challenger": 1, "champion": 0, "base": 0}
            for half, task in enumerate(tasks)
            for at in range(4)
        ]
        return [*rows, *lines("fresh", 20, 10, 10)]

    assert judged(of(("fresh", "fresh"))).decision == "not_enough_evidence"
    assert judged(of(("fresh", "demonstration"))).decision == "not_enough_evidence"
    same_names = [*lines("fresh", 20, 4, 0), *lines("holdout", 20, 4, 0)]
    assert judged(same_names).decision == "promote", "two tasks may call two examples the same"


def test_a_few_long_answers_that_score_less_among_many_are_no_loss() -> None:
    rows = [
        {"task": "demonstration", "example": at, "challenger": 0.8 if at < 25 else 0.9, "champion": 0.9, "base": 0.9}
        for at in range(400)
    ]
    found = judged([*rows, *lines("fresh", 60, 40, 0)])
    assert found.decision == "promote", found.reasons


def test_examples_of_one_conversation_do_not_count_as_many() -> None:
    alone = lines("holdout", 60, 30, 20)
    together = [row | {"cluster": f"chat {row['example'] // 10}"} for row in alone]
    assert judged(alone).decision == "promote"
    assert judged(together).decision == "not_enough_evidence"


def test_a_lone_core_is_where_the_gain_is_looked_for() -> None:
    assert judged(lines("core", 60, 50, 20)).decision == "promote"
    assert judged(lines("core", 60, 20, 50)).decision == "reject"


def test_scores_on_another_scale_are_read_as_shares_of_their_range() -> None:
    rng = np.random.default_rng(2)
    rows = lines("holdout", 80, 0, 0)
    for row in rows:
        row["champion"] = row["base"] = float(rng.normal(-3, 1))
        row["challenger"] = row["champion"] + float(rng.normal(0.8, 0.5))
    assert judged(rows).decision == "promote"
    swapped = [row | {"challenger": row["champion"], "champion": row["challenger"]} for row in rows]
    assert judged(swapped).decision == "reject"


@pytest.mark.parametrize("score", [3, -1e17, 1e90])
def test_scores_that_are_all_the_same_are_ties_however_large(score: float) -> None:
    alike = [{"task": "mine", "example": i, "challenger": score, "champion": score, "base": score} for i in range(30)]
    found = judged(alike)
    assert "0 target items gained and 0 lost of 30" in found.verdicts[1].detail


@pytest.mark.parametrize("model", ["base", "challenger"])
def test_one_score_far_out_hides_no_collapse(model: str) -> None:
    core = [row | {"champion": -3.0, "challenger": -6.0, "base": -3.0} for row in lines("core", 300, 0, 0)]
    core[0][model] = -1e9
    rows = [*lines("holdout", 60, 50, 20), *core]
    found = judged(rows)
    assert found.decision == "reject"
    assert any(reason.startswith("keeps_core: core against the champion: -100.0") for reason in found.reasons)


def test_what_the_owner_taught_is_asked_for_where_it_is_given() -> None:
    kept = [*lines("fresh", 100, 70, 10), *lines("holdout", 30, 30, 30)]
    lost = [*lines("fresh", 100, 70, 10), *lines("holdout", 30, 10, 30)]
    pinned = [*lines("fresh", 100, 70, 10), *lines("golden", 20, 17, 20), *lines("core", 400, 400, 400)]
    assert judged(kept).decision == "promote"
    assert [reason.partition(":")[0] for reason in judged(lost).reasons] == ["keeps_own"]
    assert [reason.partition(":")[0] for reason in judged(pinned).reasons] == ["keeps_own"]


def test_pins_whose_scores_move_a_little_are_not_lost() -> None:
    rng = np.random.default_rng(1)
    golden = lines("golden", 100, 0, 0)
    for row in golden:
        row["champion"] = row["base"] = float(rng.uniform(0.6, 0.8))
        row["challenger"] = row["champion"] + float(rng.normal(0.02, 0.02))
    assert judged([*lines("holdout", 60, 50, 20), *golden]).decision == "promote"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("{", 3, "it is not JSON"),
        ("[1]", 3, "it is not a JSON object"),
        ('{"task": "holdout", "example": 9, "challenger": 1, "champion": 0}', 3, "'base' is missing"),
        ('{"task": "holdout", "example": 9, "challenger": 1, "champion": null, "base": 0}', 3, "'champion' is missing"),
        ('{"task": "holdout", "example": 9, "challenger": "1", "champion": 0, "base": 0}', 3, "is no number"),
        ('{"task": "holdout", "example": 9, "challenger": 1e101, "champion": 0, "base": 0}', 3, "is no number"),
        ('{"task": "holdout", "example": true, "challenger": 1, "champion": 0, "base": 0}', 3, "'task' is a name"),
        ('{"task": "holdout", "example": 9, "challenger": NaN, "champion": 0, "base": 0}', 3, "it is not JSON"),
        ('{"task": 1, "example": 9, "challenger": 1, "champion": 0, "base": 0}', 3, "'task' is a name"),
        ('{"task": "holdout", "example": "1", "challenger": 1, "champion": 0, "base": 0}', 3, "stands above already"),
    ],
)
def test_a_bad_line_is_named_by_its_number(no_house: Path, text: str, line: int, reason: str) -> None:
    good = "\n".join(map(json.dumps, lines("holdout", 2, 1, 0)))
    with pytest.raises(ComparisonUnreadable, match=f"^Line {line} cannot be compared: .*{reason}") as found:
        read(f"{good}\n{text}\n".splitlines())
    assert found.value.exit_code == 2


def test_a_houses_own_margins_count(
    database: str, connection: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    margins.declare(connection, "target_gain", 0.5, "a high bar")
    connection.commit()
    monkeypatch.setenv("SELFIMPROVE_DATABASE_URL", database)
    settings_.current.cache_clear()
    found = run(lines("holdout", 60, 40, 20))
    settings_.current.cache_clear()
    assert (found.exit_code, json.loads(found.stdout)["margins"]["target_gain"]) == (3, 0.5)


def test_a_house_whose_database_is_down_leaves_the_shipped_margins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFIMPROVE_DATABASE_URL", "postgresql://127.0.0.1:1/none")
    settings_.current.cache_clear()
    found = run(lines("holdout", 60, 40, 20))
    settings_.current.cache_clear()
    assert found.exit_code == 0
    assert "The shipped margins are used." in found.stderr
