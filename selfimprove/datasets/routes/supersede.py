"""Which facts no longer hold, because people said otherwise later."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selfimprove.datasets.memories import Known
from selfimprove.datasets.prompts import normalise
from selfimprove.datasets.routes.route import Lesson

ALIKE = 0.8  # cosine of two questions: "what colour is my dog" and "what is my dog called" have 0.73
_SUBJECT = re.compile(r"(\w.*?) (?:is|are|was|were|ist|sind|war|waren|heißt|heißen|steht|liegt) ", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """A lesson, with the embedding of its question where there is one."""

    lesson: Lesson
    vector: NDArray[np.float32] | None = None


def superseded(facts: Sequence[Known], said: Iterable[Said]) -> dict[str, str]:
    """The chat that says otherwise later, by the id of the fact; of several, the newest.

    Two lessons are about one thing when their questions are the same, or when the questions are alike and the answers
    have the same subject of two words or more.
    """
    asked, told = defaultdict(list), defaultdict(list)
    for fact in facts:
        asked[normalise(fact.question)].append(fact)
        told[_subject(fact.fact)].append(fact)
    found: dict[str, str] = {}
    for newer in sorted(said, key=lambda one: (one.lesson.said_at, one.lesson.example_id)):
        subject = _subject(newer.lesson.fact)
        alike = [fact for fact in told[subject] if _is_alike(newer, fact)] if subject else []
        for fact in (*asked[normalise(newer.lesson.question)], *alike):
            if newer.lesson.said_at > fact.said_at and normalise(newer.lesson.fact) != normalise(fact.fact):
                found[fact.id] = newer.lesson.chat_id
    return found


def _is_alike(newer: Said, fact: Known) -> bool:
    return newer.vector is not None and float(newer.vector @ fact.vector) >= ALIKE


def _subject(text: str) -> str | None:
    """What a statement is about; None where that is a single word, such as "it"."""
    found = _SUBJECT.match(normalise(text))
    return found[1] if found and " " in found[1] else None
