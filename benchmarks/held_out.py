"""A house that grows for years: how many of its questions test a night, what that costs, and what the gate
`keeps_own` still sees, when all that was ever held out is asked and when a thousand questions are.

Sixty lessons a day, of which six are held out. A night later an adapter has lost some points of all questions, of old
ones or of those of the last 90 days, and a tenth of all changed by chance. Answers are of all models compared, by what
they answered on the nights before.

Run: python benchmarks/held_out.py [--full]      each loss judged 300 times instead of 60, six minutes instead of two
"""

import sys
import time
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import numpy as np

from selfimprove.chats.chat import Message
from selfimprove.datasets.example import Chosen, Rule, example
from selfimprove.datasets.sample_tests import sampled
from selfimprove.datasets.split import Splits
from selfimprove.promotion.decision import Outcome
from selfimprove.promotion.evidence import Evidence, Mark, Measurements, Paired
from selfimprove.promotion.gates.own import keeps_own
from selfimprove.promotion.margins import SHIPPED
from selfimprove.promotion.sift import sift

FIRST, A_DAY, FRESH, CHURN, NEW = date(2026, 1, 1), 6, 60, 0.1, 90
WORDS = [f"word{i}" for i in range(3000)]


def question(number: int, day: int, kind: str) -> Chosen:
    draw = Random(number)
    said = " ".join(draw.sample(WORDS, 4 if number % 3 else 14))
    messages = (Message("user", f"What of {draw.choice(WORDS)} {number}?"), Message("assistant", said))
    at = FIRST + timedelta(days=day)
    made = example(f"{kind} {number}", "correction", messages)
    return Chosen(made, f"{kind} {number}", at, "validation", datetime(at.year, at.month, at.day, tzinfo=UTC))


def house(nights: int) -> Splits:
    held = tuple(question(i, i // A_DAY, "held") for i in range(A_DAY * nights))
    fresh = tuple(question(10**6 + i, nights, "fresh") for i in range(FRESH))
    return Splits(FIRST, (), held, fresh, (), (), frozenset())


def rows(splits: Splits) -> list[dict[str, object]]:
    """As the database gives them: four models on each question."""
    found = []
    for task, part in (("fresh", splits.fresh), ("holdout", splits.validation)):
        for c in part:
            answer = c.example.messages[-1].content
            grader = "likelihood" if len(answer) > 60 else "exact"
            one = {"task": task, "slice": c.chat_id, "grader": grader, "reference": answer, "example_id": c.example.id,
                   "messages": [{"content": c.example.messages[0].content}] if grader == "likelihood" else None,
                   "said_at": c.said_at, "found": True, "output": answer, "uses": 0}  # fmt: skip
            found += [one | {"model": model} for model in ("challenger", "champion", "anchor", "base")]
    return found


def answers(nights: int, rule: Rule) -> float:
    """Answers of a night, on average of ten: a challenger's to all, and the five others' to what is new to them."""
    before, found = sampled(house(nights - 10), rule, FIRST + timedelta(days=nights - 10)), []
    for night in range(nights - 9, nights + 1):
        now = sampled(house(night), rule, FIRST + timedelta(days=night))
        new = {c.chat_id for c in now.validation} - {c.chat_id for c in before.validation}
        found.append(len(now.validation) + len(now.fresh) + 5 * (len(new) + len(now.fresh)))
        before = now
    return float(np.mean(found))


def refused(asked: Splits, nights: int, lost: float, of: str, times: int, rng: np.random.Generator) -> float:
    """How often the gate does not pass a loss of so many points, of the questions it is `of`."""
    old = np.array([(nights - (c.day - FIRST).days) > NEW for c in asked.validation])
    hit = {"all": np.ones(len(old), bool), "old": old, "new": ~old}[of]
    names, found = tuple(c.chat_id for c in asked.validation), 0
    for _ in range(times):
        drawn = rng.random(len(old))
        gains, losses = drawn < CHURN / 2, drawn > 1 - CHURN / 2 - lost * hit
        marks = {"champion": _marks(~gains), "challenger": _marks(~losses)}
        tasks = {"holdout": Paired("holdout", names, marks)}
        evidence = Evidence("", "", date.min, "champion", "base", tasks, Measurements(), 0.001, ("1", "7", "30"))
        found += keeps_own(evidence, SHIPPED).outcome is not Outcome.PASSED
    return found / times


def _marks(right: "np.ndarray[Any, Any]") -> tuple[Mark, ...]:
    return tuple(Mark(float(one), None) for one in right)


def main() -> int:
    times = 300 if "--full" in sys.argv else 60
    rng = np.random.default_rng(1)
    losses = [("all", 0.0), ("all", 0.03), ("all", 0.08), ("old", 0.08), ("old", 0.12), ("new", 0.2)]
    told = "  ".join(f"{of} -{100 * lost:.0f}" for of, lost in losses)
    print(f"nights  held out   asked  answers  sift s    MB   refused: {told}")
    for nights in (100, 730, 1460):
        everything = house(nights)
        for rule in (Rule(asked=0), Rule()):
            asked = sampled(everything, rule, FIRST + timedelta(days=nights))
            given = rows(asked)
            tracemalloc.start()
            began = time.process_time()
            sift(given, SHIPPED["holdout_uses"])
            seconds, peak = time.process_time() - began, tracemalloc.get_traced_memory()[1] / 1e6
            tracemalloc.stop()
            shares = "  ".join(f"{refused(asked, nights, lost, of, times, rng):6.2f}" for of, lost in losses)
            n = len(asked.fresh) + len(asked.validation)
            print(f"{nights:6}  {len(everything.validation):8}  {n:6}  {answers(nights, rule):7.0f}  {seconds:6.1f}"
                  f"  {peak:4.0f}            {shares}", flush=True)  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
