"""Examples, results, reports and pins in Postgres."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from psycopg.types.json import Jsonb

from selfimprove import postgres
from selfimprove.datasets.example import as_json, from_json
from selfimprove.evals.report import GREEDY, SAMPLED, Lineup, Report, Result, TaskScore, in_order
from selfimprove.evals.task import EvalExample
from selfimprove.evals.tasks import from_conversation, pinned
from selfimprove.postgres import Connection

_SPLIT_TASKS = {"validation": "holdout", "fresh": "fresh"}


def own_examples(connection: Connection, dataset_id: str) -> list[EvalExample]:
    """The owner's examples: pinned chats, and what the dataset holds out; a chat that it trains on is no test."""
    queries, given = postgres.queries("evals"), {"dataset_id": dataset_id}
    golden = [pinned(row) for row in connection.execute(queries.golden, given)]
    held_out = [
        from_conversation(_SPLIT_TASKS[row["split"]], from_json(row["messages"]), row["chat_id"], is_own=row["is_own"])
        for row in connection.execute(queries.held_out, given)
    ]
    return list({example.id: example for example in (*golden, *held_out) if example is not None}.values())


def known(connection: Connection, model: str, ids: Collection[str]) -> set[str]:
    """Which of the examples the model has results for."""
    given = {"model": model, "decoding": GREEDY, "ids": list(ids)}
    return {row["example_id"] for row in connection.execute(postgres.queries("evals").known, given)}


def drawn(connection: Connection, model: str, ids: Collection[str]) -> set[tuple[str, str]]:
    """Example and decoding of the sampled answers that the model has given to these examples."""
    given = {"model": model, "sampled": SAMPLED, "ids": list(ids)}
    rows = connection.execute(postgres.queries("evals").drawn, given)
    return {(row["example_id"], row["decoding"]) for row in rows}


def results(connection: Connection, model: str, ids: Collection[str]) -> list[Result]:
    """The model's stored results on the examples."""
    given = {"model": model, "decoding": GREEDY, "ids": list(ids)}
    return [Result(**row) for row in connection.execute(postgres.queries("evals").results, given)]


def insert_results(connection: Connection, examples: Iterable[EvalExample], found: Iterable[Result]) -> None:
    """Keep examples and results; a result that is there already stands."""
    queries = postgres.queries("evals")
    with connection.cursor() as cursor:
        cursor.executemany(queries.insert_example, [_example_row(example) for example in examples])
        cursor.executemany(queries.insert_result, [asdict(result) for result in found])


def insert_report(connection: Connection, report: Report) -> None:
    """Keep a report and the examples it compares, whose results are stored; one that was decided on stands."""
    queries = postgres.queries("evals")
    row = {
        "id": report.id, "night": report.night, "adapter_id": report.adapter_id, "run_id": report.run_id,
        "challenger": report.lineup.challenger, "champion": report.lineup.champion, "anchor": report.lineup.anchor,
        "base": report.lineup.base, "history": Jsonb(dict(report.lineup.history)),
        "measurements": Jsonb(dict(report.measurements)),
    }  # fmt: skip
    connection.execute(queries.insert_report, row)
    with connection.cursor() as cursor:
        cursor.executemany(
            queries.insert_report_example,
            [{"report_id": report.id, "example_id": example_id} for example_id in report.example_ids],
        )


def reports_like(connection: Connection, beginning: str) -> list[Report]:
    """At most two reports whose id begins so."""
    rows = connection.execute(postgres.queries("evals").reports_like, {"id": beginning}).fetchall()
    return [_report(connection, row) for row in rows]


def is_decided(connection: Connection, report_id: str) -> bool:
    """Whether a decision was made on the report, so that its measurements stand."""
    return connection.execute(postgres.queries("evals").decided, {"report_id": report_id}).fetchone() is not None


def latest_report(connection: Connection, run_id: str = "") -> Report | None:
    """The report of a run, the newest one when the run has none."""
    row = connection.execute(postgres.queries("evals").latest_report, {"run_id": run_id}).fetchone()
    return _report(connection, row) if row else None


def scores(connection: Connection, models: Sequence[str], ids: Collection[str]) -> list[TaskScore]:
    """Each model on each task of these examples."""
    given = {"models": list(models), "ids": list(ids), "decoding": GREEDY, "sampled": SAMPLED}
    return in_order((TaskScore(**row) for row in connection.execute(postgres.queries("evals").scores, given)), models)


def report_scores(connection: Connection, report: Report) -> list[TaskScore]:
    """Each model of the report on each of its tasks."""
    return scores(connection, report.lineup.models(), report.example_ids)


def trained_on(connection: Connection, report: Report) -> int:
    """How many of the report's examples have a chat or a whole prompt that its adapter was trained on."""
    row = connection.execute(postgres.queries("evals").trained_on, {"report_id": report.id}).fetchone()
    return int(row["count"]) if row else 0


def _report(connection: Connection, row: Mapping[str, Any]) -> Report:
    lineup = Lineup(row["challenger"], row["champion"], row["anchor"], row["base"], row["history"])
    found = connection.execute(postgres.queries("evals").report_examples, {"report_id": row["id"]})
    ids = tuple(example["example_id"] for example in found)
    return Report(row["id"], row["night"], row["adapter_id"], lineup, ids, row["measurements"], row["run_id"])


def _example_row(example: EvalExample) -> dict[str, Any]:
    return {
        "id": example.id, "task": example.task, "slice": example.slice, "grader": example.grader,
        "messages": Jsonb(as_json(example.messages)), "reference": example.reference, "chat_id": example.chat_id,
        "runs": example.runs,
    }  # fmt: skip
