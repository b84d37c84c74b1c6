"""Is everything there that a judgement needs?"""

import math

from selfimprove.promotion.decision import Margins, Outcome, Verdict, worst
from selfimprove.promotion.evidence import RETIRED, ROLES, Evidence, in_score

GATE = "is_complete"


def is_complete(evidence: Evidence, margins: Margins) -> Verdict:
    """Every model has a result on every example, and every task has enough graded pairs."""
    return worst(
        _nothing_missing(evidence),
        _enough(evidence, "core", ("core",), margins["core_items"]),
        _enough(evidence, "target", sum(evidence.targets, ()), margins["target_items"]),
        _enough(evidence, "refusal", ("refusals",), margins["refusal_items"]),
    )


def _nothing_missing(evidence: Evidence) -> Verdict:
    missing = 0
    for task in evidence.tasks.values():
        for role in (*ROLES, *evidence.history):
            missing += task.marks.get(role, (None,) * len(task.slices)).count(None)
    outcome = Outcome.NOT_ENOUGH_EVIDENCE if missing else Outcome.PASSED
    return Verdict(GATE, outcome, f"{missing} results of the compared models are missing", missing, 0)


def _enough(evidence: Evidence, what: str, tasks: tuple[str, ...], least: float) -> Verdict:
    pairs = len(in_score(evidence.some(*tasks), "champion").values)
    told = f"{pairs} graded {what} items, needed are {least:.0f}"
    if what == "target" and RETIRED in evidence.tasks:
        told += f"; {len(evidence.tasks[RETIRED].slices)} held-out ones are retired"
    if pairs >= least:
        return Verdict(GATE, Outcome.PASSED, told, pairs, least)
    return Verdict(GATE, Outcome.NOT_ENOUGH_EVIDENCE, told, pairs, least, more=math.ceil(least) - pairs)
