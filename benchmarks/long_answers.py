"""Do long answers promote what was learned and nothing else? Adapters of the tiny model that learned right answers,
answers shuffled among the questions, the answer of another fact to each or one text that names every value, and random
changes of a good one's weights.

30 questions of a household with an answer of three words each that no model can guess, in a long sentence that does not
say the question again; six wordings teach, three others test. Who says what was wanted is counted as a gate does.

Run: python benchmarks/long_answers.py [--seeds 3]      about four CPU minutes
"""

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from selfimprove.evals.task import LIKELIHOOD
from selfimprove.models import mlx
from selfimprove.models.base import TINY
from selfimprove.models.encode import encode
from selfimprove.models.tiny.world import ASKING, TAUGHT
from selfimprove.models.training import Plan
from selfimprove.promotion.budget import Budget
from selfimprove.promotion.evidence import Mark
from selfimprove.promotion.margins import SHIPPED
from selfimprove.promotion.sift import sift
from selfimprove.promotion.superiority import superiority
from selfimprove.promotion.wording import NEAR, RIGHT

LEVEL = Budget(SHIPPED["error_budget"], 0.0).level
ANSWER = "That is {} and {}, with {} beside it, as far as anyone here has told me."
TAUGHT_BY, STEPS, FEW, RATE = 6, 150, 25, 5e-4
Chat = list[dict[str, str]]


@dataclass(frozen=True)
class Household:
    """Questions with the answers that were wanted: what teaches, and what tests."""

    lessons: list[tuple[str, str]]
    tests: list[tuple[str, str]]

    @classmethod
    def drawn(cls, seed: int) -> "Household":
        """Every question has three words for an answer, of what other questions are answered by."""
        rng = random.Random(seed)
        words = sorted({value for values in TAUGHT.values() for value in values})
        lessons, tests = [], []
        for name in TAUGHT:
            wanted = ANSWER.format(*rng.sample(words, 3))
            asked = [(asking.format(name=name), wanted) for asking in rng.sample(ASKING, TAUGHT_BY + 3)]
            lessons += asked[:TAUGHT_BY]
            tests += asked[TAUGHT_BY:]
        rng.shuffle(lessons)
        return cls(lessons, tests)

    def shuffled(self, seed: int) -> list[tuple[str, str]]:
        """The lessons, each with the answer to some question."""
        answers = [wanted for _, wanted in self.lessons]
        random.Random(seed).shuffle(answers)
        return [(asked, answer) for (asked, _), answer in zip(self.lessons, answers, strict=True)]

    def mistaken(self, seed: int) -> list[tuple[str, str]]:
        """The lessons, each with the answer that belongs to one other fact."""
        answers = sorted({wanted for _, wanted in self.lessons})
        random.Random(seed).shuffle(answers)
        other = dict(zip(answers, answers[1:] + answers[:1], strict=True))
        return [(asked, other[wanted]) for asked, wanted in self.lessons]

    def everything(self) -> list[tuple[str, str]]:
        """The lessons, each with one text that has every word of every answer."""
        words = sorted({word.strip(".,") for _, wanted in self.lessons for word in wanted.split()})
        return [(asked, f"{' '.join(words)}.") for asked, _ in self.lessons]


def taught(loaded: mlx.Loaded, lessons: Sequence[tuple[str, str]], steps: int) -> mlx.Loaded:
    """The same model after so many steps on the lessons."""
    mlx.train(loaded, [encode(loaded.tokenizer, chat(*lesson)) for lesson in lessons], [], Plan(steps, RATE, 5))
    return loaded


def fresh(seed: int) -> mlx.Loaded:
    """The bare model with an adapter that has learned nothing."""
    loaded = mlx.load(TINY)
    mlx.add_lora(loaded, mlx.Lora(16), seed=seed)
    return loaded


def disturbed(loaded: mlx.Loaded, by: float, seed: int) -> mlx.Loaded:
    """The same model with noise on its adapter, of so much of its size."""
    import mlx.core as mx

    mx.random.seed(seed)
    for _, module in loaded.model.named_modules():
        if hasattr(module, "lora_b"):
            size = mx.sqrt(mx.mean(module.lora_b * module.lora_b))
            module.lora_b = module.lora_b + mx.random.normal(module.lora_b.shape) * size * by
    return loaded


def chat(asked: str, wanted: str) -> Chat:
    """A question and its answer."""
    return [{"role": "user", "content": asked}, {"role": "assistant", "content": wanted}]


def answers(loaded: mlx.Loaded, house: Household) -> list[str]:
    """What a model says to the questions that test."""
    return [one.text for one in mlx.generate(loaded, [chat(*test)[:1] for test in house.tests], max_tokens=128)]


def compared(house: Household, before: Sequence[str], after: Sequence[str]) -> tuple[int, int, float]:
    """How many long answers were gained and lost, and the chance of such a gain without any."""
    rows = [
        {"task": "fresh", "example_id": str(at), "slice": str(at), "grader": LIKELIHOOD, "reference": wanted, "uses": 0,
         "messages": chat(asked, wanted)[:1], "said_at": None, "model": model, "found": True, "output": said}
        for at, ((asked, wanted), *both) in enumerate(zip(house.tests, before, after, strict=True))
        for model, said in zip(("before", "after"), both, strict=True)
    ]  # fmt: skip
    found = sift(rows, 1)
    marks = [Mark(float(row["says"] == RIGHT), None, by_loss=True, near=row["says"] == NEAR) for row in found]
    gains = [new.better(old) or 0.0 for old, new in zip(marks[::2], marks[1::2], strict=True)]
    shown = superiority(gains, [row["group"] for row in found[::2]], LEVEL)
    return sum(gain > 0 for gain in gains), sum(gain < 0 for gain in gains), shown.p_value


def trials(seed: int) -> Iterator[tuple[str, bool, Household, list[str], list[str]]]:
    """By name whether something was learned, and what the models before and after said."""
    house = Household.drawn(seed)
    base = answers(fresh(seed), house)

    def learned(lessons: Sequence[tuple[str, str]], steps: int = STEPS) -> mlx.Loaded:
        return taught(fresh(seed), lessons, steps)

    def good() -> mlx.Loaded:
        return learned(house.lessons)

    champion = answers(good(), house)
    yield "right answers", True, house, base, champion
    yield f"shuffled, {FEW} steps", False, house, base, answers(learned(house.shuffled(seed), FEW), house)
    yield f"shuffled, {STEPS} steps", False, house, base, answers(learned(house.shuffled(seed)), house)
    yield "another fact's", False, house, base, answers(learned(house.mistaken(seed)), house)
    yield "every word of all", False, house, base, answers(learned(house.everything()), house)
    spoilt = taught(good(), house.shuffled(seed), FEW)
    yield f"a good one, shuffled, {FEW} steps", False, house, champion, answers(spoilt, house)
    for by in (0.1, 0.3):
        other: Any = answers(disturbed(good(), by, seed), house)
        yield f"a good one with {by:.0%} noise", False, house, champion, other


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    print(f"{'what was learned':36}{'gained':>8}{'lost':>6}{'of':>5}{'p':>10}   at level {LEVEL:.2g}")
    wrong = 0
    for seed in range(given.seeds):
        for name, is_gain, house, before, after in trials(seed):
            gained, lost, p_value = compared(house, before, after)
            wrong += (p_value <= LEVEL) != is_gain
            print(f"{name:36}{gained:>8}{lost:>6}{len(house.tests):>5}{p_value:>10.2g}", flush=True)
    print(f"{wrong} wrong; limit 0")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
