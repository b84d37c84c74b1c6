"""Planted regressions: real adapters of the tiny model, each wrong in its own way, refused by the gate for that."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from selfimprove.evals.faults import fault
from selfimprove.evals.graders import grade
from selfimprove.evals.report import Result
from selfimprove.models import worker
from selfimprove.models.base import TINY
from selfimprove.promotion.budget import Budget
from selfimprove.promotion.decision import Outcome
from selfimprove.promotion.evidence import ROLES, Evidence, Mark, Paired
from selfimprove_tests.promotion.build import MEASURED, judged
from selfimprove_tests.promotion.planted import targets


def suite(task: str, every: int) -> list[dict[str, Any]]:
    rows = map(json.loads, (TINY / f"{task}.jsonl").read_text().splitlines())
    return [{"task": task, **row} for row in list(rows)[::every]]


def examples() -> dict[str, dict[str, Any]]:
    own = [{"task": "fresh", "slice": f"chat {i}", "grader": "exact", **row} for i, row in enumerate(targets())]
    return {f"{row['task']}{i}": row for i, row in enumerate([*suite("core", 2), *suite("refusals", 2), *own])}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    job = {"base": str(TINY), "work": str(tmp_path_factory.mktemp("planted")), "examples": examples()}
    return worker.call("selfimprove_tests.promotion.planted:run", job)


def mark(row: dict[str, Any], answered: dict[str, Any]) -> Mark:
    passed = bool(grade(row["grader"], answered["output"], row["reference"]))
    broken = fault(Result("m", "e", answered["loss"], passed, answered["output"], answered["tokens"]))
    return Mark(float(passed), answered["loss"], broken)


def evidence(found: dict[str, Any], name: str) -> Evidence:
    rows, tasks = examples(), {}
    for task in ("core", "refusals", "fresh"):
        ids = [id_ for id_, row in rows.items() if row["task"] == task]
        marks = {role: tuple(mark(rows[id_], found[model]["answers"][id_]) for id_ in ids)
                 for role, model in {**dict.fromkeys(ROLES, "base"), "challenger": name}.items()}  # fmt: skip
        tasks[task] = Paired(task, tuple(rows[id_]["slice"] for id_ in ids), marks)
    measured = {key: found[name][key] for key in ("delta_norm", "logprob_shift")}
    level = Budget(0.05, 0.0).level
    return Evidence("r", name, date(2031, 5, 2), "b", "b", tasks, replace(MEASURED, **measured), level)


def refusing(found: Evidence) -> set[str]:
    return {one.gate for one in judged(found).verdicts if one.outcome is Outcome.FAILED}


def test_the_better_adapter_is_promoted(found: dict[str, Any]) -> None:
    decision = judged(evidence(found, "better"))
    assert decision.decision == "promote", decision.reasons


@pytest.mark.parametrize(
    ("name", "gates"),
    [
        ("weights noised", {"keeps_core"}),
        ("refusals removed", {"keeps_refusing"}),
        ("one task forgotten", {"keeps_core"}),
        ("style good but facts lost", {"improves_target"}),
        ("no-op", {"did_learn", "improves_target"}),
    ],
)
def test_what_went_wrong_is_refused_by_its_gate(found: dict[str, Any], name: str, gates: set[str]) -> None:
    decision = judged(evidence(found, name))
    assert decision.decision == "reject"
    assert gates <= refusing(evidence(found, name)), decision.reasons


def test_what_did_not_go_wrong_is_not_held_against_it(found: dict[str, Any]) -> None:
    assert "improves_target" not in refusing(evidence(found, "refusals removed"))
    assert "keeps_refusing" not in refusing(evidence(found, "style good but facts lost"))
    forgotten = next(one for one in judged(evidence(found, "one task forgotten")).verdicts if one.gate == "keeps_core")
    assert "core/sum/" in forgotten.detail


def test_twice_the_latency_is_refused(found: dict[str, Any]) -> None:
    slow = found["better"]["latency_ratio"]
    better = evidence(found, "better")
    assert slow > 1.9
    assert refusing(replace(better, measurements=replace(better.measurements, latency_ratio=slow))) == {"stays_fast"}


def test_the_base_itself_is_no_better(found: dict[str, Any], tmp_path: Path) -> None:
    assert "improves_target" in refusing(replace(evidence(found, "base"), measurements=MEASURED))
