"""What an evaluation costs against mlx-lm's own one-by-one generation, in CPU seconds of one run on the tiny model.

Suite: loss, confidence and verdict of every example, by one teacher-forced pass and batched generation of what that
leaves open, against generating each answer and grading it. Batched: the same prompts generated in batches. Prefix:
questions after the same exchanges, with their common beginning read once, against batches that read all of it.

Run: python benchmarks/evaluation.py [--examples 256] [--full]
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from selfimprove.datasets.example import as_json
from selfimprove.evals.grading import verdicts
from selfimprove.evals.measure import answer, budget
from selfimprove.evals.task import EvalExample
from selfimprove.evals.tasks import suites
from selfimprove.models import mlx
from selfimprove.models.base import resolve
from selfimprove.models.encode import prompt

LIMITS = {"suite": 12.0, "batched": 4.0, "prefix": 2.5}
ASKED, SHARED, SHORT = 96, 16, 8  # questions after so many exchanges, answered in so many tokens


def one_by_one(loaded: mlx.Loaded, chats: Sequence[Any], limits: Sequence[int]) -> list[str]:
    """Answers by mlx-lm's `generate`, each on its own."""
    from mlx_lm import generate

    prompts = [prompt(loaded.tokenizer, chat) for chat in chats]
    return [
        generate(loaded.model, loaded.tokenizer, ids, max_tokens=limit)
        for ids, limit in zip(prompts, limits, strict=True)
    ]


def batched(loaded: mlx.Loaded, chats: Sequence[Any], limits: Sequence[int]) -> list[str]:
    """The same in batches, one for each limit."""
    said: dict[int, str] = {}
    for limit in set(limits):
        places = [place for place, one in enumerate(limits) if one == limit]
        answers = mlx.generate(loaded, [chats[place] for place in places], max_tokens=limit)
        said.update(zip(places, (one.text for one in answers), strict=True))
    return [said[place] for place in range(len(chats))]


def whole(loaded: mlx.Loaded, examples: Sequence[EvalExample]) -> list[str]:
    """Answers as an evaluation gets them, beside losses."""
    given = {one.id: {"messages": as_json(one.messages), "reference": one.reference} for one in examples}
    found = answer(loaded, given, list(given), lambda event: None)
    return [found[one.id]["output"] for one in examples]


def timed(work: Callable[[], list[str]], repeats: int = 1) -> tuple[list[str], float]:
    """What it returns, and its CPU seconds, the median of so many times."""
    times: list[float] = []
    for _ in range(repeats):
        start = time.process_time()
        found = work()
        times.append(time.process_time() - start)
    return found, median(times)


def after_the_same(examples: Sequence[EvalExample]) -> list[Any]:
    """Questions that follow the same exchanges."""
    alone = [example for example in examples if len(example.messages) == 1]
    step = len(alone) // SHARED
    turns = [(as_json(one.messages)[0], {"role": "assistant", "content": one.reference}) for one in alone[::step]]
    before = [message for pair in turns[:SHARED] for message in pair]
    return [[*before, *as_json(one.messages)] for one in alone[:ASKED]]


def row(name: str, ours: float, theirs: float, same: float) -> bool:
    """Print a line of the table; whether it holds."""
    ratio = theirs / ours
    print(f"{name:9} {theirs:>10.2f} {ours:>10.2f} {ratio:>7.1f} {LIMITS[name]:>7.1f} {same:>10.1%}")
    return ratio >= LIMITS[name] and same == 1.0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--examples", type=int, default=256, help="of the tiny model's suites, evenly drawn")
    parser.add_argument("--full", action="store_true", help="all of them")
    given = parser.parse_args()
    base = resolve("tiny", Path())
    loaded, examples = mlx.load(base.folder), suites(base.suites)
    drawn = examples if given.full else examples[:: max(1, len(examples) // given.examples)]
    chats = [as_json(one.messages) for one in drawn]
    limits = [budget(len(loaded.tokenizer.encode(one.reference)) + 1) for one in drawn]
    alike = after_the_same(examples)
    mlx.generate(loaded, chats[:8], max_tokens=4)  # what is compiled once belongs to nobody's time
    one_by_one(loaded, chats[:2], limits[:2])

    judged, evaluated = timed(lambda: whole(loaded, drawn), 3)
    texts, together = timed(lambda: batched(loaded, chats, limits), 3)
    singly, alone = timed(lambda: one_by_one(loaded, chats, limits))
    ours, cached = timed(lambda: [one.text for one in mlx.generate(loaded, alike, max_tokens=SHORT)], 3)
    theirs, uncached = timed(
        lambda: [one.text for one in mlx.generate(loaded, alike, max_tokens=SHORT, shares=False)], 3
    )
    passed = [verdicts(list(zip(drawn, said, strict=True))) for said in (judged, singly)]

    print(f"{len(drawn)} examples, {len(alike)} questions after {SHARED} exchanges; CPU seconds")
    print(f"{'':9} {'one by one':>10} {'ours':>10} {'ratio':>7} {'limit':>7} {'the same':>10}")
    held = [
        row("suite", evaluated, alone, share(*passed)),
        row("batched", together, alone, share(texts, singly)),
        row("prefix", cached, uncached, share(ours, theirs)),
    ]
    return int(not all(held))


def share(some: Sequence[object], others: Sequence[object]) -> float:
    """How many of both are equal."""
    return sum(one == other for one, other in zip(some, others, strict=True)) / len(some)


if __name__ == "__main__":
    sys.exit(main())
