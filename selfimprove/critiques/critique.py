"""A critique: an answer's score, and every piece of evidence that went into it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from selfimprove.critiques.exchange import Finding
from selfimprove.critiques.implicit import Implicit
from selfimprove.models.judge import Grade, Preference


@dataclass(frozen=True, slots=True)
class Confidence:
    """Log-probability of the answer's tokens, in nats, under the model that answers now.

    `base_logprob` is their mean under the base model alone; None while that one answers.
    """

    mean_logprob: float
    min_logprob: float
    tokens: int
    base_logprob: float | None = None


@dataclass(frozen=True, slots=True)
class Explicit:
    """One rating or correction by a person, without its text; `source` is its provenance: where from, and by whom."""

    kind: str
    value: float | None
    source: str


@dataclass(frozen=True, slots=True)
class Duel:
    """The answer beside another one in its place, of which a person prefers one; `source` is that person's provenance.

    `other` is the evidence about the other answer, None for a correction: a text that a person wrote is no answer of
    the model. `judge` is which of the two the judge prefers.
    """

    source: str
    is_preferred: bool
    other: "Evidence | None" = None
    judge: Preference | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of an answer; `model` is the id of the model whose confidence it is."""

    findings: tuple[Finding, ...] = ()
    confidence: Confidence | None = None
    explicit: tuple[Explicit, ...] = ()
    implicit: Implicit | None = None
    judge: Grade | None = None
    model: str | None = None
    relevance: float | None = None
    duels: tuple[Duel, ...] = ()


@dataclass(frozen=True, slots=True)
class Critique:
    """One answer's score in [0, 1]: the probability that a person would approve of it."""

    chat_id: str
    position: int
    score: float
    evidence: Evidence


def from_json(row: Mapping[str, Any]) -> Evidence:
    """Evidence as it was stored, by whichever version of the rules."""
    return Evidence(
        findings=tuple(Finding(**one) for one in row["findings"]),
        confidence=Confidence(**row["confidence"]) if row["confidence"] else None,
        explicit=tuple(Explicit(**one) for one in row["explicit"]),
        implicit=Implicit(**row["implicit"]) if row["implicit"] else None,
        judge=Grade(**_tupled(row["judge"], "grades")) if row["judge"] else None,
        model=row["model"],
        relevance=row.get("relevance"),
        duels=tuple(_duels(row.get("duels", ()))),
    )


def _duels(rows: Iterable[Mapping[str, Any]]) -> Iterable[Duel]:
    for row in rows:
        other = from_json(row["other"]) if row["other"] else None
        judge = Preference(**_tupled(row["judge"], "rounds")) if row["judge"] else None
        yield Duel(row["source"], row["is_preferred"], other, judge)


def _tupled(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {**row, name: tuple(row.get(name, ()))}
