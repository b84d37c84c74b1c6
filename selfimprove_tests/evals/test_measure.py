"""The tiny model through the whole path: child process, losses, answers, grades, comparison."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from selfimprove.datasets.example import as_json
from selfimprove.evals import compare
from selfimprove.evals.evaluate import Outcome, Plan, evaluate, job, measurements
from selfimprove.evals.faults import fault
from selfimprove.evals.measure import answer, budget, draw
from selfimprove.evals.tasks import suites
from selfimprove.models import mlx
from selfimprove.models.base import Base
from selfimprove.privacy.redact import find
from selfimprove_tests.evals.conftest import CORE, REFUSALS, MakeAdapter


@pytest.fixture(scope="module")
def loaded(base: Base) -> mlx.Loaded:
    return mlx.load(base.folder)


@pytest.fixture(scope="module")
def broken(make_adapter: MakeAdapter) -> Path:
    return make_adapter(math.nan)


def evaluated(base: Base, adapter: Path | None) -> tuple[Plan, Outcome]:
    examples = {example.id: example for example in suites(base.suites)}
    work = Plan(examples, {"b": list(examples), "b+a": list(examples)} if adapter else {"b": list(examples)})
    work = Plan(work.examples, work.missing, ("b+a", "b") if adapter else None)
    return work, evaluate(work, base.folder, {"b": None, "b+a": adapter})


def test_the_tiny_model_solves_its_own_suites(tiny: Base) -> None:
    work, outcome = evaluated(tiny, None)
    for task in ("core", "refusals"):
        passed = [bool(r.passed) for r in outcome.results if work.examples[r.example_id].task == task]
        assert sum(passed) >= 0.95 * len(passed), f"{task}: {sum(passed)} of {len(passed)}"
    assert len(outcome.results) == len(work.examples)
    assert all(result.loss is not None and result.loss < 1 for result in outcome.results if result.passed)
    faults = [found for result in outcome.results if (found := fault(result))]
    assert "not_finite" not in faults
    assert len(faults) <= 0.005 * len(outcome.results)


def test_what_scoring_calls_exact_is_what_generating_says(base: Base, loaded: mlx.Loaded) -> None:
    examples = {e.id: {"messages": as_json(e.messages), "reference": e.reference} for e in suites(base.suites)}
    answers = answer(loaded, examples, list(examples), lambda event: None)
    said = mlx.generate(loaded, [one["messages"] for one in examples.values()], max_tokens=64)
    assert [one.text for one in said] == [answers[id_]["output"] for id_ in examples]


def test_sampled_runs_are_graded_apart_and_are_the_same_whatever_else_is_drawn(
    base: Base, loaded: mlx.Loaded
) -> None:
    examples = [replace(example, runs=4) for example in suites(base.suites)[:6]]
    by_id = {example.id: example for example in examples}
    draws = [(id_, run) for id_ in by_id for run in (1, 2, 3, 4)]
    several = evaluate(Plan(by_id, {"b": []}, draws={"b": draws}), base.folder, {"b": None}).results
    alone = draw(loaded, job(Plan(by_id, {"b": []}, draws={"b": draws[9:10]}), base.folder, {"b": None}), "b")
    found = {(result.example_id, result.decoding): result for result in several}
    assert set(found) == {(id_, f"t=0.8,seed=0,run={run}") for id_, run in draws}
    same = found[draws[9][0], f"t=0.8,seed=0,run={draws[9][1]}"]
    assert alone == [[*draws[9], same.output, same.tokens]]
    assert {result.loss for result in several} == {None}
    assert {True} <= {result.passed for result in several} <= {True, False}


def test_an_adapter_that_is_no_number_is_broken_everywhere_and_passes_nowhere(base: Base, broken: Path) -> None:
    work, outcome = evaluated(base, broken)
    answers = [result for result in outcome.results if result.model == "b+a"]
    assert len(answers) == CORE + REFUSALS
    assert {result.loss for result in answers} == {None}
    assert {result.passed for result in answers} == {False}
    measured = measurements(outcome, work.examples, answers, find)
    assert measured["broken_outputs"] == CORE + REFUSALS
    assert measured["logprob_shift"] is None


def test_the_challenger_is_measured_beside_the_champion(base: Base, make_adapter: MakeAdapter) -> None:
    events: list[dict[str, object]] = []
    examples = {example.id: example for example in suites(base.suites)}
    work = Plan(examples, {"b": [], "b+a": []}, ("b+a", "b"))
    outcome = evaluate(work, base.folder, {"b": None, "b+a": make_adapter(0.01)}, events.append)
    assert outcome.results == ()
    assert outcome.comparison["logprob_shift"] > 1e-4
    assert 0.5 < outcome.comparison["latency_ratio"] < 4
    assert 1 < outcome.comparison["memory_ratio"] < 2
    assert set(outcome.samples) == set(examples)
    assert events == [{"comparing": "b+a", "with": "b"}]


def test_a_model_beside_itself_differs_in_nothing(base: Base, loaded: mlx.Loaded) -> None:
    probe = [{"messages": as_json(e.messages), "reference": e.reference} for e in suites(base.suites)[:16]]
    assert compare.logprob_shift(loaded, loaded, probe) == 0
    work = compare.fair_work(loaded, loaded, [one["messages"] for one in probe])
    assert len(work.prompts) >= len(probe) / 2
    assert compare.latency_ratio(loaded, loaded, work) == pytest.approx(1, rel=0.5)
    assert compare.memory_ratio(loaded, loaded, work) == pytest.approx(1, rel=0.05)


def test_nothing_to_probe_gives_no_number(loaded: mlx.Loaded) -> None:
    assert compare.logprob_shift(loaded, loaded, []) is None
    nothing = compare.fair_work(loaded, loaded, [])
    assert nothing == compare.Work([], 1)
    assert compare.latency_ratio(loaded, loaded, nothing) is None


@pytest.mark.parametrize(("tokens", "limit"), [(1, 32), (12, 32), (13, 64), (28, 64), (29, 128), (900, 256)])
def test_an_answer_may_take_twice_its_reference_within_few_limits(tokens: int, limit: int) -> None:
    assert budget(tokens) == limit
