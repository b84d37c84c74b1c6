"""A judged report over questions that some models passed and others did not."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from psycopg.types.json import Jsonb

from selfimprove.chats.chat import Message
from selfimprove.datasets.example import as_json, content_id
from selfimprove.postgres import Connection

Question = tuple[str, str, tuple[Message, ...], Mapping[str, bool], str | None]


def question(
    messages: tuple[Message, ...], group: str = "s", chat_id: str | None = None, **passed: bool
) -> Question:
    """A question of the core suite, or of a held-out chat where one is named."""
    return "holdout" if chat_id else "core", chat_id or group, messages, passed, chat_id


def adapter(connection: Connection, name: str, dataset_id: str, parent: str | None = None) -> str:
    """An adapter of base model "base"; returns its id."""
    connection.execute(
        "insert into datasets (id, night, cutoff, manifest, run_id) values (%s, '2026-03-20', '2026-03-19', '{}', 'r')"
        " on conflict do nothing",
        (dataset_id,),
    )
    connection.execute(
        "insert into adapters (id, base_model, dataset_id, recipe, metrics, url, files, night, run_id)"
        " values (%s, 'base', %s, %s, '{}', '', '{}', '2026-03-20', 'r')",
        (name, dataset_id, Jsonb({"warm_start": parent})),
    )
    return name


def judge(
    connection: Connection, adapter_id: str, questions: Sequence[Question], decision: str = "promote", **seats: str
) -> str:
    """Report, results and decision of an adapter; `seats` are model ids by role, the base where none is given."""
    models = {"champion": "base", "anchor": "base", **seats, "challenger": f"base+{adapter_id}", "base": "base"}
    report = f"report of {adapter_id}"
    connection.execute(
        "insert into reports (id, night, adapter_id, challenger, champion, anchor, base, measurements, run_id)"
        " values (%s, %s, %s, %s, %s, %s, 'base', '{}', 'r')",
        (report, date(2026, 3, 20), adapter_id, models["challenger"], models["champion"], models["anchor"]),
    )
    for one in questions:
        _ask(connection, report, one, models)
    connection.execute(
        "insert into decisions (report_id, adapter_id, night, decision, reasons, verdicts, alpha, run_id)"
        " values (%s, %s, '2026-03-20', %s, '[]', '[]', 0.05, 'r')",
        (report, adapter_id, decision),
    )
    if decision == "promote":
        promote(connection, adapter_id, report)
    return report


def promote(connection: Connection, adapter_id: str, report: str | None = None, action: str = "promoted") -> None:
    connection.execute(
        "insert into promotions (action, adapter_id, report_id, night) values (%s, %s, %s, '2026-03-20')",
        (action, adapter_id, report),
    )


def enter(connection: Connection, report: str, role: str, margin: float, task: str = "core", n: int = 100) -> None:
    """A ledger's entry."""
    connection.execute(
        "insert into ledger (report_id, night, task, role, model, n, margin)"
        " values (%s, '2026-03-20', %s, %s, 'm', %s, %s)",
        (report, task, role, n, margin),
    )


def _ask(connection: Connection, report: str, one: Question, models: Mapping[str, str]) -> None:
    task, group, messages, passed, chat_id = one
    id = content_id([task, as_json(messages)])
    row: tuple[Any, ...] = (id, task, group, Jsonb(as_json(messages[:-1])), messages[-1].content, chat_id)
    connection.execute(
        "insert into eval_examples (id, task, slice, grader, messages, reference, chat_id)"
        " values (%s, %s, %s, 'exact', %s, %s, %s) on conflict do nothing",
        row,
    )
    connection.execute("insert into report_examples values (%s, %s)", (report, id))
    for role, is_right in passed.items():
        connection.execute(
            "insert into eval_results (model, example_id, decoding, passed, output, tokens)"
            " values (%s, %s, 'greedy', %s, 'x', 1) on conflict do nothing",
            (models[role], id, is_right),
        )
