"""A score and a calibration in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from selfimprove.critiques import critique
from selfimprove.critiques.calibration import Calibration, of_prior
from selfimprove.critiques.prior import shipped
from selfimprove.critiques.score import parts
from selfimprove.critiques.votes import votes

OLDER = "scores of older rules name no weights; these are the prior's"


def explained(row: Mapping[str, Any], calibration: Calibration | None) -> dict[str, Any]:
    """A stored critique with what each piece of evidence adds to the log-odds of its score.

    `said` is what each source said explicitly: from 0.5 on in sum it decides the range, 0.8 and more or 0.3 and less.
    """
    evidence, by = critique.from_json(row["evidence"]), calibration or of_prior()
    return {
        "chat": row["chat_id"], "position": row["position"], "score": row["score"], "calibration": by.id,
        "log_odds": parts(evidence, by), "said": votes(evidence.explicit),
        "reasons": {f"finding:{one.rule}": one.reason for one in evidence.findings},
        "note": "" if calibration else OLDER,
    }  # fmt: skip


def say(found: Mapping[str, Any]) -> str:
    """The same as lines of text, what weighs most first."""
    return "\n".join(_lines(found))


def describe(calibration: Calibration) -> str:
    """A calibration as lines of text, each weight beside what it was before any rating."""
    return "\n".join(_described(calibration))


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"{found['score']:.2f}  {found['chat'][:12]}  answer {found['position']}  by {found['calibration'][:12]}"
    for source, vote in found["said"].items():
        yield f"  said {vote:+g} by {source}"
    for name, value in sorted(found["log_odds"].items(), key=lambda one: -abs(one[1])):
        yield f"  {value:+.2f}  {name}  {found['reasons'].get(name, '')}".rstrip()
    if found["note"]:
        yield f"  {found['note']}"


def _described(calibration: Calibration) -> Iterator[str]:
    yield f"{calibration.id[:12]}  {calibration.sentence}"
    if calibration.figures:
        for name in ("auc", "brier", "calibration_error", "gain"):
            figure = getattr(calibration.figures, name)
            yield f"  {name:18} {figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"
    for judge, agreement in calibration.judges.items():
        yield f"  judge {judge}: {agreement.sentence}"
    for source, one in calibration.sources.items():
        capped = "" if one.influence is None else f", {one.over_cap} over its cap, influence {one.influence:.3f}"
        yield f"  source {source}: {one.ratings} ratings{capped}{'' if one.is_taught else ', not learned from'}"
    for name, belief in shipped().weights.items():
        yield f"  {calibration.weights.get(name, belief.mean):+.3f}  {name}  (before ratings {belief.mean:+.3f})"
