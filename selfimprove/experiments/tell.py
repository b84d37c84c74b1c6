"""Experiments as values for machines and as text for people."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from selfimprove.experiments.experiment import BASE, Look
from selfimprove.experiments.judge import guests
from selfimprove.experiments.simulate import Household, detectable

Row = Mapping[str, Any]
FIGURES = ("control", "challenger", "shadows", "harm", "no_harm")
A_DAY = (20, 40, 60)  # chats, for which it is told what could be found
USUAL = 0.15  # share of displeased chats, until this house's own is known
FEWEST = 30  # chats before which a house's own share is not


def value(row: Row) -> dict[str, Any]:
    """An experiment as JSON, with what it could detect."""
    plain = {name: str(one) if hasattr(one, "isoformat") else one for name, one in row.items()}
    return {**plain, "control": row["control"] or BASE, "detectable": could_detect(row)}


def found(look: Look) -> dict[str, Any]:
    """What a look found, as an experiment's row has it."""
    figures = asdict(look)
    return {"reason": look.reason, "figures": {name: figures[name] for name in FIGURES}}


def could_detect(row: Row) -> dict[str, float | None]:
    """By chats a day: how many times as many displeased chats would be found within its days, four times in five."""
    days = max((row["ends_at"] - row["started_at"]).days, 0)
    house = {"share": row["share"], "days": days, "displeased": _displeased(row), "pleased": 0.0,
             "shadow": row["shadow"]}  # fmt: skip
    if not 0 < row["share"] < 1:
        return {str(chats): None for chats in A_DAY}
    return {str(chats): _rounded(detectable(Household(chats=chats, **house))) for chats in A_DAY}


def list_text(rows: Sequence[Row]) -> str:
    """One line an experiment."""
    lines = [
        f"{row['id'][:12]}  {row['started_at']:%Y-%m-%d}  {row['outcome']:<9}  {row['challenger'][:12]} against "
        f"{_name(row['control'])}  {row['reason']}"
        for row in rows
    ]
    return "\n".join(lines) or "No adapter was promoted while the gateway ran: there was nothing to compare."


def text(row: Row) -> str:
    """One experiment: who, since when, what was counted, and what so many chats can tell."""
    end = f"until {row['ends_at']:%Y-%m-%d %H:%M} at the latest" if row["outcome"] == "running" else row["outcome"]
    lines = [
        f"Experiment {row['id'][:12]}: adapter {row['challenger'][:12]} against {_name(row['control'])}",
        f"Since {row['started_at']:%Y-%m-%d %H:%M}, {end}; {row['share']:.0%} of new chats go to the new adapter.",
        *([f"Both answer {row['shadow']:.0%} of new chats once more, unheard."] if row["shadow"] else []),
        *([f"{row['reason']}."] if row["reason"] else []),
        *_figures(row),
        *_detectable(row),
    ]
    return "\n".join(lines)


def _figures(row: Row) -> list[str]:
    figures = row["figures"]
    if not figures:
        return ["Nobody has looked yet; the gateway looks every hour, and every night does."]
    bar = 1 / row["level"]
    return [
        *(_arm(name, figures[arm]) for name, arm in (("new adapter", "challenger"), ("voice before", "control"))),
        *_unheard(figures.get("shadows")),
        f"Evidence of harm {figures['harm']:.3g}, and that there is none {figures['no_harm']:.3g}; {bar:g} decides.",
    ]


def _arm(name: str, arm: Mapping[str, int]) -> str:
    return (
        f"  {name:<12} {arm['chats']:>5} chats, {arm['displeased']} displeased, {arm['pleased']} pleased, "
        f"{arm['slow']} slow{guests(_uncounted(arm))}"
    )


def _uncounted(arm: Mapping[str, int]) -> int:
    return arm.get("uncounted_displeased", 0) + arm.get("uncounted_pleased", 0)


def _unheard(shadows: Mapping[str, int] | None) -> list[str]:
    if not shadows:
        return []
    both = f"  Unheard, both answered {shadows['both_answered']} questions, {shadows['same']} of them alike;"
    return [f"{both} rules object to the new adapter alone in {shadows['worse']}, to the other in {shadows['better']}."]


def _detectable(row: Row) -> list[str]:
    found = could_detect(row)
    if not any(found.values()):
        return ["With this share and these days no difference could be found."]
    told = ", ".join(f"{ratio:g} times with {chats}" for chats, ratio in found.items() if ratio)
    share = _displeased(row)
    return [f"If {share:.0%} of chats displease, it finds four times in five who displeases {told} chats a day."]


def _displeased(row: Row) -> float:
    """The control's share of displeased chats in this house, whoever showed it, once there are enough to say."""
    control: dict[str, int] = (row["figures"] or {}).get("control", {"chats": 0, "displeased": 0})
    if control["chats"] < FEWEST:
        return USUAL
    displeased = control["displeased"] + control.get("uncounted_displeased", 0)
    return min(max(displeased / control["chats"], 0.02), 0.5)


def _rounded(ratio: float | None) -> float | None:
    return None if ratio is None else round(ratio, 1)


def _name(control: str | None) -> str:
    return f"adapter {control[:12]}" if control else "the base model"
