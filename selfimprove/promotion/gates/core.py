"""Does it still know what it knew?"""

from selfimprove.promotion.decision import Margins, Outcome, Verdict, bounded, worst
from selfimprove.promotion.evidence import Differences, Evidence, in_loss, in_score
from selfimprove.promotion.gates.not_worse import held, loss_steady, not_worse
from selfimprove.promotion.statistics import LEVEL, holm, mcnemar, share

GATE = "keeps_core"


def keeps_core(evidence: Evidence, margins: Margins) -> Verdict:
    """Core not worse than the champion in total, in any slice, or in loss; a first adapter also clears a floor."""
    core = evidence.some("core")
    scores = in_score(core, "champion")
    parts = [
        not_worse(GATE, "core against the champion", scores, margins["core_drop"]),
        _slices(scores, margins["slice_drop"]),
    ]
    if evidence.has_losses:
        parts.append(loss_steady(GATE, "core loss", in_loss(core, "champion"), margins["core_loss_rise"]))
    if evidence.is_first:
        parts.append(_floor(evidence, margins["core_floor"]))
    return worst(*parts)


def _slices(scores: Differences, margin: float) -> Verdict:
    """No slice is down by the margin: failed when significantly so among all slices, in doubt when only by itself."""
    down = _significance(scores, margin)
    adjusted = dict(zip(down, holm(list(down.values())), strict=True))
    level = 1 - LEVEL
    failed = [name for name, p_value in adjusted.items() if p_value <= level]
    doubted = [name for name, p_value in down.items() if p_value <= level and name not in failed]
    drop = f"down by {100 * margin:.0f} points or more"
    if failed:
        return Verdict(GATE, Outcome.FAILED, f"{drop}: {', '.join(failed)}", limit=-margin)
    if doubted:
        return Verdict(GATE, Outcome.NOT_ENOUGH_EVIDENCE, f"perhaps {drop}: {', '.join(doubted)}", limit=-margin)
    return Verdict(GATE, Outcome.PASSED, f"none of {len(down)} slices shown {drop}", limit=-margin)


def _significance(scores: Differences, margin: float) -> dict[str, float]:
    """By slice, the exact chance of its losses without a real drop; 1 where it is not down by the margin."""
    found = {}
    for name in sorted(set(scores.clusters)):
        values = scores.of(name)
        gained, lost = sum(value > 0 for value in values), sum(value < 0 for value in values)
        found[name] = mcnemar(lost, gained) if sum(values) <= -margin * len(values) else 1.0
    return found


def _floor(evidence: Evidence, floor: float) -> Verdict:
    marks = [mark for task in evidence.some("core") for mark in task.marks.get("challenger", ())]
    scores = [mark.score for mark in marks if mark and mark.score is not None]
    if not scores:
        return Verdict(GATE, Outcome.NOT_ENOUGH_EVIDENCE, "no graded core items", limit=floor)
    bounds = share(sum(score >= 1 for score in scores), len(scores))
    solved = f"solves {100 * bounds.mean:.1f} % of core (at least {100 * bounds.low:.1f})"
    detail = f"a first adapter {solved}, needed are {100 * floor:.0f} %"
    return bounded(GATE, held(bounds.low >= floor, bounds.mean < floor), detail, floor, bounds)
