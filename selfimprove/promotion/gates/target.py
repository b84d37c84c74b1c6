"""Is it better at what people asked for?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from selfimprove.promotion.decision import Margins, Outcome, Verdict, bounded, worst
from selfimprove.promotion.evidence import DEMONSTRATION, Differences, Evidence, Paired, in_loss, in_score
from selfimprove.promotion.gates.not_worse import points
from selfimprove.promotion.power import items_needed
from selfimprove.promotion.statistics import Bounds, design, holm, paired_difference, paired_mean
from selfimprove.promotion.superiority import superiority

GATE = "improves_target"


@dataclass(frozen=True, slots=True)
class _Look:
    """What one group of tasks showed at its level; `p_value` is adjusted for the other groups.

    `reached` is the mean gain without long answers that neither model gives: however many, they make no gain small.
    """

    differences: Differences
    bounds: Bounds
    p_value: float
    level: float
    reached: float
    is_above: bool  # also where clusters that gain and clusters that lose differ in size

    def is_shown(self, floor: float) -> bool:
        """Whether it is a gain of at least the floor."""
        return self.p_value <= self.level and self.reached >= floor and self.is_above

    @property
    def counts(self) -> tuple[int, int, int]:
        """Items gained, lost, and all."""
        values = self.differences.values
        return sum(value > 0 for value in values), sum(value < 0 for value in values), len(values)


def improves_target(evidence: Evidence, margins: Margins) -> Verdict:
    """Better than the champion on fresh and held-out items, at the night's level and by a floor; losses agree.

    A gain is of answers that are right, or of long ones that say what was wanted. That these got likelier may come of
    their style alone.
    """
    groups = [group for names in evidence.targets if in_score(group := evidence.some(*names), "champion").values]
    gain = _best_gain(groups, evidence.alpha, margins["target_gain"])
    if not evidence.has_losses:
        return gain
    tasks = [task for names in evidence.targets for task in evidence.some(*names)]
    short, long = [task for task in tasks if task.task != DEMONSTRATION], evidence.some(DEMONSTRATION)
    return worst(gain, *_vetoes("target loss", short), *_vetoes("loss of long answers", long))


def _best_gain(groups: list[tuple[Paired, ...]], alpha: float, floor: float) -> Verdict:
    """Any group's gain promotes, so p-values are adjusted for the others (Holm 1979); none may be down by the floor."""
    if not groups:
        return Verdict(GATE, Outcome.NOT_ENOUGH_EVIDENCE, "no graded target items", limit=floor)
    found = [in_score(group, "champion") for group in groups]
    shown = [superiority(one.values, one.clusters, alpha / len(groups)) for one in found]
    adjusted = holm([one.p_value for one in shown])
    looks = [_look(*one, alpha) for one in zip(groups, found, adjusted, strict=True)]
    best = min(looks, key=lambda look: (not look.is_shown(floor), -look.bounds.mean))
    down = [look for look in looks if look.bounds.high < -floor]
    return _gains(best, floor, sum(one.spent for one in shown), bool(down))


def _look(group: tuple[Paired, ...], found: Differences, p_value: float, level: float) -> _Look:
    bounds = paired_difference(found.values, found.clusters)
    given = len(found.values) - sum(_neither_gives(task) for task in group)
    return _Look(found, bounds, p_value, level, sum(found.values) / max(given, 1), _is_above(found, level))


def _neither_gives(task: Paired) -> int:
    """How many long answers neither champion nor challenger gives, and the champion is no nearer to."""
    pairs = zip(*(task.marks.get(role, ()) for role in ("challenger", "champion")), strict=False)
    both = [(mine, theirs) for mine, theirs in pairs if mine and theirs]
    return sum(mine.by_loss and mine.better(theirs) == 0 == mine.score == theirs.score for mine, theirs in both)


def _gains(look: _Look, floor: float, spent: float, is_down: bool) -> Verdict:
    gained, lost, n = look.counts
    more = None
    if is_down:
        outcome, why = Outcome.FAILED, ": another target is worse"
    elif look.is_shown(floor):
        outcome, why = Outcome.PASSED, ""
    elif look.p_value <= look.level and look.reached >= floor:
        outcome = Outcome.NOT_ENOUGH_EVIDENCE
        why = ": groups so unlike in size may yet lose what small ones gain"
    elif 0.5**look.differences.room > look.level:
        outcome = Outcome.NOT_ENOUGH_EVIDENCE
        why = f": the champion leaves {look.differences.room} to gain that do not go together, too few to show anything"
        more = _more(look)
    elif look.reached >= floor:
        outcome = Outcome.NOT_ENOUGH_EVIDENCE
        more = _more(look)
        why = f": not shown yet, about {more} more items would show such a gain" if more else ""
    else:
        outcome, why = Outcome.FAILED, f": no gain of {100 * floor:.0f} points was seen"
    apart = len(set(look.differences.clusters))
    of = f"{n} in {apart} groups" if apart < n else f"{n}"
    told = f"{gained} target items gained and {lost} lost of {of}, {points(look.bounds)} points"
    detail = f"{told}, p {look.p_value:.2g} at level {look.level:.2g}{why}"
    found = bounded(GATE, outcome, detail, floor, look.bounds)
    return replace(found, more=more, spent=spent)


def _is_above(differences: Differences, alpha: float) -> bool:
    """Whether the mean lies above 0 as well, which flipping signs tells only of clusters that gain as they lose.

    Few large losses beside many small gains are no gain. Where each single item gains or loses as much, that is no
    second question.
    """
    sizes = {abs(value) for value in differences.values} - {0.0}
    if len(set(differences.clusters)) == len(differences.clusters) and len(sizes) < 2:
        return True
    return paired_difference(differences.values, differences.clusters, 1 - alpha).low > 0


def _more(look: _Look) -> int | None:
    """Further items, all like these, that would show the gain; more where those of a conversation go together."""
    gained, lost, n = look.counts
    needed = items_needed(gained / n, lost / n, look.level)
    return max(round(needed * design(look.differences.values, look.differences.clusters)) - n, 1) if needed else None


def _vetoes(what: str, tasks: Sequence[Paired]) -> list[Verdict]:
    """Whether the losses agree, unless there is one alone, which tells nothing."""
    losses = in_loss(tasks, "champion")
    n = max(len(losses.values), len(in_score(tasks, "champion").values))
    return [_losses_agree(what, losses)] if n > 1 else []


def _losses_agree(what: str, differences: Differences) -> Verdict:
    """A second opinion: a gain in passes while the loss of the same answers clearly rises is no evidence."""
    if len(differences.values) < 2:
        return Verdict(GATE, Outcome.NOT_ENOUGH_EVIDENCE, "no target losses to compare")
    bounds = paired_mean(differences.values, differences.clusters)
    outcome = Outcome.PASSED if bounds.low <= 0 else Outcome.NOT_ENOUGH_EVIDENCE
    return bounded(GATE, outcome, f"{what} {bounds.mean:+.3f} nats a token", 0.0, bounds)
