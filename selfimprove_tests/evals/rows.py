"""Rows of other rooms that an evaluation reads, as small as they may be."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg.types.json import Jsonb

from selfimprove.adapters import table as adapters
from selfimprove.adapters.adapter import Adapter
from selfimprove.postgres import Connection

NIGHT = date(2024, 3, 31)


def asked(prompt: str, *answers: str) -> list[dict[str, str]]:
    """A conversation: the prompt and an answer, then "And then?" before each further answer."""
    turns = [{"role": "user", "content": prompt}]
    for answer in answers:
        turns += [{"role": "assistant", "content": answer}, {"role": "user", "content": "And then?"}]
    return turns[:-1] if answers else turns


def chat(connection: Connection, chat_id: str, messages: Sequence[Any], feedback: Sequence[Any] = ()) -> str:
    connection.execute(
        "insert into chats (id, source, day, started_at, turns, side, digest, key_id, nonce, sealed)"
        " values (%s, 'test', '2024-03-01', '2024-03-01', %s, 'validation', %s, 'k', '', '')",
        (chat_id, len(messages), chat_id),
    )
    connection.execute(
        "insert into redacted_chats (chat_id, day, messages, feedback, spans, rule_version)"
        " values (%s, '2024-03-01', %s, %s, '{}', '1')",
        (chat_id, Jsonb(list(messages)), Jsonb(list(feedback))),
    )
    return chat_id


def dataset(connection: Connection, dataset_id: str = "d1", night: date = NIGHT) -> str:
    connection.execute(
        "insert into datasets (id, night, cutoff, manifest, run_id) values (%s, %s, %s, '{}', 'r')",
        (dataset_id, night, night),
    )
    return dataset_id


def example(
    connection: Connection, split: str, messages: Sequence[Any], chat_id: str | None, kind: str = "approved"
) -> None:
    position = connection.execute("select count(*) as n from dataset_examples").fetchone()
    assert position is not None
    example_id = f"{split}-{position['n']}"
    connection.execute(
        "insert into examples (id, chat_id, kind, messages) values (%s, %s, %s, %s)",
        (example_id, chat_id, kind, Jsonb(list(messages))),
    )
    connection.execute(
        "insert into dataset_examples (dataset_id, example_id, split, position) values (%s, %s, %s, %s)",
        ("d1", example_id, split, position["n"]),
    )


def adapter(connection: Connection, adapter_id: str, base: str = "b", **more: Any) -> Adapter:
    columns = {
        "id": adapter_id, "base_model": base, "dataset_id": "d1", "night": NIGHT, "run_id": "r", "url": "",
        "recipe": Jsonb({}), "metrics": Jsonb({"delta_norm": 1.5}), "files": Jsonb({}), **more,
    }  # fmt: skip
    places = ", ".join(f"%({name})s" for name in columns)
    connection.execute(f"insert into adapters ({', '.join(columns)}) values ({places})", columns)
    return adapters.read(connection, adapter_id)


def promote(connection: Connection, adapter_id: str, night: date | None, report_id: str) -> None:
    connection.execute(
        "insert into reports (id, night, adapter_id, challenger, champion, anchor, base, measurements, run_id)"
        " values (%s, %s, %s, '', '', '', '', '{}', 'r')",
        (report_id, night or NIGHT, adapter_id),
    )
    connection.execute(
        "insert into promotions (action, adapter_id, report_id, night) values ('promoted', %s, %s, %s)",
        (adapter_id, report_id, night),
    )


def decide(connection: Connection, report_id: str, adapter_id: str, word: str = "reject") -> None:
    connection.execute(
        "insert into decisions (report_id, adapter_id, night, decision, reasons, verdicts, alpha, run_id)"
        " values (%s, %s, %s, %s, '[]', '[]', 0.05, 'r')",
        (report_id, adapter_id, NIGHT, word),
    )
