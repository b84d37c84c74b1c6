"""The ledger: how every compared model did on every task, night after night, and how far that is from the anchor."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from selfimprove.postgres import Connection
from selfimprove.promotion import table
from selfimprove.promotion.evidence import ROLES, Evidence, Mark, Paired, in_score

ORDER = ("base", "anchor", "30", "7", "1", "champion", "challenger")


@dataclass(frozen=True, slots=True)
class Entry:
    """One role's model on one task of a report.

    `score` is the share passed of `n` graded examples, `loss` the mean in nats a token; `margin` is the score minus the
    anchor's on the examples that both have graded: what many small losses add up to. None where there is nothing.
    """

    report_id: str
    night: date
    task: str
    role: str
    model: str
    score: float | None
    loss: float | None
    n: int
    margin: float | None


def entries(evidence: Evidence, models: dict[str, str]) -> list[Entry]:
    """Every role on every task, by task, from the base to the challenger."""
    roles = [role for role in ORDER if role in {*ROLES, *evidence.history}]
    return [_entry(evidence, task, role, models[role]) for task in evidence.tasks.values() for role in roles]


def write(connection: Connection, evidence: Evidence) -> None:
    """Enter a judged report; one that was entered stays as it is."""
    rows = [asdict(entry) for entry in entries(evidence, table.models(connection, evidence.report_id))]
    with connection.cursor() as cursor:
        cursor.executemany(table.query("enter"), rows)


def read(connection: Connection, task: str = "") -> list[Entry]:
    """All entries, the newest night first; of one task where it is named."""
    rows = connection.execute(table.query("ledger"), {"task": task}).fetchall()
    return sorted((Entry(**row) for row in rows), key=lambda one: (-one.night.toordinal(), one.report_id, one.task,
                                                                   ORDER.index(one.role)))  # fmt: skip


def differences(connection: Connection, evidence: Evidence) -> Iterator[str]:
    """What the ledger says of a report that its results do not say; nothing where it was never entered."""
    stored = {(row["task"], row["role"]): Entry(**row)
              for row in connection.execute(table.query("ledger_of"), {"report_id": evidence.report_id})}  # fmt: skip
    if not stored:
        return
    found = entries(evidence, table.models(connection, evidence.report_id))
    for entry in found:
        if stored.pop((entry.task, entry.role), None) != entry:
            yield f"the ledger's entry for {entry.role} on {entry.task} is not what the results say"
    yield from (f"the ledger has an entry for {role} on {task} that no result supports" for task, role in stored)


def text(entries: Sequence[Entry]) -> str:
    """A table a person reads: one line a night, task and role."""
    lines = [f"{'night':12}{'task':15}{'role':12}{'score':>8}{'loss':>8}{'items':>7}{'to anchor':>11}"]
    for one in entries:
        role = f"{one.role} nights" if one.role.isdigit() else one.role
        margin = f"{100 * one.margin:+.1f}" if one.margin is not None else ""
        numbers = f"{_share(one.score):>8}{_number(one.loss):>8}{one.n:>7}{margin:>11}"
        lines.append(f"{one.night!s:12}{one.task:15}{role:12}{numbers}")
    return "\n".join(lines) if entries else "No report was judged yet."


def _entry(evidence: Evidence, task: Paired, role: str, model: str) -> Entry:
    marks = [mark for mark in task.marks.get(role, ()) if mark]
    scores = [mark.score for mark in marks if mark.score is not None]
    losses = [mark.loss for mark in marks if mark.loss is not None]
    return Entry(
        evidence.report_id, evidence.night, task.task, role, model, _mean(scores), _mean(losses), len(scores),
        _margin(task, role),
    )  # fmt: skip


def _margin(task: Paired, role: str) -> float | None:
    one: tuple[Mark | None, ...] = task.marks.get(role, ())
    measured = [Paired(task.task, task.slices, {**task.marks, "challenger": one})]
    values = in_score(measured, "anchor").values
    return _mean(list(values))


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def _share(value: Any) -> str:
    return "" if value is None else f"{100 * value:.1f}%"


def _number(value: Any) -> str:
    return "" if value is None else f"{value:.3f}"
