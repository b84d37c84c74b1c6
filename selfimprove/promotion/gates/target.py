"""Is it better at what people asked for?"""

from selfimprove.promotion.decision import Margins, Outcome, Verdict, bounded, worst
from selfimprove.promotion.evidence import TARGET, Differences, Evidence, in_loss, in_score
from selfimprove.promotion.gates.not_worse import points
from selfimprove.promotion.statistics import items_needed, mcnemar, paired_difference, paired_mean

GATE = "improves_target"


def improves_target(evidence: Evidence, margins: Margins) -> Verdict:
    """Better than the champion on fresh and held-out items, at the night's level and by a floor; losses agree."""
    tasks = evidence.some(*TARGET)
    return worst(
        _gains(in_score(tasks, "champion"), evidence.alpha, margins["target_gain"]),
        _losses_agree(in_loss(tasks, "champion")),
    )


def _gains(differences: Differences, alpha: float, floor: float) -> Verdict:
    values = differences.values
    if not values:
        return Verdict(GATE, Outcome.NOT_ENOUGH_EVIDENCE, "no graded target items", limit=floor)
    gained, lost = sum(value > 0 for value in values), sum(value < 0 for value in values)
    bounds = paired_difference(values, differences.clusters)
    p_value = mcnemar(gained, lost)
    if p_value <= alpha and bounds.mean >= floor:
        outcome, why = Outcome.PASSED, ""
    elif 0.5**differences.room > alpha:
        outcome = Outcome.NOT_ENOUGH_EVIDENCE
        why = f": the champion leaves {differences.room} to gain, too few to show anything at this level"
    elif bounds.mean >= floor:
        outcome, why = Outcome.NOT_ENOUGH_EVIDENCE, _more(gained, lost, len(values), alpha)
    else:
        outcome, why = Outcome.FAILED, f": no gain of {100 * floor:.0f} points was seen"
    told = f"{gained} target items gained and {lost} lost of {len(values)}, {points(bounds)} points"
    return bounded(GATE, outcome, f"{told}, p {p_value:.2g} at level {alpha:.2g}{why}", floor, bounds)


def _more(gained: int, lost: int, n: int, alpha: float) -> str:
    needed = items_needed(gained / n, lost / n, alpha)
    return f": not shown yet, about {needed} items would show such a gain" if needed else ""


def _losses_agree(differences: Differences) -> Verdict:
    """A second opinion: a gain in passes while the loss of the same answers clearly rises is no evidence."""
    if len(differences.values) < 2:
        return Verdict(GATE, Outcome.NOT_ENOUGH_EVIDENCE, "no target losses to compare")
    bounds = paired_mean(differences.values, differences.clusters)
    outcome = Outcome.PASSED if bounds.low <= 0 else Outcome.NOT_ENOUGH_EVIDENCE
    return bounded(GATE, outcome, f"target loss {bounds.mean:+.3f} nats a token", 0.0, bounds)
