"""Decisions held against what is stored now: every number found again, every hash and signature made again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from selfimprove.errors import DecisionMissing
from selfimprove.evals import table as evals
from selfimprove.evals.report import report_id as id_of_report
from selfimprove.postgres import Connection
from selfimprove.promotion import ledger, table
from selfimprove.promotion.decision import Word, word
from selfimprove.promotion.evidence import Evidence
from selfimprove.promotion.gate import decide
from selfimprove.promotion.record import Record, Sign, build, code, digest, stored

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verified:
    """A decision with all that does not match, and what could not be held against anything."""

    report_id: str
    adapter_id: str
    night: str
    decision: str
    mismatches: tuple[str, ...]
    notes: tuple[str, ...]


def verify(connection: Connection, beginning: str, sign: Sign) -> list[Verified]:
    """Decisions about a report or adapter whose id begins so, about all of them with an empty one; oldest first.

    Raises:
        DecisionMissing: there is none about what was named.
    """
    rows = connection.execute(table.query("decisions_of"), {"id": beginning}).fetchall()
    if beginning and not rows:
        raise DecisionMissing(about=f" about {beginning!r}")
    return [_verified(connection, row, sign) for row in rows]


def _verified(connection: Connection, row: Row, sign: Sign) -> Verified:
    forgotten = _is_forgotten(connection, row)
    notes = ["results of it were forgotten since: its numbers cannot be computed again"] if forgotten else []
    if row["record"] and row["record"].get("code") != code():
        notes.append(f"other code decided ({row['record'].get('code')}): its numbers are not computed again")
    if not row["sha256"] and row["is_old"]:
        notes.append("it was decided before records were kept")
    wrong = (*_sealed(row, sign), *_word(row), *_recounted(connection, row, forgotten))
    return Verified(
        row["report_id"], row["adapter_id"], str(row["night"]), row["decision"], tuple(wrong), tuple(notes)
    )


def _is_forgotten(connection: Connection, row: Row) -> bool:
    """Whether results of its report are gone because something was forgotten since: examples, or what a model said."""
    [compared] = evals.reports_like(connection, row["report_id"])
    is_whole = id_of_report(compared.lineup, compared.example_ids) == compared.id
    return bool(row["forgotten_since"]) and (bool(row["silenced"]) or not is_whole)


def _sealed(row: Row, sign: Sign) -> Iterator[str]:
    if not row["sha256"]:
        if not row["is_old"]:
            yield "it has no record"
        return
    if digest(row["record"]) != row["sha256"]:
        yield "its record is not the one that was hashed"
    if row["signature"] != sign(row["sha256"]):
        yield "its record is not signed with this house's key"


def _word(row: Row) -> Iterator[str]:
    """What the word may be: never better than the gates', and the champion's history agrees."""
    gates = word([verdict.outcome for verdict in table.decision_of(row).verdicts])
    if row["decision"] == Word.PROMOTE and gates is not Word.PROMOTE:
        yield f"its decision is promote, and its gates said {gates}"
    if row["promoted"] and row["decision"] != Word.PROMOTE:
        yield f"it made its adapter champion, and its decision is {row['decision']}"


def _recounted(connection: Connection, row: Row, forgotten: bool) -> Iterator[str]:
    evidence = table.evidence(connection, row["report_id"])
    limits = table.margins_of(connection, table.report(connection, row["report_id"])["limits_at"])
    yield from _changed("row", row["record"], stored(row)) if row["record"] else ()
    again = build(connection, row, evidence, limits)
    if row["record"]:
        is_other = row["record"].get("code") != code()  # which may have put the examples together otherwise
        skipped = {"code", "detectable", *stored(row), *({"results"} if forgotten or is_other else ())}
        found = {name: value for name, value in again.items() if name not in skipped}
        found["thresholds"] = {name: again["thresholds"].get(name) for name in row["record"].get("thresholds", ())}
        yield from _changed("now", row["record"], found)
    if not forgotten and row["record"].get("code", code()) == code():
        yield from _verdicts(row, evidence, limits)
        yield from ledger.differences(connection, evidence)


def _verdicts(row: Row, evidence: Evidence, limits: Mapping[str, float]) -> Iterator[str]:
    """What the gates find now that differs from the verdicts stored."""
    decision = decide(evidence, limits)
    if abs(evidence.alpha - row["alpha"]) > 1e-12:
        yield f"its level was {row['alpha']:.6g}, and from what others spent it is {evidence.alpha:.6g}"
    before = {verdict.gate: verdict for verdict in table.decision_of(row).verdicts}
    for found in decision.verdicts:
        was = before.get(found.gate)
        if was != found:
            yield f"{found.gate} was {_told(was)}, and computed again it is {_told(found)}"


def _told(verdict: Any) -> str:
    return f"{verdict.outcome} ({verdict.detail})" if verdict else "not judged"


def _changed(where: str, record: Record, found: Mapping[str, Any]) -> Iterator[str]:
    """What a record says differently, named as deep as one level."""
    for name, value in found.items():
        was = record.get(name)
        if was == value:
            continue
        if isinstance(was, dict) and isinstance(value, dict):
            parts = [f"{name}.{key}" for key in sorted({*was, *value}) if was.get(key) != value.get(key)]
        else:
            parts = [name]
        told = "its row says otherwise now" if where == "row" else "what is stored now says otherwise"
        yield f"{', '.join(parts)}: {told}"
