"""Which answers to ask a person about: those whose rating would teach the scores most, from all kinds of chats."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from selfimprove.critiques.calibration import Calibration
from selfimprove.critiques.critique import Evidence
from selfimprove.critiques.fit import Floats
from selfimprove.critiques.learn import beliefs, matrix
from selfimprove.critiques.prior import shipped
from selfimprove.review.words import evidence_in_words

Slice = tuple[str, str]  # language and source of a chat
COIN = 0.1  # from one half: as good as a toss


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that nobody has rated."""

    chat_id: str
    position: int
    score: float
    evidence: Evidence
    slice: Slice


@dataclass(frozen=True, slots=True)
class Pick:
    """An answer to ask about, and why that one."""

    answer: Answer
    why: str


def pick(
    answers: Sequence[Answer], rated: Sequence[Evidence], slices: Mapping[Slice, int], calibration: Calibration,
    number: int,
) -> list[Pick]:
    """At most `number` answers, the most telling first.

    The gain of a rating is what it tells of the weights, ½ log(1 + p(1-p) x'Cx) with C their covariance after the
    ratings there are (Laplace; MacKay 1992); of a kind of chat that was rated often it counts for less. Each pick is
    taken as rated before the next, so that they differ.
    """
    prior = shipped()
    rows = matrix([one.evidence for one in answers], calibration.judges_heard, prior)
    spread = covariance(matrix(rated, calibration.judges_heard, prior), calibration)
    unsure = np.array([one.score * (1 - one.score) for one in answers])
    known, left, found = Counter(slices), np.ones(len(answers), bool), list[Pick]()
    while left.any() and len(found) < number:
        told = unsure * np.einsum("ij,jk,ik->i", rows, spread, rows)
        seldom = np.array([1 / np.sqrt(1 + known[one.slice]) for one in answers])
        best = int(np.argmax(np.where(left, np.log1p(told) / 2 * seldom, -1.0)))
        found.append(Pick(answers[best], _why(answers[best], rows[best], spread, known)))
        spread = _after(spread, rows[best], unsure[best])
        known[answers[best].slice] += 1
        left[best] = False
    return found


def covariance(rated: Floats, calibration: Calibration) -> Floats:
    """What is still open about the weights (d, d), after ratings of answers with this evidence (n, d)."""
    prior = shipped()
    weights = np.array([calibration.weights.get(name, belief.mean) for name, belief in prior.weights.items()])
    likely = 1 / (1 + np.exp(-np.clip(rated @ weights, -40, 40)))
    precision = np.diag(beliefs(prior)[1] ** -2.0) + (rated * (likely * (1 - likely))[:, None]).T @ rated
    found: Floats = np.linalg.inv(precision)
    return found


def _after(spread: Floats, row: Floats, unsure: float) -> Floats:
    """The covariance once an answer is rated (Sherman and Morrison)."""
    moved = spread @ row
    found: Floats = spread - unsure * np.outer(moved, moved) / (1 + unsure * row @ moved)
    return found


def _why(answer: Answer, row: Floats, spread: Floats, known: Mapping[Slice, int]) -> str:
    """One short line: how sure the score is, and what a rating would tell."""
    percent = f"{100 * answer.score:.0f} %"
    sure = f"As good as a coin toss ({percent})" if abs(answer.score - 0.5) <= COIN else f"Likely good: {percent}"
    sure = f"Likely bad: {percent} good" if answer.score < 0.5 - COIN else sure
    if len(known) > 1 and not known.get(answer.slice):
        return f"{sure}; no chat in {answer.slice[0]} from {answer.slice[1]} was rated yet."
    names = list(shipped().weights)
    open_ = [(row[i] ** 2 * spread[i, i], name) for i, name in enumerate(names) if name != "bias" and row[i]]
    most = max(open_, default=(0.0, ""))[1]
    return f"{sure}; a rating tells how much it counts {evidence_in_words(most)}." if most else f"{sure}."
