"""Lessons, and means to route them by, without a model."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selfimprove.chats.chat import Message
from selfimprove.datasets.routes.assign import Means
from selfimprove.datasets.routes.route import Lesson
from selfimprove.datasets.routes.try_out import Facts, Trial
from selfimprove_tests.datasets.make import at, chat

OWN = "Where do we keep our spare bicycle pump?"
FACT = "You keep your spare bicycle pump in the shed."


def lesson(question: str = OWN, fact: str = FACT, day: int = 0, **more: Any) -> Lesson:
    given = {"example_id": f"{question}/{fact}/{day}", "chat_id": "c", "messages": chat(question, fact), **more}
    return Lesson(question=question, fact=fact, said_at=at(day) + timedelta(seconds=1), **given)


def by_words(texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors of unit length: texts are as alike as their words are, and all are a little."""
    found = np.full((len(texts), 384), 1e-3, np.float32)
    for row, text in enumerate(texts):
        for word in text.lower().split():
            found[row, sum(map(ord, word.strip("?.,!"))) % 384] += 1
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def trial(before: float, after: float, *, exact: bool = False, known: bool = False) -> Trial:
    return {"loss_without": before, "loss_with": after, "exact_without": known, "exact_with": exact}


class Trials:
    """A base model that uses facts or does not, and remembers what it was asked."""

    def __init__(self, *, helps: bool) -> None:
        self.found = trial(3.0, 0.1, exact=True) if helps else trial(3.0, 2.9)
        self.asked: list[tuple[Lesson, Facts]] = []

    def __call__(self, lessons: Sequence[tuple[Lesson, Facts]]) -> list[Trial]:
        self.asked += lessons
        return [dict(self.found) for _ in lessons]


def means(*, helps: bool = True) -> Means:
    return Means(by_words, Trials(helps=helps))


def system(text: str) -> Message:
    return Message("system", text)
