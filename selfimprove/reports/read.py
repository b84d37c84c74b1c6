"""Everything the morning report tells, read from Postgres."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, LiteralString

from selfimprove import postgres
from selfimprove.chats.days import STAGES
from selfimprove.evals.task import LIKELIHOOD
from selfimprove.experiments import unheard
from selfimprove.postgres import Connection
from selfimprove.promotion.evidence import DEMONSTRATION, LIKELIER
from selfimprove.reports import alerts, why
from selfimprove.reports.night import (
    Adapter,
    Failure,
    Found,
    Judged,
    Lead,
    Lesson,
    LongAnswers,
    Night,
    Origin,
    Pair,
    Past,
    Stage,
    TaskScore,
    Verdict,
)
from selfimprove.settings import Settings

LESSONS = 6
NIGHTS = 30
ONE_DAY = timedelta(days=1)
TASK_ORDER = ("fresh", "holdout", DEMONSTRATION, "golden", "core", "refusals")
Row = Mapping[str, Any]


def night_run(connection: Connection, own_run: str) -> str:
    """The run to tell about: this one if it has worked on anything, else the newest one that has."""
    newest = _one(connection, "newest_run")
    return own_run if left_traces(connection, own_run) or newest is None else str(newest["run_id"])


def left_traces(connection: Connection, run_id: str) -> bool:
    """Whether a run has worked on anything."""
    found = _one(connection, "leaves_traces", run_id=run_id)
    return bool(found and found["found"])


def read(connection: Connection, run_id: str, today: date, settings: Settings | None = None) -> Night:
    """What a run did; `today` names the night when the run did not come far enough to have a name.

    By the settings it is known whether the champion answers anybody; without them it does.
    """
    found, judged, adapter = (_one(connection, name, run_id=run_id) for name in ("found", "judged", "adapter"))
    stages = _stages(connection, run_id)
    named = (row["night"] for row in (judged, adapter, found) if row and row["night"])
    night = next(named, max((stage.last for stage in stages), default=today - ONE_DAY) + ONE_DAY)
    champion = _one(connection, "champion")
    promoted = judged["adapter_id"] if judged and judged["promoted"] else None
    return Night(
        run_id=run_id,
        night=night,
        stages=stages,
        rejected={row["reason"]: row["chats"] for row in _all(connection, "rejected", run_id=run_id)},
        found=_found(connection, found) if found else None,
        adapter=Adapter(adapter["id"], adapter["recipe"], adapter["metrics"]) if adapter else None,
        judged=_judged(connection, judged) if judged else None,
        failures=_failures(connection, run_id),
        champion=champion["id"] if champion else None,
        unheard=unheard.why(connection, settings, promoted=promoted) if settings else "",
        trend=tuple(Past(**row) for row in _all(connection, "trend", night=night, limit=NIGHTS)),
    )


def _stages(connection: Connection, run_id: str) -> tuple[Stage, ...]:
    rows = {row["stage"]: row for row in _all(connection, "stages", run_id=run_id)}
    return tuple(
        Stage(name, row["days"], row["first"], row["last"], row["taken"], row["given"])
        for name in STAGES
        if (row := rows.get(name))
    )


def _found(connection: Connection, row: Row) -> Found:
    rows = _all(connection, "lessons", dataset_id=row["dataset_id"], limit=LESSONS) if row["dataset_id"] else []
    lessons = tuple(Lesson(_last(one["messages"][:-1], "user"), one["messages"][-1]["content"]) for one in rows)
    return Found(row["sentence"], row["manifest"], row["counts"].get("rejected", {}), lessons)


def _judged(connection: Connection, row: Row) -> Judged:
    scores = {one["task"]: TaskScore(**one) for one in _all(connection, "scores", report_id=row["id"])}
    long = _long_answers(connection, row["id"])
    if long.graded:
        scores[DEMONSTRATION] = TaskScore(DEMONSTRATION, long.graded, long.before or 0, long.after or 0)
    known = [task for task in TASK_ORDER if task in scores]
    others = sorted(scores.keys() - set(known))
    leads = _leads(connection, row["id"])
    changes = _all(connection, "changes", report_id=row["id"], most=why.MOST)
    return Judged(
        decision=row["decision"],
        reasons=tuple(row["reasons"] or ()),
        verdicts=tuple(_verdict(verdict) for verdict in row["verdicts"] or ()),
        promoted=row["promoted"],
        waits=row["waits"],
        scores=tuple(scores[task] for task in (*known, *others)),
        pairs=tuple(_pair(one, leads) for one in _all(connection, "answers", report_id=row["id"])),
        changes=tuple(_pair(one, leads) for one in changes),
        long_answers=long,
        origins=tuple(Origin(**one) for one in _all(connection, "origins", report_id=row["id"])),
        adapter_id=row["adapter_id"],
    )


def _long_answers(connection: Connection, report_id: str) -> LongAnswers:
    given = {"report_id": report_id, "grader": LIKELIHOOD, "least": LIKELIER, "task": DEMONSTRATION}
    return LongAnswers(**(_one(connection, "long_answers", **given) or {}))


def _leads(connection: Connection, report_id: str) -> dict[str, list[Lead]]:
    """By example, the lessons that moved its answer."""
    found: dict[str, list[Lead]] = {}
    for row in _all(connection, "traces", report_id=report_id):
        question, answer = _last(row["messages"][:-1], "user"), row["messages"][-1]["content"]
        lead = Lead(question, answer, row["gradient"], row["day"], row["source"])
        found.setdefault(row["example_id"], []).append(lead)
    return found


def _verdict(row: Row) -> Verdict:
    numbers = {name: row.get(name) for name in ("value", "limit", "low", "high")}
    return Verdict(row.get("gate", "?"), row.get("outcome", "?"), row.get("detail", ""), **numbers)


def _pair(row: Row, leads: Mapping[str, list[Lead]]) -> Pair:
    names = ("reference", "before", "after", "passed_before", "passed_after", "gain")
    found = tuple(leads.get(row["id"], ()))
    return Pair(question=_last(row["messages"], "user"), **{name: row[name] for name in names}, leads=found)


def _failures(connection: Connection, run_id: str) -> tuple[Failure, ...]:
    rows = _all(connection, "alerts_of_run", run_id=run_id)
    return tuple(Failure(row["asset"], row["check_name"], alerts.detail(row)) for row in rows)


def _last(messages: list[dict[str, str]], role: str) -> str:
    return next((turn["content"] for turn in reversed(messages) if turn["role"] == role), "")


def _one(connection: Connection, name: str, **parameters: object) -> Row | None:
    return connection.execute(_query(name), parameters).fetchone()


def _all(connection: Connection, name: str, **parameters: object) -> list[dict[str, Any]]:
    return connection.execute(_query(name), parameters).fetchall()


def _query(name: str) -> LiteralString:
    text: LiteralString = getattr(postgres.queries("reports"), name)
    return text
