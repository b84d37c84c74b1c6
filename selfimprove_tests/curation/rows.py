"""Rows that the rooms before this one would have written."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import Any

import numpy as np
from psycopg.types.json import Jsonb

from selfimprove.chats import days
from selfimprove.chats.days import Rejection, StageDay
from selfimprove.postgres import Connection
from selfimprove.privacy.redacted_chat import RedactedChat

MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)
CHATS = """
insert into chats (id, source, day, started_at, turns, side, digest, key_id, nonce, sealed)
values (%s, 'test', %s, %s, %s, 'train', 'digest', 'key', '', '')
"""
REDACTED = """
insert into redacted_chats (chat_id, day, messages, feedback, spans, rule_version) values (%s, %s, %s, %s, '{}', '1')
"""


def store(connection: Connection, chats: Sequence[RedactedChat]) -> list[str]:
    """Write redacted chats, a minute apart in the order given; ids are made from their place."""
    ids = []
    for place, chat in enumerate(chats):
        made = replace(chat, id=blake2b(f"{chat.day}{place}{chat.messages}".encode(), digest_size=16).hexdigest())
        started = MORNING + timedelta(days=(chat.day - MORNING.date()).days, minutes=place)
        connection.execute(CHATS, [made.id, made.day, started, len(made.messages)])
        given = Jsonb([asdict(m) for m in made.messages]), Jsonb([asdict(f) for f in made.feedback])
        connection.execute(REDACTED, [made.id, made.day, *given])
        ids.append(made.id)
    connection.commit()
    return ids


def close_earlier(connection: Connection, day: date) -> None:
    """Close the stages before this room's, as their checks would have left them."""
    seen = days.fingerprint(connection, day)
    for stage in ("chat_logs", "redacted_chats"):
        days.close(connection, StageDay(stage, day, seen, "1", {"in": 0, "out": 0, "rejected": {}}, "run"))
        days.set_verdict(connection, stage, day, True)
    connection.commit()


def stored(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Everything this room writes, comparable."""
    tables = {
        "filtered": "select chat_id, day, language, rule_version from filtered_chats order by 1",
        "sketches": "select chat_id, day, text_hash, sketch, rule_version from sketches order by 1",
        "embeddings": "select chat_id, model, vector::text from embeddings order by 1",
        "rejections": "select chat_id, day, reason, detail, duplicate_of from rejections"
        " where stage = 'filtered_chats' order by 1",
        "books": "select day, fingerprint, counts - 'embedded' as counts from stage_days"
        " where stage = 'filtered_chats' order by 1",
    }
    return {name: [tuple(row.values()) for row in connection.execute(query)] for name, query in tables.items()}


def reasons(connection: Connection) -> dict[str, Rejection]:
    """Stored rejections of this room, by chat."""
    rows = connection.execute("select * from rejections where stage = 'filtered_chats'")
    return {r["chat_id"]: Rejection(r["chat_id"], r["reason"], r["detail"], r["duplicate_of"]) for r in rows}


def lengths(texts: Sequence[str]) -> np.ndarray:
    """An embedder for tests that need none: a unit vector that depends on the text's length."""
    vectors = np.zeros((len(texts), 384), np.float32)
    vectors[np.arange(len(texts)), [len(text) % 384 for text in texts]] = 1
    return vectors
