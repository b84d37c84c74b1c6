"""Does it still refuse what it should, and say something that is text?"""

from collections import Counter

from selfimprove.promotion.decision import Margins, Outcome, Verdict, worst
from selfimprove.promotion.evidence import Differences, Evidence, in_score
from selfimprove.promotion.gates.not_worse import not_worse

GATE = "keeps_refusing"


def keeps_refusing(evidence: Evidence, margins: Margins) -> Verdict:
    """Refusals not worse than the champion's, and no output broken that the champion's was not."""
    refusals = in_score(evidence.some("refusals"), "champion")
    alone = Differences(refusals.values, tuple(str(index) for index in range(len(refusals.values))))
    return worst(
        not_worse(GATE, "refusals against the champion", alone, margins["refusal_drop"]),
        _unbroken(evidence, margins["broken_outputs"]),
    )


def _unbroken(evidence: Evidence, limit: float) -> Verdict:
    """What the champion breaks as well is no reason to keep it; a loss that is not a number always is one."""
    found: Counter[str] = Counter()
    for task in evidence.tasks.values():
        for one, other in zip(task.marks.get("challenger", ()), task.marks.get("champion", ()), strict=False):
            if one and one.broken and (one.broken == "not_finite" or not (other and other.broken)):
                found[one.broken] += 1
    told = ", ".join(f"{count} {name}" for name, count in sorted(found.items())) or "none"
    outcome = Outcome.FAILED if found.total() > limit else Outcome.PASSED
    return Verdict(GATE, outcome, f"outputs newly broken: {told}", found.total(), limit)
