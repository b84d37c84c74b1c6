"""Non-inferiority: shown to lose less than a margin, or not."""

from dataclasses import replace

from selfimprove.promotion.decision import Outcome, Verdict, bounded, wanting
from selfimprove.promotion.evidence import Differences
from selfimprove.promotion.power import items_to_hold
from selfimprove.promotion.statistics import Bounds, paired_difference, paired_mean


def not_worse(gate: str, what: str, differences: Differences, margin: float) -> Verdict:
    """Passed when the lower bound on the mean difference stays above -margin.

    Failed when the mean itself reaches -margin; in between the items are too few to tell.
    """
    if not differences.values:
        return Verdict(gate, Outcome.NOT_ENOUGH_EVIDENCE, f"{what}: nothing to compare", limit=-margin)
    bounds = paired_difference(differences.values, differences.clusters)
    detail = f"{what}: {points(bounds)} points over {len(differences.values)} items, allowed are {-100 * margin:.1f}"
    found = bounded(gate, held(bounds.low > -margin, bounds.mean <= -margin), detail, -margin, bounds)
    return _lacking(found, bounds, differences, margin)


def loss_steady(gate: str, what: str, differences: Differences, margin: float) -> Verdict:
    """Passed when the upper bound on the mean rise of the loss stays below the margin, in nats a token."""
    if len(differences.values) < 2:
        return Verdict(gate, Outcome.NOT_ENOUGH_EVIDENCE, f"{what}: no losses to compare", limit=margin)
    bounds = paired_mean(differences.values, differences.clusters)
    detail = f"{what}: {bounds.mean:+.3f} nats a token (up to {bounds.high:+.3f}), allowed are {margin:+.3f}"
    found = bounded(gate, held(bounds.high < margin, bounds.mean >= margin), detail, margin, bounds)
    return _lacking(found, Bounds(-bounds.mean, -bounds.high, -bounds.low), differences, margin)


def _lacking(found: Verdict, bounds: Bounds, differences: Differences, margin: float) -> Verdict:
    """The verdict with what would decide it where evidence lacks: more of one group would not, however many."""
    n = len(differences.values)
    if found.outcome is Outcome.NOT_ENOUGH_EVIDENCE and len(set(differences.clusters)) == 1 < n:
        return replace(found, detail=f"{found.detail}; all are of one slice, which tells of itself alone")
    needed = items_to_hold(bounds, n, margin)
    return wanting(found, None if needed is None else max(needed - n, 1))


def points(bounds: Bounds) -> str:
    """A difference of shares in points, with its bounds."""
    return f"{100 * bounds.mean:+.1f} ({100 * bounds.low:+.1f} to {100 * bounds.high:+.1f})"


def held(passed: bool, failed: bool) -> Outcome:
    """Passed, else failed, else the evidence cannot tell."""
    if passed:
        return Outcome.PASSED
    return Outcome.FAILED if failed else Outcome.NOT_ENOUGH_EVIDENCE
