"""Lessons asked for in other words: made in a child process, sieved like whatever else is learned, and capped."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from selfimprove.datasets.example import Example, Rule, as_json
from selfimprove.datasets.lots import lot
from selfimprove.datasets.synthetic import rephrase
from selfimprove.models import worker

CHILD = "selfimprove.datasets.synthetic.child:work"
OVER_SHARE = "over_share"
Ask = Callable[[str, dict[str, Any]], Mapping[str, Any]]
Sieve = Mapping[str, Callable[[Sequence[Example]], Collection[str]]]  # ids to leave out, by the reason


def make(
    base: Path, lessons: Sequence[Example], rule: Rule, sieve: Sieve, ask: Ask = worker.call
) -> tuple[list[Example], Counter[str]]:
    """Synthetic examples, at most the rule's share of what is new, and why other wordings were left out."""
    asked = rephrase.wanted(lessons, rule)
    if not asked:
        return [], Counter()
    made, reasons = _taken(asked, rephrase.read(ask(CHILD, _job(base, asked, rule))))
    for reason, out in sieve.items():
        gone = out(made)
        reasons[reason] += sum(one.id in gone for one in made)
        made = [one for one in made if one.id not in gone]
    made.sort(key=lambda one: lot(rule.seed, one.id))
    kept = made[: rephrase.most(len(lessons), rule)]
    reasons[OVER_SHARE] += len(made) - len(kept)
    return kept, +reasons


def _job(base: Path, lessons: Sequence[Example], rule: Rule) -> dict[str, Any]:
    return {
        "base": str(base), "seed": rule.seed, "tries": rephrase.TRIES,
        "wishes": [rephrase.wish(one) for one in lessons], "lessons": [as_json(one.messages) for one in lessons],
    }  # fmt: skip


def _taken(
    lessons: Sequence[Example], wordings: Sequence[Sequence[rephrase.Wording]]
) -> tuple[list[Example], Counter[str]]:
    made: list[Example] = []
    reasons: Counter[str] = Counter()
    for lesson, its in zip(lessons, wordings, strict=True):
        taken, refused = rephrase.taken(lesson, its)
        made, reasons = [*made, *taken], reasons + refused
    return made, reasons
