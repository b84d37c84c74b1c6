"""The champion, its history and a decision, as values for machines and as text for people."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from selfimprove.postgres import Connection
from selfimprove.promotion import approve, margins, table
from selfimprove.promotion.budget import NIGHTS, Budget
from selfimprove.promotion.decision import Decision, Word
from selfimprove.promotion.verify import Verified

Row = dict[str, Any]


def status(connection: Connection) -> dict[str, Row | None]:
    """Champion, challenger and last decision; None for each that there is not."""
    champion = table.champion(connection)
    challenger = table.one(connection, "challenger")
    decision = table.one(connection, "last_decision")
    waits = next(iter(approve.waiting(connection)), None)
    budget = next_budget(connection)
    return {
        "champion": champion and {name: _text(champion[name]) for name in ("id", "promoted_at", "night")},
        "challenger": challenger and {name: _text(challenger[name]) for name in ("id", "night", "report")},
        "waits_for_approval": waits and {name: _text(waits[name]) for name in ("report_id", "adapter_id", "night")},
        "last_decision": decision
        and {"decision": decision["decision"], "reasons": decision["reasons"], "night": _text(decision["night"])},
        "error_budget": {
            "declared": budget.declared, "spent": budget.spent, "left": budget.left, "next_level": budget.level,
        },
    }  # fmt: skip


def next_budget(connection: Connection) -> Budget:
    """The error budget as the night after the newest decision finds it."""
    newest = table.one(connection, "newest_night")
    night = newest["night"] if newest and newest["night"] else date.min + timedelta(days=NIGHTS)
    limits = {row["name"]: row["value"] for row in margins.declared(connection)}
    return table.budget(connection, night + timedelta(days=1), limits)


def status_text(state: dict[str, Row | None]) -> str:
    """The status in a few lines."""
    champion, challenger, decision = state["champion"], state["challenger"], state["last_decision"]
    waits = state["waits_for_approval"]
    budget = state["error_budget"] or {}
    next_ = f"a gain of the next night is tested at {budget['next_level']:.2g}"
    answers = f"adapter {champion['id']}, since {champion['promoted_at']}" if champion else "the base model"
    lines = [
        f"Champion: {answers}",
        f"Challenger: adapter {challenger['id']} of {challenger['night']}" if challenger else "Challenger: none",
        *([f"Waits for approval: adapter {waits['adapter_id']} of {waits['night']}"] if waits else []),
        f"Last decision: {decision['decision']} on {decision['night']}" if decision else "Last decision: none",
        *(f"  {reason}" for reason in (decision["reasons"] if decision else ())),
        f"Error budget of a year: {budget['declared']:.3g}, spent {budget['spent']:.2g}; " + next_,
    ]
    return "\n".join(lines)


def approved_text(decision: Decision, answers: str) -> str:
    """What became of an approval, and who answers."""
    return "\n".join([*([] if decision.decision is Word.PROMOTE else decision.reasons), answers])


def history_text(rows: Sequence[Row]) -> str:
    """One line a change of the champion."""
    return "\n".join(_change(row) for row in rows) or "The base model has always answered."


def decision_text(row: Row) -> str:
    """A decision with every gate's verdict, one line each."""
    decision = table.decision_of(row)
    head = f"{decision.decision} on {row['night']}: adapter {row['adapter_id'][:12]}, report {row['report_id'][:12]}"
    verdicts = [f"{verdict.gate:<16}{verdict.outcome:<21}{verdict.detail}" for verdict in decision.verdicts]
    reasons = [f"\n{reason}" for reason in decision.reasons]
    if decision.more:
        reasons.append(f"\nAbout {decision.more} more examples would decide it.")
    return "\n".join([head, "", *verdicts, *reasons, *_record(row)])


def _record(row: Row) -> list[str]:
    """What the decision rests on; nothing of one from before records were kept."""
    record = row["record"]
    if not record:
        return []
    detectable = record["detectable"]
    told = f"gains of {100 * detectable:.0f} points" if detectable else "no gain, however large"
    signed = "signed with this house's key" if row["signature"] else "not signed"
    return [
        "",
        f"level {row['alpha']:.2g}, of which {row['spent']:.2g} were spent; so many items show {told} at that level",
        f"dataset {record['dataset_id'][:12]}, code {record['code']}, {len(record['thresholds'])} thresholds",
        f"record {row['sha256'][:16]}, {signed}: `selfimprove promotion verify {row['report_id'][:12]}`",
    ]


def verified_text(found: Sequence[Verified]) -> str:
    """One line a decision, and one for each thing that does not match or could not be told."""
    lines = []
    for one in found:
        state = "DOES NOT MATCH" if one.mismatches else "matches"
        lines.append(f"{one.night}  {one.decision:<20}  adapter {one.adapter_id[:12]}  {state}")
        lines += [f"  {told}" for told in (*one.mismatches, *one.notes)]
    return "\n".join(lines) or "Nothing was decided yet."


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
