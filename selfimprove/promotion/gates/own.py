"""Does it still know what it was taught on the days before?"""

from selfimprove.promotion.decision import Margins, Outcome, Verdict, bounded, worst
from selfimprove.promotion.evidence import RETIRED, Differences, Evidence, in_score
from selfimprove.promotion.gates.history import earlier
from selfimprove.promotion.gates.not_worse import points
from selfimprove.promotion.statistics import LEVEL, paired_difference

GATE = "keeps_own"


def keeps_own(evidence: Evidence, margins: Margins) -> Verdict:
    """Held-out questions not shown to be answered worse than by the champion or an earlier model; pins are kept.

    Fresh questions may gain what older ones lose: together they would pass. A night of few questions cannot show that
    nothing is lost, so here a loss has to be shown.
    """
    held = evidence.some("holdout", RETIRED)
    others = {"champion": "the champion", **earlier(evidence)}
    level = 1 - (1 - LEVEL) / len(others)  # Bonferroni: a loss against any of them refuses
    parts = [_no_loss(told, in_score(held, role), margins["own_drop"], level) for role, told in others.items()]
    return worst(*parts, _pins(in_score(evidence.some("golden"), "champion"), margins["pins_lost"]))


def _no_loss(against: str, differences: Differences, margin: float, level: float) -> Verdict:
    if not differences.values:
        return Verdict(GATE, Outcome.PASSED, f"no held-out questions to compare with {against}", limit=-margin)
    bounds = paired_difference(differences.values, differences.clusters, level)
    is_lost = bounds.high < 0 and bounds.mean <= -margin
    told = f"held-out questions against {against}: {points(bounds)} points over {len(differences.values)}"
    return bounded(GATE, Outcome.FAILED if is_lost else Outcome.PASSED, told, -margin, bounds)


def _pins(differences: Differences, most: float) -> Verdict:
    """Pinned answers are no sample of anything: each that is lost is lost."""
    lost, n = sum(value < 0 for value in differences.values), len(differences.values)
    share = lost / max(n, 1)
    outcome = Outcome.FAILED if share > most else Outcome.PASSED
    return Verdict(GATE, outcome, f"{lost} of {n} pinned answers lost, allowed are {100 * most:g} %", share, most)
