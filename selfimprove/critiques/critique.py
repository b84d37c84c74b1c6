"""A critique: an answer's score, and every piece of evidence that went into it."""

from collections.abc import Iterable
from dataclasses import dataclass

from selfimprove.critiques.answer import Answer
from selfimprove.critiques.exchange import Finding
from selfimprove.critiques.find import find
from selfimprove.critiques.implicit import Implicit, read
from selfimprove.models.judge import Grade
from selfimprove.privacy.redacted_chat import RedactedFeedback


@dataclass(frozen=True, slots=True)
class Confidence:
    """Log-probability of the answer's tokens under a model, in nats."""

    mean_logprob: float
    min_logprob: float
    tokens: int


@dataclass(frozen=True, slots=True)
class Explicit:
    """One rating or correction by a person, without its text; `source` is its provenance."""

    kind: str
    value: float | None
    source: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of an answer; `model` is the id of the model whose confidence it is."""

    findings: tuple[Finding, ...] = ()
    confidence: Confidence | None = None
    explicit: tuple[Explicit, ...] = ()
    implicit: Implicit | None = None
    judge: Grade | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Critique:
    """One answer's score in [0, 1], higher better."""

    chat_id: str
    position: int
    score: float
    evidence: Evidence


def evidence(answer: Answer, confidence: Confidence | None, grade: Grade | None, model: str) -> Evidence:
    """What rules, people, the model and the judge say of an answer."""
    exchange = answer.exchange
    by = model if confidence else None
    return Evidence(find(exchange), confidence, _explicit(answer.feedback), read(exchange), grade, by)


def _explicit(feedback: Iterable[RedactedFeedback]) -> tuple[Explicit, ...]:
    return tuple(Explicit(said.kind, said.value, said.source) for said in feedback)
