"""The books that the four daily stages keep: one row a stage and day, and what each stage left out."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, get_args

from psycopg.types.json import Jsonb

from selfimprove import postgres
from selfimprove.postgres import Connection

Stage = Literal["chat_logs", "redacted_chats", "filtered_chats", "critique_scores"]
STAGES: tuple[Stage, ...] = get_args(Stage)


@dataclass(frozen=True, slots=True)
class StageDay:
    """One stage's work on one day; `passed` is None until the stage's checks have spoken.

    `counts` holds at least "in", "out" and "rejected" (a count for each reason).
    """

    stage: Stage
    day: date
    fingerprint: str
    rule_version: str
    counts: Mapping[str, Any]
    run_id: str
    passed: bool | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """A chat left out, with its reason, and the original it repeats if that is why."""

    chat_id: str
    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    duplicate_of: str | None = None


Findings = Mapping[str, Sequence[str]]  # what is wrong, in sentences, by check


def with_chats(connection: Connection, days: Sequence[date]) -> list[date]:
    """Those of the days that hold chats or that a stage has closed before, ascending."""
    rows = connection.execute(postgres.queries("days").with_chats, {"days": list(days)})
    return [row["day"] for row in rows]


def sizes(connection: Connection, days: Sequence[date]) -> dict[date, int]:
    """How many chats each of the days holds, in the order given."""
    rows = connection.execute(postgres.queries("days").sizes, {"days": list(days)})
    found = {row["day"]: int(row["chats"]) for row in rows}
    return {day: found.get(day, 0) for day in days}


def fingerprint(connection: Connection, day: date) -> str:
    """Hash of the chats and feedback the day holds now; empty when it holds none."""
    row = connection.execute(postgres.queries("days").fingerprint, {"day": day}).fetchone()
    return row["fingerprint"] if row else ""


def close(connection: Connection, stage_day: StageDay) -> None:
    """Write the stage's row for the day, its verdict open again, and open the verdicts of the later stages too."""
    queries = postgres.queries("days")
    row = {
        "stage": stage_day.stage,
        "day": stage_day.day,
        "fingerprint": stage_day.fingerprint,
        "rule_version": stage_day.rule_version,
        "counts": Jsonb(dict(stage_day.counts)),
        "run_id": stage_day.run_id,
    }
    connection.execute(queries.close, row)
    reopen(connection, stage_day.stage, stage_day.day)


def reopen(connection: Connection, stage: Stage, day: date) -> None:
    """Take the verdicts of a stage and of those after it back: the day counts again once they have run again."""
    later = list(STAGES[STAGES.index(stage) :])
    connection.execute(postgres.queries("days").reopen, {"stages": later, "day": day})


def read(connection: Connection, stage: Stage, days: Sequence[date], *, but_passed: bool = False) -> list[StageDay]:
    """What the stage stored for these days, ascending; days it never closed, `but_passed` those too, are absent."""
    rows = connection.execute(postgres.queries("days").read, {"stage": stage, "days": list(days)})
    return [StageDay(**row) for row in rows if not (but_passed and row["passed"])]


def unchanged(connection: Connection, stage: Stage, rule_version: str, days: Sequence[date]) -> dict[date, StageDay]:
    """Of these days those that passed the stage's checks, by the rules of today, and hold what they held then."""
    passed = [one for one in read(connection, stage, days) if one.passed and one.rule_version == rule_version]
    return {one.day: one for one in passed if one.fingerprint == fingerprint(connection, one.day)}


def passed_after(connection: Connection, stage: Stage, day: date) -> list[date]:
    """Later days that passed the stage's checks, ascending."""
    rows = connection.execute(postgres.queries("days").passed_after, {"stage": stage, "day": day})
    return [row["day"] for row in rows]


def judge(
    connection: Connection,
    found: Sequence[StageDay],
    examine: Callable[[StageDay], Findings | None],
    advice: Collection[str] = (),
) -> dict[date, Findings]:
    """What each check found, by day; where nothing is wrong, but for checks that only advise, the day passes.

    A day that `examine` cannot speak of now, None, is left out and gets no verdict.
    """
    judged: dict[date, Findings] = {}
    for stage_day in found:
        findings = examine(stage_day)
        if findings is not None:
            judged[stage_day.day] = findings
            wrong = any(sentences for name, sentences in findings.items() if name not in advice)
            set_verdict(connection, stage_day.stage, stage_day.day, not wrong)
    return judged


def set_verdict(connection: Connection, stage: Stage, day: date, passed: bool) -> None:
    """Store whether all of the stage's checks of the day passed."""
    connection.execute(postgres.queries("days").set_verdict, {"stage": stage, "day": day, "passed": passed})


def reject(connection: Connection, stage: Stage, day: date, rule_version: str, rows: Iterable[Rejection]) -> None:
    """Store what a stage left out of a day, by COPY; `clear` first when the stage ran before."""
    rows = list(rows)
    if not rows:
        return
    with connection.cursor().copy(postgres.queries("days").reject) as copy:
        for row in rows:
            detail = Jsonb(dict(row.detail))
            copy.write_row((stage, row.chat_id, day, row.reason, detail, row.duplicate_of, rule_version))


def clear(connection: Connection, stage: Stage, day: date) -> None:
    """Forget what the stage left out of the day."""
    connection.execute(postgres.queries("days").clear, {"stage": stage, "day": day})
