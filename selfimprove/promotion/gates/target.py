"""Is it better at what people asked for?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from selfimprove.promotion.decision import Margins, Outcome, Verdict, bounded, worst
from selfimprove.promotion.evidence import DEMONSTRATION, Differences, Evidence, in_gain, in_loss
from selfimprove.promotion.gates.not_worse import points
from selfimprove.promotion.power import items_needed
from selfimprove.promotion.statistics import Bounds, design, holm, paired_difference, paired_mean, tarone
from selfimprove.promotion.superiority import least_p, superiority

GATE = "improves_target"


@dataclass(frozen=True, slots=True)
class _Look:
    """What one group of tasks showed at its level; `p_value` is adjusted for the other groups."""

    what: str
    differences: Differences
    bounds: Bounds
    p_value: float
    level: float
    is_above: bool  # also where clusters that gain and clusters that lose differ in size

    def is_shown(self, floor: float) -> bool:
        """Whether it is a gain of at least the floor."""
        return self.p_value <= self.level and self.bounds.mean >= floor and self.is_above

    @property
    def counts(self) -> tuple[int, int, int]:
        """Items gained, lost, and all."""
        values = self.differences.values
        return sum(value > 0 for value in values), sum(value < 0 for value in values), len(values)


def improves_target(evidence: Evidence, margins: Margins) -> Verdict:
    """Better than the champion on fresh and held-out items, at the night's level and by a floor; losses agree.

    A gain is of answers that are right, or of long ones that say more of what was wanted, and not elsewhere as well.
    That long ones got likelier may come of their style alone.
    """
    groups = {names: in_gain(evidence.some(*names), "champion") for names in evidence.targets}
    compared = {names: group for names, group in groups.items() if len(group.values) > 1}  # one alone tells nothing
    gain = _best_gain(compared, evidence.alpha, margins["target_gain"])
    if not evidence.has_losses:
        return gain
    losses = {names: in_loss(evidence.some(*names), "champion") for names in evidence.targets}
    looked_at = [names for names, group in losses.items() if names in compared or len(group.values) > 1]
    return worst(gain, *(_losses_agree(_what(names), losses[names]) for names in looked_at))


def _best_gain(groups: Mapping[tuple[str, ...], Differences], alpha: float, floor: float) -> Verdict:
    """Any group's gain promotes, so p-values are adjusted for those others that could show one; none may be down."""
    if not groups:
        return Verdict(GATE, Outcome.NOT_ENOUGH_EVIDENCE, "no target items that could be compared", limit=floor)
    pairs = [(group.values, group.clusters) for group in groups.values()]
    tests = tarone([least_p(*pair) for pair in pairs], alpha)
    shown = [superiority(*pair, alpha / tests) for pair in pairs]
    adjusted = holm([one.p_value for one in shown], tests)
    looks = [
        _Look(_what(names), group, paired_difference(*pair), p_value, alpha, _is_above(group, alpha))
        for (names, group), pair, p_value in zip(groups.items(), pairs, adjusted, strict=True)
    ]
    best = min(looks, key=lambda look: (not look.is_shown(floor), -look.bounds.mean))
    down = [look for look in looks if look.bounds.high < -floor]
    return _gains(best, floor, sum(one.spent for one in shown), bool(down))


def _what(names: tuple[str, ...]) -> str:
    return "long answers" if DEMONSTRATION in names else "target items"


def _gains(look: _Look, floor: float, spent: float, is_down: bool) -> Verdict:
    gained, lost, n = look.counts
    more = None
    if is_down:
        outcome, why = Outcome.FAILED, ": another target is worse"
    elif look.is_shown(floor):
        outcome, why = Outcome.PASSED, ""
    elif look.p_value <= look.level and look.bounds.mean >= floor:
        outcome = Outcome.NOT_ENOUGH_EVIDENCE
        why = ": groups so unlike in size may yet lose what small ones gain"
    elif 0.5**look.differences.room > look.level:
        outcome = Outcome.NOT_ENOUGH_EVIDENCE
        why = f": the champion leaves {look.differences.room} to gain that do not go together, too few to show anything"
        more = _more(look)
    elif look.bounds.mean >= floor:
        outcome = Outcome.NOT_ENOUGH_EVIDENCE
        more = _more(look)
        why = f": not shown yet, about {more} more items would show such a gain" if more else ""
    else:
        outcome, why = Outcome.FAILED, f": no gain of {100 * floor:.0f} points was seen"
    apart = len(set(look.differences.clusters))
    of = f"{n} in {apart} groups" if apart < n else f"{n}"
    told = f"{gained} {look.what} gained and {lost} lost of {of}, {points(look.bounds)} points"
    detail = f"{told}, p {look.p_value:.2g} at level {look.level:.2g}{why}"
    found = bounded(GATE, outcome, detail, floor, look.bounds)
    return replace(found, more=more, spent=spent)


def _is_above(differences: Differences, alpha: float) -> bool:
    """Whether the mean lies above 0 as well, which flipping signs tells only of clusters that gain as they lose.

    Few large losses beside many small gains are no gain. Single items of 0 and 1 need no second test.
    """
    if len(set(differences.clusters)) == len(differences.clusters):
        return True
    return paired_difference(differences.values, differences.clusters, 1 - alpha).low > 0


def _more(look: _Look) -> int | None:
    """Further items, all like these, that would show the gain; more where those of a conversation go together."""
    gained, lost, n = look.counts
    needed = items_needed(gained / n, lost / n, look.level)
    return max(round(needed * design(look.differences.values, look.differences.clusters)) - n, 1) if needed else None


def _losses_agree(what: str, differences: Differences) -> Verdict:
    """A second opinion: a gain in passes while the loss of the same answers clearly rises is no evidence."""
    if len(differences.values) < 2:
        return Verdict(GATE, Outcome.NOT_ENOUGH_EVIDENCE, f"no losses of {what} to compare")
    bounds = paired_mean(differences.values, differences.clusters)
    outcome = Outcome.PASSED if bounds.low <= 0 else Outcome.NOT_ENOUGH_EVIDENCE
    return bounded(GATE, outcome, f"loss of {what} {bounds.mean:+.3f} nats a token", 0.0, bounds)
