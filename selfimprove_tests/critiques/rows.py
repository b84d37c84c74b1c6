"""Rows that the rooms before this one would have written."""

import uuid
from datetime import date
from typing import Any

from psycopg.types.json import Jsonb

from selfimprove.postgres import Connection

ROLES = {"u": "user", "a": "assistant", "s": "system", "t": "tool"}


def add_chat(
    connection: Connection,
    day: date,
    *turns: str,
    feedback: list[dict[str, Any]] | None = None,
    user: str | None = None,
) -> str:
    """A chat that was redacted and kept, from turns such as "u: 2 + 2?" and "a: 4"."""
    chat_id = uuid.uuid4().hex
    messages = [{"role": ROLES[turn[0]], "content": turn[3:]} for turn in turns]
    connection.execute(
        "insert into chats (id, source, user_key, day, started_at, turns, side, digest, key_id, nonce, sealed)"
        " values (%s, 'test', %s, %s, %s, %s, 'train', 'digest', 'key', '', '')",
        [chat_id, user, day, day, len(turns)],
    )
    connection.execute(
        "insert into redacted_chats (chat_id, day, messages, feedback, spans, rule_version)"
        " values (%s, %s, %s, %s, '{}', '1')",
        [chat_id, day, Jsonb(messages), Jsonb(feedback or [])],
    )
    connection.execute("insert into filtered_chats (chat_id, day, rule_version) values (%s, %s, '1')", [chat_id, day])
    return chat_id
