"""What gates say, and what a report comes to."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from selfimprove.promotion.evidence import Evidence
from selfimprove.promotion.statistics import Bounds


class Outcome(StrEnum):
    """How one gate ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"


class Word(StrEnum):
    """What a report comes to.

    The gates' step writes the first word. Promotion writes the last: promote -> reject or not_enough_evidence when
    the report has lost its standing, and back to promote when it has it again. What the gates refused stays refused.
    """

    PROMOTE = "promote"
    REJECT = "reject"
    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"


class Action(StrEnum):
    """What moved the champion: promoted -> (rolled_back | vetoed | promoted), each to whoever answers next."""

    PROMOTED = "promoted"
    ROLLED_BACK = "rolled_back"
    VETOED = "vetoed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one gate found: the value it judged, the limit it was held to, and one-sided 95 % bounds on the value.

    `more` says how many further examples would decide it, where that is what lacks; `spent` what the look took from the
    error budget.
    """

    gate: str
    outcome: Outcome
    detail: str
    value: float | None = None
    limit: float | None = None
    low: float | None = None
    high: float | None = None
    more: int | None = None
    spent: float | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """One word, one sentence for each thing that speaks against promotion, and every gate's verdict."""

    decision: Word
    reasons: tuple[str, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def more(self) -> int | None:
        """How many more examples of one kind or another would decide it, where examples are what lacks."""
        lacking = [one for one in self.verdicts if one.outcome is Outcome.NOT_ENOUGH_EVIDENCE and one.more]
        return max((one.more for one in lacking if one.more), default=None)


REACHABLE = 20_000  # more examples than that are nobody's advice
Margins = Mapping[str, float]
Gate = Callable[[Evidence, Margins], Verdict]


def bounded(gate: str, outcome: Outcome, detail: str, limit: float, bounds: Bounds) -> Verdict:
    """A verdict on a value that has bounds; one that is infinite is none, and JSON knows no such number."""
    low, high = (bound if math.isfinite(bound) else None for bound in (bounds.low, bounds.high))
    return Verdict(gate, outcome, detail, bounds.mean, limit, low, high)


def wanting(verdict: Verdict, more: int | None) -> Verdict:
    """The verdict with how many more examples would decide it, where it is one that lacks evidence."""
    if not more or verdict.outcome is not Outcome.NOT_ENOUGH_EVIDENCE:
        return verdict
    told = f"about {more} more would decide it" if more <= REACHABLE else "so close to the limit no number would tell"
    return replace(verdict, detail=f"{verdict.detail}; {told}", more=more if more <= REACHABLE else None)


def word(outcomes: Sequence[Outcome]) -> Word:
    """Promote only when there are gates and every one passed."""
    if Outcome.FAILED in outcomes:
        return Word.REJECT
    if Outcome.NOT_ENOUGH_EVIDENCE in outcomes or not outcomes:
        return Word.NOT_ENOUGH_EVIDENCE
    return Word.PROMOTE


def worst(*parts: Verdict) -> Verdict:
    """The verdict of a gate that has several parts: of its worst part, telling what each that did not pass found."""
    order = [Outcome.FAILED, Outcome.NOT_ENOUGH_EVIDENCE, Outcome.PASSED]
    first = min(parts, key=lambda part: order.index(part.outcome))
    told = [part.detail for part in parts if first.outcome is Outcome.PASSED or part.outcome is not Outcome.PASSED]
    more = max((part.more for part in parts if part.more), default=None)
    spent = next((part.spent for part in parts if part.spent is not None), None)
    return replace(first, detail="; ".join(told), more=more, spent=spent)
