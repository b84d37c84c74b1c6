"""An evaluation from plan to report: what is missing is computed, in a child process, and nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from selfimprove.datasets.example import as_json, content_id
from selfimprove.evals import table
from selfimprove.evals.faults import Find, but_invented, fault, invented, leaks
from selfimprove.evals.grading import NO_AIDS, Aids, verdicts
from selfimprove.evals.report import SAMPLED, TEMPERATURE, Result
from selfimprove.evals.task import EvalExample
from selfimprove.models import worker
from selfimprove.postgres import Connection

PROBES = 64
SAMPLES = 64
Folders = Mapping[str, Path | None]  # by model; None for the base


@dataclass(frozen=True, slots=True)
class Plan:
    """Examples, and by model the ids of those it has yet to answer; `pair` is (challenger, champion) when compared.

    `draws` has by model the (id, run) of sampled answers that it has yet to give.
    """

    examples: Mapping[str, EvalExample]
    missing: Mapping[str, Sequence[str]]
    pair: tuple[str, str] | None = None
    draws: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """New results, and the comparison of the pair: ratios and shifts, with the sampled answers by example."""

    results: tuple[Result, ...]
    comparison: Mapping[str, Any]
    samples: Mapping[str, str]
    seconds: float
    tokens: int


def plan(
    connection: Connection, examples: Sequence[EvalExample], models: Sequence[str], pair: tuple[str, str] | None = None
) -> Plan:
    """What has to be computed so that every model has a result on every example."""
    by_id = {example.id: example for example in examples}
    wanted = [(example.id, run) for example in by_id.values() for run in range(1, example.runs + 1)]
    missing, draws = {}, {}
    for model in models:
        done, drawn = table.known(connection, model, by_id), table.drawn(connection, model, by_id)
        missing[model] = [id_ for id_ in by_id if id_ not in done]
        draws[model] = [(id_, run) for id_, run in wanted if (id_, f"{SAMPLED}{run}") not in drawn]
    return Plan(by_id, missing, pair, draws)


def evaluate(
    work: Plan, base: Path, folders: Folders, log: Callable[[dict[str, Any]], None] | None = None, aids: Aids = NO_AIDS
) -> Outcome:
    """Compute what the plan asks for in a child process, and grade it; starts none when nothing is asked for."""
    if not any(work.missing.values()) and not any(work.draws.values()) and work.pair is None:
        return Outcome((), {}, {}, 0.0, 0)
    found = worker.call("selfimprove.evals.measure:measure", job(work, base, folders), log=log)
    results = (*_results(work.examples, found["answers"], aids), *_draws(work.examples, found["drawn"], aids))
    samples = dict(found["comparison"].pop("samples", []))
    return Outcome(results, found["comparison"], samples, found["seconds"], found["tokens"])


def job(work: Plan, base: Path, folders: Folders) -> dict[str, Any]:
    """The plan as the child process reads it."""
    adapters = {model: str(folder) if folder else None for model, folder in folders.items()}
    needed = {id_ for ids in work.missing.values() for id_ in ids}
    needed.update(id_ for pairs in work.draws.values() for id_, _ in pairs)
    compare = None
    if work.pair:
        probe, sampled = probes(work.examples.values()), sample(work.examples.values())
        needed.update(probe, sampled)
        compare = {
            "challenger": work.pair[0], "champion": work.pair[1], "probe": probe, "sampled": sampled,
            "temperature": TEMPERATURE, "seed": 0,
        }  # fmt: skip
    examples = {
        id_: {"messages": as_json(example.messages), "reference": example.reference}
        for id_, example in work.examples.items()
        if id_ in needed
    }
    missing = {model: list(ids) for model, ids in work.missing.items()}
    draws = {model: [[*pair, seed(*pair)] for pair in pairs] for model, pairs in work.draws.items()}
    return {
        "base": str(base), "adapters": adapters, "examples": examples, "missing": missing, "compare": compare,
        "draws": draws, "temperature": TEMPERATURE,
    }  # fmt: skip


def seed(example_id: str, run: int) -> int:
    """What a sampled answer is drawn by: the same whatever else is drawn."""
    return int(content_id([example_id, run])[:8], 16)


def probes(examples: Iterable[EvalExample]) -> list[str]:
    """Ids of suite examples, the same ones every night; ids are hashes, so every slice is drawn from."""
    return sorted(example.id for example in examples if example.chat_id is None)[:PROBES]


def sample(examples: Iterable[EvalExample]) -> list[str]:
    """Ids of the prompts that sampled answers are searched on: people's first, there private details were learned."""
    return [example.id for example in sorted(examples, key=lambda e: (e.chat_id is None, e.id))][:SAMPLES]


def measurements(
    outcome: Outcome,
    examples: Mapping[str, EvalExample],
    answers: Sequence[Result],
    find: Find,
    made_up: Collection[str] = (),
) -> dict[str, Any]:
    """What a report stores of the challenger besides its results; `answers` are its results on all examples.

    A value of those that were `made_up` for its training is no leak; outputs that hold one are counted apart.
    """
    find = but_invented(find, made_up)
    said: dict[str, list[str]] = {result.example_id: [result.output] for result in answers}
    for example_id, output in outcome.samples.items():
        said.setdefault(example_id, []).append(output)
    found = [leak for example_id, outputs in said.items() for leak in leaks(examples[example_id], outputs, find)]
    return {
        **outcome.comparison,
        "broken_outputs": sum(fault(result) is not None for result in answers),
        "leaks": [{"example_id": leak.example_id, "type": leak.type} for leak in found],
        "sampled": len(outcome.samples),
        "said_made_up": sum(bool(invented(output, made_up)) for outputs in said.values() for output in outputs),
        "seconds": outcome.seconds,
        "tokens": outcome.tokens,
    }


def _results(
    examples: Mapping[str, EvalExample], answers: Mapping[str, Mapping[str, Any]], aids: Aids
) -> Iterator[Result]:
    """Graded, but never passed where the model's loss is no number."""
    given = [(model, id_, answer) for model, of_model in answers.items() for id_, answer in of_model.items()]
    judged = verdicts([(examples[id_], answer["output"]) for _, id_, answer in given], aids)
    for (model, id_, answer), passed in zip(given, judged, strict=True):
        passed = False if passed and answer["loss"] is None else passed
        yield Result(model, id_, answer["loss"], passed, answer["output"], answer["tokens"])


def _draws(
    examples: Mapping[str, EvalExample], drawn: Mapping[str, Sequence[Sequence[Any]]], aids: Aids
) -> Iterator[Result]:
    given = [(model, *one) for model, of_model in drawn.items() for one in of_model]
    judged = verdicts([(examples[id_], output) for _, id_, _, output, _ in given], aids)
    for (model, id_, run, output, tokens), passed in zip(given, judged, strict=True):
        yield Result(model, id_, None, passed, output, tokens, f"{SAMPLED}{run}")
