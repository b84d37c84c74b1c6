"""Is everything there that a judgement needs?"""

from selfimprove.promotion.decision import Margins, Outcome, Verdict, worst
from selfimprove.promotion.evidence import ROLES, TARGET, Evidence, in_score

GATE = "is_complete"


def is_complete(evidence: Evidence, margins: Margins) -> Verdict:
    """Every model has a result on every example, and every task has enough graded pairs."""
    return worst(
        _nothing_missing(evidence),
        _enough(evidence, "core", ("core",), margins["core_items"]),
        _enough(evidence, "target", TARGET, margins["target_items"]),
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
    outcome = Outcome.PASSED if pairs >= least else Outcome.NOT_ENOUGH_EVIDENCE
    return Verdict(GATE, outcome, f"{pairs} graded {what} items, needed are {least:.0f}", pairs, least)
