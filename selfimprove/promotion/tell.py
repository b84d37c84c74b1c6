"""The champion, its history and a decision, as values for machines and as text for people."""

from collections.abc import Sequence
from typing import Any

from selfimprove.postgres import Connection
from selfimprove.promotion import table

Row = dict[str, Any]


def status(connection: Connection) -> dict[str, Row | None]:
    """Champion, challenger and last decision; None for each that there is not."""
    champion = table.champion(connection)
    challenger = table.one(connection, "challenger")
    decision = table.one(connection, "last_decision")
    return {
        "champion": champion and {name: _text(champion[name]) for name in ("id", "promoted_at", "night")},
        "challenger": challenger and {name: _text(challenger[name]) for name in ("id", "night", "report")},
        "last_decision": decision
        and {"decision": decision["decision"], "reasons": decision["reasons"], "night": _text(decision["night"])},
    }


def status_text(state: dict[str, Row | None]) -> str:
    """The status in three lines."""
    champion, challenger, decision = state["champion"], state["challenger"], state["last_decision"]
    answers = f"adapter {champion['id']}, since {champion['promoted_at']}" if champion else "the base model"
    lines = [
        f"Champion: {answers}",
        f"Challenger: adapter {challenger['id']} of {challenger['night']}" if challenger else "Challenger: none",
        f"Last decision: {decision['decision']} on {decision['night']}" if decision else "Last decision: none",
    ]
    return "\n".join([*lines, *(f"  {reason}" for reason in (decision["reasons"] if decision else ()))])


def history_text(rows: Sequence[Row]) -> str:
    """One line a change of the champion."""
    return "\n".join(_change(row) for row in rows) or "The base model has always answered."


def decision_text(row: Row) -> str:
    """A decision with every gate's verdict, one line each."""
    decision = table.decision_of(row)
    head = f"{decision.decision} on {row['night']}: adapter {row['adapter_id'][:12]}, report {row['report_id'][:12]}"
    verdicts = [f"{verdict.gate:<16}{verdict.outcome:<21}{verdict.detail}" for verdict in decision.verdicts]
    return "\n".join([head, "", *verdicts, *(f"\n{reason}" for reason in decision.reasons)])


def margins_text(rows: Sequence[Row]) -> str:
    """One line a limit."""
    return "\n".join(
        f"{row['name']:<16}{row['value']:<10g}{row['declared_at']:%Y-%m-%d}  {row['reason']}".rstrip() for row in rows
    )


def simulation_text(found: Row) -> str:
    """What simulated years came to, in a few lines."""
    lived = f"{found['years']} years of {found['nights']} nights, {found['examples']} target items a night"
    lines = [f"{lived}, true gain {100 * found['effect']:+.1f} points"]
    promoted = f"{found['promotions']} promotions, {100 * found['promoted_share_of_nights']:.2g} % of the nights"
    if found["effect"] <= 0:
        years = f"{found['years_with_false_promotion']} years with a false promotion"
        at_most = f"at most {100 * found['share_of_years_at_most']:.2g} % of all years"
        lines.append(f"{years}: {at_most}, allowed are {100 * found['error_budget']:.2g} %")
    lines.append(promoted)
    spent = f"error budget spent a year: {found['budget_spent_a_year']:.3g}, at most {found['budget_spent_most']:.3g}"
    lines.append(f"{spent} of {found['error_budget']:g}; level of the night after: {found['level']:.2g}")
    if found["detectable"] is None:
        lines.append("so few items show no gain at that level, however large")
    else:
        told = f"detectable at that level: a gain of {100 * found['detectable']:.0f} points"
        lines.append(f"{told}; it was promoted in {100 * found['power']:.0f} % of nights")
    if found["core"]:
        lines.append(f"core lost against the anchor, at most: {100 * found['lost_on_core_most']:.1f} points")
    return "\n".join(lines)


def _change(row: Row) -> str:
    moved = f"{_who(row['replaced'])} -> {_who(row['adapter_id'])}"
    return f"{row['at']:%Y-%m-%d %H:%M}  {row['action']:<12}{moved}  {row['reason']}".rstrip()


def _text(value: Any) -> str | None:
    return None if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)


def _who(adapter_id: str | None) -> str:
    return adapter_id[:12] if adapter_id else "base"
