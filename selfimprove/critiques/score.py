"""From evidence to one number in [0, 1]: fixed weights until there are ratings to fit them to.

The weights are on the log-odds scale. Without any evidence an answer scores 0.6: most answers are fine.
What people say explicitly decides the range, the rest only the place within it.
"""

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from selfimprove.critiques.critique import Confidence, Evidence, Explicit

RULE_VERSION = "1"

PRIOR = 0.4
FINDING: Mapping[str, float] = MappingProxyType({
    "empty": -4.0,
    "looping": -2.5,
    "repeats_question": -2.0,
    "empty_promise": -1.5,
    "other_language": -1.5,
    "truncated": -1.2,
    "code_does_not_parse": -1.2,
    "not_json": -1.0,
    "not_a_table": -1.0,
    "not_a_list": -0.7,
    "wrong_number_of_items": -1.0,
    "more_than_one_word": -0.7,
})
IMPLICIT: Mapping[str, float] = MappingProxyType({"approval": 1.5, "retry": -1.5, "correction": -2.0})
JUDGE_POINT = 0.75  # per grade above or below 3
CONFIDENCE = 0.5  # per nat above or below USUAL, within CONFIDENCE_RANGE
USUAL_LOGPROB = -1.0
CONFIDENCE_RANGE = (-2.0, 1.0)

BAD, GOOD = 0.3, 0.8
SAID = 0.5  # of the sum of what sources said: from here on it decides the range


def score(evidence: Evidence) -> float:
    """The score of an answer: below 0.3 when people spoke against it, above 0.8 when they spoke for it."""
    said = sum(votes(evidence.explicit).values())
    unsaid = _logistic(
        PRIOR
        + sum(FINDING[finding.rule] for finding in evidence.findings)
        + (IMPLICIT[evidence.implicit.kind] if evidence.implicit else 0.0)
        + (JUDGE_POINT * (evidence.judge.score - 3) if evidence.judge else 0.0)
        + _confidence(evidence.confidence)
        + max(-SAID, min(SAID, said))
    )
    if said <= -SAID:
        return BAD * unsaid
    return GOOD + (1 - GOOD) * unsaid if said >= SAID else unsaid


def votes(explicit: Iterable[Explicit]) -> dict[str, float]:
    """One vote in [-1, 1] a source, however often it spoke: the worst thing it said, or else the best."""
    said: dict[str, list[float]] = {}
    for one in explicit:
        said.setdefault(one.source, []).append(_vote(one))
    return {source: min(values) if min(values) < 0 else max(values) for source, values in said.items()}


def _vote(explicit: Explicit) -> float:
    """A correction says the answer was wrong; a preference is for the answer unless its value is negative."""
    if explicit.kind == "correction":
        return -1.0
    if explicit.kind == "preference":
        return -1.0 if (explicit.value or 0.0) < 0 else 1.0
    return explicit.value or 0.0


def _confidence(confidence: Confidence | None) -> float:
    if confidence is None:
        return 0.0
    low, high = CONFIDENCE_RANGE
    return CONFIDENCE * max(low, min(high, confidence.mean_logprob - USUAL_LOGPROB))


def _logistic(log_odds: float) -> float:
    """Kept off 0 and 1, so that a range's ends stay open."""
    return max(0.01, min(0.99, 1 / (1 + math.exp(-log_odds))))
