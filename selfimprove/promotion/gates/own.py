"""Does it still know what it was taught on the days before?"""

from selfimprove.promotion.decision import Margins, Outcome, Verdict, bounded, worst
from selfimprove.promotion.evidence import (
    DEMONSTRATION,
    RETIRED,
    Differences,
    Evidence,
    Mark,
    given,
    in_likelihood,
    in_score,
)
from selfimprove.promotion.gates.history import earlier
from selfimprove.promotion.gates.not_worse import points
from selfimprove.promotion.statistics import LEVEL, paired_difference

GATE = "keeps_own"
PASSES = 0.5  # of a score that is a share


def keeps_own(evidence: Evidence, margins: Margins) -> Verdict:
    """No kind of question shown to be answered worse than by the champion or an earlier model; pins are kept.

    One kind may gain what another loses: together they would pass. A night of few questions cannot show that nothing is
    lost, so here a loss has to be shown.
    """
    held, long = evidence.some("holdout", RETIRED), evidence.some(DEMONSTRATION, RETIRED)
    short = evidence.some("fresh", "holdout", RETIRED)
    others = {"champion": "the champion", **earlier(evidence)}
    level = 1 - (1 - LEVEL) / len(others)  # Bonferroni: a loss against any of them refuses
    looks = [
        (f"{what} against {told}", look)
        for role, told in others.items()
        for what, look in (
            ("held-out questions", in_score(held, role, by_loss=False)),
            ("fresh and held-out questions", in_score(short, role, by_loss=False)),
            ("long answers", given(long, role, right=True)),
            ("long answers, right or near", given(long, role, right=False)),
            ("likelihood of long answers", in_likelihood(long, role)),
        )
    ]
    parts = [_no_loss(told, look, margins["own_drop"], level) for told, look in looks if look.values]
    return worst(*(parts or [_nothing(margins)]), _pins(evidence, margins["pins_lost"]))


def _nothing(margins: Margins) -> Verdict:
    return Verdict(GATE, Outcome.PASSED, "no held-out questions to compare", limit=-margins["own_drop"])


def _no_loss(what: str, differences: Differences, margin: float, level: float) -> Verdict:
    bounds = paired_difference(differences.values, differences.clusters, level)
    told = f"{what}: {points(bounds)} points over {len(differences.values)}"
    if bounds.mean > -margin or not _looks_lost(differences, level):
        return bounded(GATE, Outcome.PASSED, told, -margin, bounds)
    if bounds.high < 0:
        return bounded(GATE, Outcome.FAILED, told, -margin, bounds)
    detail = f"{told}: a loss, if {len(set(differences.clusters))} groups could tell"
    return bounded(GATE, Outcome.NOT_ENOUGH_EVIDENCE, detail, -margin, bounds)


def _looks_lost(differences: Differences, level: float) -> bool:
    """Whether it were a loss if nothing went together: of few groups a loss can hardly be shown, and is in doubt."""
    alone = tuple(str(index) for index in range(len(differences.values)))
    return paired_difference(differences.values, alone, level).high < 0


def _pins(evidence: Evidence, most: float) -> Verdict:
    """Pinned answers are no sample of anything: each that the champion gives and that is lost is lost."""
    marks = [(task.marks.get("challenger", ()), task.marks.get("champion", ())) for task in evidence.some("golden")]
    pairs = [pair for mine, theirs in marks for pair in zip(mine, theirs, strict=False)]
    given = [mine for mine, theirs in pairs if _passes(theirs)]
    lost = sum(not _passes(mine) for mine in given)
    share = lost / max(len(given), 1)
    outcome = Outcome.FAILED if share > most else Outcome.PASSED
    detail = f"{lost} of {len(given)} pinned answers that the champion gives are lost, allowed are {100 * most:g} %"
    return Verdict(GATE, outcome, detail, share, most)


def _passes(mark: Mark | None) -> bool:
    return mark is not None and mark.score is not None and mark.score >= PASSES
