"""Evidence as numbers, each 0 where there is none and within bounds, so that no single one can decide everything."""

from collections.abc import Collection, Iterator

from selfimprove.critiques.critique import Confidence, Evidence
from selfimprove.models.judge import Grade, Preference

USUAL_LOGPROB = -1.0
CONFIDENCE_RANGE = (-2.0, 1.0)  # nats a token below and above the usual
GAIN_RANGE = (-1.0, 1.0)
USUAL_RELEVANCE = 0.15
MIDDLE_GRADE = 3


def features(evidence: Evidence, judges: Collection[str] = ()) -> dict[str, float]:
    """The evidence but for what people said explicitly, by name; of judges, only those that have earned a say."""
    return {"bias": 1.0, **dict(_found(evidence, judges))}


def judge_of(verdict: Grade | Preference) -> str:
    """Who judged, by which rubric: what agreement is measured for."""
    return f"{verdict.model}, rubric {verdict.rubric}"


def _found(evidence: Evidence, judges: Collection[str]) -> Iterator[tuple[str, float]]:
    for finding in evidence.findings:
        yield f"finding:{finding.rule}", 1.0
    if evidence.implicit:
        yield f"implicit:{evidence.implicit.kind}", 1.0
    if evidence.judge and judge_of(evidence.judge) in judges:
        yield "judge", float(evidence.judge.score - MIDDLE_GRADE)
    if evidence.confidence:
        yield from _confidence(evidence.confidence)
    if evidence.relevance is not None:
        yield "relevance", evidence.relevance - USUAL_RELEVANCE


def _confidence(confidence: Confidence) -> Iterator[tuple[str, float]]:
    yield "confidence", _within(CONFIDENCE_RANGE, confidence.mean_logprob - USUAL_LOGPROB)
    if confidence.base_logprob is not None:
        yield "gain", _within(GAIN_RANGE, confidence.mean_logprob - confidence.base_logprob)


def _within(limits: tuple[float, float], value: float) -> float:
    low, high = limits
    return max(low, min(high, value))
