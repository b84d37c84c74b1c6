"""Evidence, decisions and the champion's history in Postgres."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, LiteralString

from psycopg.types.json import Jsonb

from selfimprove import postgres
from selfimprove.errors import NothingEvaluated, ReportMissing
from selfimprove.evals.faults import fault
from selfimprove.evals.leaks import figures
from selfimprove.evals.report import SAMPLED, Result
from selfimprove.evals.task import LIKELIHOOD
from selfimprove.postgres import Connection
from selfimprove.promotion import margins
from selfimprove.promotion.budget import NIGHTS, Budget, spent_by
from selfimprove.promotion.decision import Decision, Outcome, Verdict, Word
from selfimprove.promotion.evidence import ROLES, Evidence, Mark, Measurements, Paired
from selfimprove.promotion.sift import sift
from selfimprove.promotion.wording import NEAR, RIGHT

Row = dict[str, Any]


def lock(connection: Connection) -> None:
    """Wait until no other promotion, rollback or veto is under way; held until the transaction ends.

    The transaction must read what is committed, so that it sees what it waited for; a snapshot is refused.
    """
    connection.execute(query("lock"))


def newest_report(connection: Connection, run_id: str) -> str:
    """Id of a run's report, or of the newest one when the run has none.

    Raises:
        NothingEvaluated: there is no report at all.
    """
    row = one(connection, "newest_report", run_id=run_id)
    if row is None:
        raise NothingEvaluated
    return str(row["id"])


def report(connection: Connection, report_id: str) -> Row:
    """A report's row.

    Raises:
        ReportMissing: there is none of this id.
    """
    row = one(connection, "report", report_id=report_id)
    if row is None:
        raise ReportMissing(report=report_id)
    return row


def evidence(connection: Connection, report_id: str) -> Evidence:
    """What a report's decision rests on, read from the stored results, example by example.

    Raises:
        ReportMissing: there is none of this id.
        MarginUnknown: no error budget was declared before the report's data was frozen.
    """
    row, seats = report(connection, report_id), models(connection, report_id)
    limits, moment = margins_of(connection, row["limits_at"]), judged_at(connection, report_id)
    compared = {"models": sorted(set(seats.values())), "sampled": SAMPLED, "likelihood": LIKELIHOOD}
    wanted = {"report_id": report_id, "judged_at": moment, **compared}
    uses = 0 if row["held_out_chose"] else limits["holdout_uses"]
    found = sift(connection.execute(query("results"), wanted).fetchall(), uses)
    return Evidence(
        report_id=report_id,
        adapter_id=row["adapter_id"],
        night=row["night"],
        champion=row["champion"],
        base=row["base"],
        tasks={name: _paired(name, rows, seats) for name, rows in groupby(found, key=itemgetter("task"))},
        measurements=_measurements(row["measurements"], row["delta_norm"]),
        alpha=budget(connection, row["night"], limits, report_id).level,
        history=tuple(sorted(row["history"], key=int)),
    )


def models(connection: Connection, report_id: str) -> dict[str, str]:
    """The ids of the models that a report compares, by role."""
    row = report(connection, report_id)
    return {role: str(row[role]) for role in ROLES} | dict(row["history"])


def budget(connection: Connection, night: date, limits: Mapping[str, float], report_id: str = "") -> Budget:
    """The error budget as a report finds it: the same at every judgement, since only reports judged before it count."""
    moment = judged_at(connection, report_id)
    spent = one(connection, "budget_spent", night=night, nights=NIGHTS, judged_at=moment, report_id=report_id)
    assert spent is not None
    return Budget(limits["error_budget"], spent["spent"])


def judged_at(connection: Connection, report_id: str) -> str:
    """When a report was judged first, as Postgres writes it; "infinity" while it was not."""
    row = one(connection, "judged_at", report_id=report_id)
    assert row is not None
    return str(row["judged_at"])


def margins_of(connection: Connection, moment: datetime) -> Mapping[str, float]:
    """The limits that hold for a report whose data was frozen at this moment."""
    return margins.at(connection, moment)


def store(connection: Connection, evidence: Evidence, decision: Decision, run_id: str) -> None:
    """Write a report's first decision; a report that was judged before keeps its own."""
    parameters = {
        "report_id": evidence.report_id,
        "adapter_id": evidence.adapter_id,
        "night": evidence.night,
        "decision": decision.decision,
        "reasons": Jsonb(list(decision.reasons)),
        "verdicts": Jsonb([asdict(verdict) for verdict in decision.verdicts]),
        "alpha": evidence.alpha,
        "spent": spent_by(decision),
        "run_id": run_id,
    }
    connection.execute(query("judge"), parameters)


def amend(connection: Connection, report_id: str, decision: Decision, run_id: str) -> bool:
    """Write what promotion made of a judged report; its verdicts stay. Whether that is news."""
    parameters = {"report_id": report_id, "decision": decision.decision, "reasons": Jsonb(list(decision.reasons))}
    return bool(connection.execute(query("amend"), {**parameters, "run_id": run_id}).rowcount)


def stored(connection: Connection, report_id: str) -> Decision | None:
    """The decision about a report as it was stored."""
    row = one(connection, "decision_of_report", report_id=report_id)
    return None if row is None else decision_of(row)


def decision_of(row: Row) -> Decision:
    """A decision from its row."""
    verdicts = (Verdict(**{**verdict, "outcome": Outcome(verdict["outcome"])}) for verdict in row["verdicts"])
    return Decision(Word(row["decision"]), tuple(row["reasons"]), tuple(verdicts))


def answered(connection: Connection, report_id: str, state: str, reason: str = "") -> bool:
    """Write what a person said of a promotion that waits for it; whether it did wait."""
    given = {"report_id": report_id, "state": state, "reason": reason}
    return bool(connection.execute(query("answer"), given).rowcount)


def champion(connection: Connection) -> Row | None:
    """The adapter that answers now: id, base_model, promoted_at and night; None while it is the base model."""
    return one(connection, "champion")


def history(connection: Connection) -> list[Row]:
    """Every change of the champion, the newest first."""
    return connection.execute(query("history")).fetchall()


def one(connection: Connection, name: str, **parameters: object) -> Row | None:
    """The first row that a named query gives."""
    return connection.execute(query(name), parameters).fetchone()


def query(name: str) -> LiteralString:
    """The text of a named query of this room."""
    text: LiteralString = getattr(postgres.queries("promotion"), name)
    return text


def _paired(task: str, rows: Iterable[Row], models: Mapping[str, str]) -> Paired:
    examples: dict[str, Row] = {}
    marks: dict[tuple[str, str], Mark | None] = {}
    for row in rows:
        examples[row["example_id"]] = row
        marks[row["example_id"], row["model"]] = _mark(row)
    by_role = {role: tuple(marks[example, model] for example in examples) for role, model in models.items()}
    groups = tuple(row["group"] for row in examples.values() if row["group"])
    return Paired(task, tuple(row["slice"] for row in examples.values()), by_role, groups)


def _mark(row: Row) -> Mark | None:
    if not row["found"]:
        return None
    result = Result(**{field.name: row[field.name] for field in fields(Result)})
    said, passed = row["says"], result.passed if row["share"] is None else row["share"]
    score = None if passed is None else float(passed)
    if said is not None:
        score = float(said == RIGHT)
    return Mark(score, result.loss, fault(result), by_loss=row["grader"] == LIKELIHOOD, near=said == NEAR)


def _measurements(stored: Mapping[str, Any], delta_norm: float | None) -> Measurements:
    return Measurements(
        delta_norm=delta_norm,
        logprob_shift=stored.get("logprob_shift"),
        leaked=len(stored["leaks"]) if "leaks" in stored else None,
        leak_outputs=stored.get("sampled"),
        latency_ratio=stored.get("latency_ratio"),
        memory_ratio=stored.get("memory_ratio"),
        leak_test=figures.read(stored.get("leak_test")),
    )
