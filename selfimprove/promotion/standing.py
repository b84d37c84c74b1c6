"""What may have happened since a report was measured that takes its right to promote."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from selfimprove.promotion.decision import Decision, Word, word

PATIENCE = 168.0  # hours that a report waits for a person


@dataclass(frozen=True, slots=True)
class Standing:
    """A report and its adapter at the moment of promotion.

    `is_whole`: its id is still the hash of its models and examples, none of which was forgotten or taken away.
    `trained_on` counts test examples that the adapter was trained on; `damage` says what is wrong with its files;
    `waits`: a person was asked, and has longer to answer than a night has to promote.
    """

    names_its_adapter: bool
    champion_is_current: bool
    anchor_is_current: bool
    age_hours: float
    vetoed: bool
    promoted_before: bool
    rejected_before: bool
    is_whole: bool = True
    trained_on: int = 0
    damage: str | None = None
    tainted: bool = False
    waits: bool = False


def final(decision: Decision, earlier: Decision | None, standing: Standing, margins: Mapping[str, float]) -> Decision:
    """The gates' decision, held back by whatever speaks against this report now."""
    objections = _objections(standing, oldest(margins, waits=standing.waits))
    before = word([verdict.outcome for verdict in earlier.verdicts]) if earlier else decision.decision
    if before not in (decision.decision, Word.PROMOTE):
        objections[f"its gates said {before} before, and its stored results have changed since"] = before
    words = {decision.decision, *objections.values()}
    held = next(one for one in (Word.REJECT, Word.NOT_ENOUGH_EVIDENCE, Word.PROMOTE) if one in words)
    return replace(decision, decision=held, reasons=(*decision.reasons, *objections))


def oldest(margins: Mapping[str, float], *, waits: bool) -> float:
    """Hours after which a report no longer counts."""
    return max(margins["report_hours"], PATIENCE) if waits else margins["report_hours"]


def _objections(standing: Standing, most_hours: float) -> dict[str, Word]:
    stale, refused = Word.NOT_ENOUGH_EVIDENCE, Word.REJECT
    contaminated = f"the adapter was trained on {standing.trained_on} of the examples that test it"
    found = {
        "the report's challenger is not the adapter it names": (not standing.names_its_adapter, refused),
        "another champion answers than the one it was compared with": (not standing.champion_is_current, stale),
        "the anchor is another than the one it was compared with": (not standing.anchor_is_current, stale),
        "its examples are not all of those it was measured on": (not standing.is_whole, stale),
        f"the report is older than {most_hours:g} hours": (standing.age_hours >= most_hours, stale),
        "the adapter was vetoed": (standing.vetoed, refused),
        "the adapter was champion before: only a person brings it back": (standing.promoted_before, refused),
        "the adapter was rejected on another report": (standing.rejected_before, refused),
        contaminated: (standing.trained_on > 0, refused),
        "the adapter learned from chats that were forgotten since": (standing.tainted, refused),
        standing.damage or "": (standing.damage is not None, refused),
    }
    return {reason: held for reason, (holds, held) in found.items() if holds}
