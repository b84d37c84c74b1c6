"""Made-up lessons to learn routing from: phrases of our own, English and German, with what they really are."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import orjson

from selfimprove.chats.chat import Message
from selfimprove.datasets.routes.route import Lesson, Where

PARTS = 4  # of the phrases of a kind and language, each held out once
EACH = 20
_SLOT = re.compile(r"\{(\w+)\}")
_AT = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A lesson of a phrase, which is numbered, and where it truly belongs; all lessons of a phrase are in one fold."""

    lesson: Lesson
    where: Where
    phrase: int
    language: str
    fold: int


def draw(seed: int = 0, each: int = EACH) -> list[Drawn]:
    """`each` lessons of every phrase: the same seed gives the same ones."""
    random, read = Random(seed), _read()
    seen: dict[tuple[str, str], int] = {}
    found = []
    for number, (where, language, question, fact) in enumerate(read["phrases"]):
        nth = seen[where, language] = seen.get((where, language), 0) + 1
        for _ in range(each):
            values = {name: random.choice(options) for name, options in read["slots"].items()}
            found.append(Drawn(_lesson(random, question, fact, values), where, number, language, nth % PARTS))
    return found


def _lesson(random: Random, question: str, fact: str, values: dict[str, str]) -> Lesson:
    asked, told = (_SLOT.sub(lambda slot: values[slot[1]], text) for text in (question, fact))
    asked = asked if random.random() < 0.8 else asked.rstrip("?.").lower()  # typed in haste
    messages = (Message("user", asked), Message("assistant", told))
    return Lesson("", "", messages, asked, told, _AT, random.random() < 0.5, 1, random.choice((1, 1, 1, 2, 3)))


@cache
def _read() -> Any:
    return orjson.loads((files("selfimprove.datasets.routes") / "phrases.json").read_bytes())
