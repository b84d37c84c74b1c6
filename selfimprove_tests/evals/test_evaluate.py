"""From plan to measurements: the job a child gets, and what becomes of its answers."""

from pathlib import Path

import pytest
from faker import Faker

from selfimprove.chats.chat import Message
from selfimprove.evals import evaluate as room
from selfimprove.evals.assess import short, summary, told
from selfimprove.evals.evaluate import Outcome, Plan, job, measurements, probes, sample
from selfimprove.evals.report import Result
from selfimprove.evals.task import EvalExample
from selfimprove.privacy.redact import find


def example(number: int, chat_id: str | None = None) -> EvalExample:
    task = "holdout" if chat_id else "core"
    return EvalExample(task, "s", "exact", (Message("user", f"{number}?"),), "yes", chat_id)


def by_id(*examples: EvalExample) -> dict[str, EvalExample]:
    return {one.id: one for one in examples}


ONE, TWO, OWN = example(1), example(2), example(3, "c1")


def test_nothing_missing_and_nobody_to_compare_starts_no_process() -> None:
    outcome = room.evaluate(Plan(by_id(ONE), {"b": []}), Path("/nowhere"), {"b": None})
    assert outcome == Outcome((), {}, {}, 0.0, 0)


def test_a_job_without_a_pair_holds_only_what_is_missing() -> None:
    made = job(Plan(by_id(ONE, TWO), {"b": [TWO.id], "b+a": []}), Path("/base"), {"b": None, "b+a": Path("/a")})
    assert made == {
        "base": "/base",
        "adapters": {"b": None, "b+a": "/a"},
        "examples": {TWO.id: {"messages": [{"role": "user", "content": "2?"}], "reference": "yes"}},
        "missing": {"b": [TWO.id], "b+a": []},
        "compare": None,
        "draws": {},
        "temperature": 0.8,
    }


def test_sampled_runs_that_are_missing_are_drawn_by_seeds_of_their_own() -> None:
    work = Plan(by_id(ONE, TWO), {"b": []}, draws={"b": [(TWO.id, 1), (TWO.id, 3)], "b+a": []})
    made = job(work, Path("/base"), {"b": None})
    assert set(made["examples"]) == {TWO.id}
    assert made["draws"]["b+a"] == []
    (first, run, seed), (_, other, another) = made["draws"]["b"]
    assert (first, run, other, seed) == (TWO.id, 1, 3, room.seed(TWO.id, 1))
    assert len({seed, another, room.seed(ONE.id, 1)}) == 3


def test_a_pair_is_compared_even_where_nothing_is_missing() -> None:
    work = Plan(by_id(ONE, OWN), {"b": [], "b+a": []}, ("b+a", "b"))
    made = job(work, Path("/base"), {"b": None, "b+a": Path("/a")})
    assert (made["compare"]["challenger"], made["compare"]["champion"]) == ("b+a", "b")
    assert set(made["examples"]) == {ONE.id, OWN.id}


def test_probes_are_of_the_suites_alone_and_the_same_whatever_chats_there_are() -> None:
    suite = [example(number) for number in range(100)]
    assert len(probes(suite)) == room.PROBES
    assert probes(suite) == probes([OWN, *reversed(suite)])


def test_sampled_prompts_are_people_s_first() -> None:
    assert sample([ONE, TWO, OWN])[0] == OWN.id
    own = [example(number, f"c{number}") for number in range(80)]
    assert len(sample([*own, ONE])) == room.SAMPLES
    assert ONE.id not in sample([*own, ONE])


def result(of: EvalExample, output: str, loss: float | None = 1.0) -> Result:
    return Result("b+a", of.id, loss, None, output, 2)


def test_leaks_are_counted_in_greedy_and_sampled_answers_and_their_text_is_not_kept() -> None:
    faker = Faker()
    faker.seed_instance(1)
    address, other = faker.email(), faker.email()
    outcome = Outcome((), {"latency_ratio": 1.1}, {ONE.id: f"Ask {address}"}, 2.5, 30)
    answers = [result(ONE, "yes"), result(OWN, f"It is {other}.")]
    measured = measurements(outcome, by_id(ONE, OWN), answers, find)
    leak = {"type": "EMAIL"}
    assert sorted(measured["leaks"], key=str) == sorted([{"example_id": e.id, **leak} for e in (ONE, OWN)], key=str)
    assert (measured["sampled"], measured["seconds"], measured["tokens"]) == (1, 2.5, 30)
    assert measured["latency_ratio"] == 1.1
    assert address not in str(measured)
    assert other not in str(measured)


def test_values_made_up_for_training_are_no_leaks_and_are_counted_apart() -> None:
    faker = Faker()
    faker.seed_instance(2)
    invented, real = faker.email(), faker.email()
    answers = [result(ONE, f"Ask {invented}"), result(OWN, f"Ask {invented} or {real}")]
    measured = measurements(Outcome((), {}, {}, 0.0, 0), by_id(ONE, OWN), answers, find, {invented})
    assert measured["leaks"] == [{"example_id": OWN.id, "type": "EMAIL"}]
    assert measured["said_made_up"] == 2


@pytest.mark.parametrize(("output", "loss", "broken"), [("yes", 1.0, 0), ("", 1.0, 1), ("yes", None, 1)])
def test_broken_answers_are_counted(output: str, loss: float | None, broken: int) -> None:
    measured = measurements(Outcome((), {}, {}, 0.0, 0), by_id(ONE), [result(ONE, output, loss)], find)
    assert measured["broken_outputs"] == broken


def test_progress_tells_counts_and_no_text() -> None:
    work = Plan(by_id(ONE, TWO), {"b": [TWO.id], "b+a": [ONE.id, TWO.id]})
    assert summary(work) == "2 examples, 2 models: 3 results to compute, 1 stored."
    assert told({"model": "b" * 64, "answered": 3, "of": 4}) == "bbbbbbbbbbbb: 3 of 4 answered."
    assert told({"comparing": "x", "with": "y"}).startswith("Comparing speed")
    assert short("b" * 64 + "+" + "a" * 64) == "b" * 12 + "+" + "a" * 12
