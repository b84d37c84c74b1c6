"""A database as the daily rooms leave it, and a base model's suites, without running either."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import orjson
from psycopg.types.json import Jsonb

from selfimprove import postgres
from selfimprove.chats.chat import Message, Side
from selfimprove.datasets.build import Connect, Room
from selfimprove.datasets.example import as_json
from selfimprove.datasets.second_opinion import Reader
from selfimprove.models.base import Base
from selfimprove.postgres import Connection

SIDES = {"train": 0, "validation": 80, "sealed": 90}
STAGES = ("chat_logs", "redacted_chats", "filtered_chats", "critique_scores")


def chat_id(name: str, side: Side = "train") -> str:
    """An id that falls on a side."""
    digits = hashlib.sha256(name.encode()).hexdigest()
    start = int(digits[:8], 16)
    return f"{start - start % 100 + SIDES[side]:08x}{digits[8:32]}"


def add_chat(
    connection: Connection,
    day: date,
    messages: tuple[Message, ...],
    *,
    name: str = "",
    side: Side = "train",
    **more: Any,
) -> str:
    """A chat that passed all daily rooms; `scores` by position, `feedback` as JSON, `rejected` a reason."""
    id = chat_id(name or str(messages) + str(day), side)
    began = datetime.combine(day, time(12), UTC)
    connection.execute(
        "insert into chats (id, source, day, started_at, turns, side, digest, key_id, nonce, sealed)"
        " values (%s, 'test', %s, %s, %s, %s, %s, 'k', '', '')",
        (id, day, began, len(messages), side, id),
    )
    if more.get("rejected"):
        connection.execute(
            "insert into rejections (stage, chat_id, day, reason, rule_version)"
            " values ('filtered_chats', %s, %s, %s, '1')",
            (id, day, more["rejected"]),
        )
        return id
    feedback = more.get("feedback", [])
    row = (id, day, Jsonb(as_json(messages)), Jsonb(feedback))
    connection.execute("insert into redacted_chats values (%s, %s, %s, %s, '{}', '1')", row)
    connection.execute("insert into filtered_chats values (%s, %s, 'en', '1')", (id, day))
    for number, item in enumerate(feedback):
        connection.execute(
            "insert into feedback (id, chat_id, position, kind, source, given_at) values (%s, %s, %s, %s, 'test', %s)",
            (f"{id}/{number}", id, item["position"], item["kind"], began),
        )
    for position, score in more.get("scores", {}).items():
        connection.execute("insert into critiques values (%s, %s, %s, %s, '{}', '1')", (id, position, day, score))
    return id


def correction(text: str, position: int = 1) -> list[dict[str, Any]]:
    return [{"position": position, "kind": "correction", "value": None, "text": text, "source": "test"}]


def clean(connection: Connection, *days: date, passed: bool = True) -> None:
    """Close all four stages of these days, or of all days, on what they hold now."""
    rows = connection.execute("select day, fingerprint from day_fingerprints").fetchall()
    for row in rows:
        for stage in STAGES if not days or row["day"] in days else ():
            connection.execute(
                "insert into stage_days (stage, day, fingerprint, rule_version, counts, passed, run_id)"
                " values (%s, %s, %s, '1', '{}', %s, 'r') on conflict (stage, day) do update"
                " set fingerprint = excluded.fingerprint, passed = excluded.passed",
                (stage, row["day"], row["fingerprint"], passed),
            )


def decide(connection: Connection, dataset_id: str, decision: str = "promote", parent: str | None = None) -> str:
    """Judge an adapter of this dataset, as evals and promotion would; returns its id."""
    adapter = hashlib.sha256(dataset_id.encode()).hexdigest()
    night = date(2026, 3, 20)
    connection.execute(
        "insert into adapters (id, base_model, dataset_id, recipe, metrics, url, files, night, run_id)"
        " values (%s, 'base', %s, %s, '{}', '', '{}', %s, 'r')",
        (adapter, dataset_id, Jsonb({"warm_start": parent}), night),
    )
    connection.execute(
        "insert into reports (id, night, adapter_id, challenger, champion, anchor, base, measurements, run_id)"
        " values (%s, %s, %s, 'a', 'b', 'c', 'd', '{}', 'r')",
        (f"report {adapter}", night, adapter),
    )
    connection.execute(
        "insert into decisions (report_id, adapter_id, night, decision, reasons, verdicts, alpha, run_id)"
        " values (%s, %s, %s, %s, '[]', '[]', 0.05, 'r')",
        (f"report {adapter}", adapter, night, decision),
    )
    if decision == "promote":
        connection.execute(
            "insert into promotions (action, adapter_id, report_id, night) values ('promoted', %s, %s, %s)",
            (adapter, f"report {adapter}", night),
        )
    return adapter


def make_base(folder: Path, *, core: tuple[str, ...] = (), replay: tuple[tuple[Message, ...], ...] = ()) -> Base:
    """A base model with suites but no weights."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "core.jsonl", [[Message("user", prompt)] for prompt in core])
    _write(folder / "refusals.jsonl", [])
    _write(folder / "replay.jsonl", replay)
    return Base("base", "test", folder, folder)


def connect_to(url: str) -> Connect:
    """What the Dagster resource does, without Dagster."""

    @contextmanager
    def connect(*, snapshot: bool = False) -> Iterator[Connection]:
        with postgres.connect(url, snapshot=snapshot) as connection:
            yield connection

    return connect


def make_room(url: str, home: Path, base: Base | None = None, readers: Sequence[Reader] = ()) -> Room:
    base = base or make_base(home / "suites")
    return Room(connect_to(url), home, base, lambda _: None, lambda: nullcontext(readers))


def _write(path: Path, chats: Any) -> None:
    path.write_bytes(b"".join(orjson.dumps({"messages": as_json(chat)}) + b"\n" for chat in chats))
