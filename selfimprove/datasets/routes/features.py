"""A lesson as numbers: the embedding of its question, and what rules and counts see in it."""

from collections.abc import Sequence
from math import log1p

import numpy as np
from numpy.typing import NDArray

from selfimprove.datasets.routes.route import Lesson
from selfimprove.datasets.routes.rules import CUES, cues

Floats = NDArray[np.float64]

VERSION = "1"
COUNTS = ("question_words", "answer_words", "is_correction", "repeated", "digits", "ends_as_question")
NAMES = ("bias", *CUES, *COUNTS)  # the columns before the embedding's
SPREAD = 3.0  # an embedding's numbers are near 0.05: so weighed, they count as much as a cue does


def features(lesson: Lesson) -> dict[str, float]:
    """What is seen in a lesson, by name; counts on a log scale."""
    question, fact = lesson.question.strip(), lesson.fact
    counts = (
        log1p(len(question.split())) / 3, log1p(len(fact.split())) / 3, float(lesson.is_correction),
        log1p(lesson.times - 1), float(any(map(str.isdigit, question))), float(question.endswith("?")),
    )  # fmt: skip
    held = {name: float(value) for name, value in cues(lesson).items()}
    return {"bias": 1.0, **held, **dict(zip(COUNTS, counts, strict=True))}


def matrix(lessons: Sequence[Lesson], vectors: NDArray[np.float32]) -> Floats:
    """Rows (n, names + dimensions) in the order of `NAMES`, then the embedding of the question."""
    seen = np.array([[found[name] for name in NAMES] for found in map(features, lessons)]).reshape(-1, len(NAMES))
    return np.hstack([seen, SPREAD * vectors.astype(float)])
