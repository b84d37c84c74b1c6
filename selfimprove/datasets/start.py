"""Where tonight's training starts: at the champion, or anew at the bare base model."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from selfimprove.datasets.example import Rule

Reason = Literal["no_champion", "goes_on", "unlearns", "vetoed", "drifted", "forgot", "many_nights"]
LEAST_ASKED = 20  # own questions, fewer of which say nothing
LEAST_NIGHTS = 7  # a line that lost so much in fewer nights did not lose it by going on, and would again


@dataclass(frozen=True, slots=True)
class Line:
    """The champion and the adapters it went on from: `nights` of them, itself included.

    `unlearns`: so many of the chats that they learned from must not be learned from any more; `vetoed`: so many of them
    may never answer. `drift` is how far the champion is below the anchor in score, of which `allowed` is too much;
    `lost` of `asked` own questions an earlier model passed and the champion does not, net. `tried`: the newest
    challenger began anew and was not promoted.
    """

    champion: str | None = None
    nights: int = 0
    unlearns: int = 0
    vetoed: int = 0
    drift: float = 0.0
    allowed: float = 0.0
    lost: int = 0
    asked: int = 0
    tried: bool = False


@dataclass(frozen=True, slots=True)
class Start:
    """The adapter to go on from, None for the base model, with the reason and what it was read from.

    A reason to begin anew with an adapter to go on from: that was tried, and refused.
    """

    adapter: str | None
    reason: Reason
    line: Line


def start(line: Line, rule: Rule) -> Start:
    """Go on from the champion, unless it must unlearn, or has lost so much that learning all again costs less.

    What must be unlearned is no question of cost. For the other reasons the base model is tried once; a challenger that
    was refused so would be refused again, and nothing new would ever be learned.
    """
    if line.champion is None:
        return Start(None, "no_champion", line)
    if line.unlearns or line.vetoed:
        return Start(None, "unlearns" if line.unlearns else "vetoed", line)
    worn = _worn(line, rule)
    if worn is None:
        return Start(line.champion, "goes_on", line)
    return Start(line.champion if line.tried else None, worn, line)


def _worn(line: Line, rule: Rule) -> Reason | None:
    """Why the champion is no place to go on from, where that is so; a limit of 0 is none."""
    if line.nights < LEAST_NIGHTS:
        return "many_nights" if 0 < rule.most_nights <= line.nights else None
    if 0 < rule.drift_share * line.allowed <= line.drift:
        return "drifted"
    if line.asked >= LEAST_ASKED and 0 < rule.most_lost * line.asked <= line.lost:
        return "forgot"
    return "many_nights" if 0 < rule.most_nights <= line.nights else None


def remembering(found: Start, rule: Rule) -> Rule:
    """The rule of a night: one that begins anew must learn again what it does not practise, and keep as much beside."""
    if found.line.champion is None or found.adapter is not None:
        return rule
    return replace(rule, remember=max(rule.remember, rule.remember_anew), replay=max(rule.replay, rule.remember_anew))


def as_json(found: Start) -> dict[str, Any]:
    """A start as a manifest keeps it."""
    return {"adapter": found.adapter, "reason": found.reason, **asdict(found.line)}


def started(planned: Mapping[str, Any], adapter: str | None) -> dict[str, Any]:
    """Where a training did start, as it is stored with its adapter: as planned, or where its recipe would have it."""
    if planned and planned["adapter"] == adapter:
        return dict(planned)
    return {"adapter": adapter, "reason": "recipe"}


def words(found: Mapping[str, Any]) -> str:
    """A start out of its JSON as a sentence a person reads; "" where a dataset or adapter says nothing of it."""
    if not found:
        return ""
    if found["reason"] == "recipe":
        where = "went on from the champion" if found["adapter"] else "began at the bare base model"
        return f"It {where}, as its recipe has it."
    if found["reason"] == "goes_on":
        return f"It went on from the champion, {_nth(found['nights'])}."
    told = _because(found)
    if found["adapter"]:
        return f"It went on from the champion, though {told}: a training from the base model was refused just before."
    return f"It began anew at the bare base model, with all lessons so far: {told}." if found["champion"] else told


def _because(found: Mapping[str, Any]) -> str:
    drift, allowed = 100 * found["drift"], 100 * found["allowed"]
    told = {
        "no_champion": "It began at the bare base model, since no adapter answers yet.",
        "unlearns": f"its champion had learned from {found['unlearns']} chats that must not be learned from any more",
        "vetoed": "its champion had gone on from an adapter that may never answer",
        "drifted": f"its champion was {drift:.1f} points below the anchor, of which {allowed:.1f} are too much",
        "forgot": f"its champion had lost {found['lost']} of {found['asked']} own questions to an earlier model",
        "many_nights": f"{found['nights']} nights had gone on from each other",
    }  # fmt: skip
    return told.get(found["reason"], "its champion was worn")


def _nth(nights: int) -> str:
    return "which began at the base model" if nights == 1 else f"the newest of {nights} that went on from each other"
