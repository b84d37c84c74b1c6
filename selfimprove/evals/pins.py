"""Golden chats: the owner pins an answer, and it tests every night from then on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from selfimprove import postgres
from selfimprove.datasets.choose import regular
from selfimprove.datasets.example import from_json
from selfimprove.errors import ChatUnknown, PinImpossible
from selfimprove.postgres import Connection


def pin(connection: Connection, beginning: str, position: int | None = None) -> dict[str, Any]:
    """Pin a chat's answer at `position`, its last answer without one; tells the nights that trained on the chat.

    Raises:
        ChatUnknown: none or several redacted chats have an id that begins so.
        PinImpossible: there is no answer at that position.
    """
    chat = _chat(connection, beginning)
    at = _answer_at(chat, position)
    queries = postgres.queries("evals")
    connection.execute(queries.pin, {"chat_id": chat["chat_id"], "position": at})
    nights = connection.execute(queries.trained_nights, {"chat_id": chat["chat_id"]}).fetchall()
    return {"chat_id": chat["chat_id"], "position": at, "trained_on": [row["night"].isoformat() for row in nights]}


def unpin(connection: Connection, beginning: str) -> str:
    """Let a chat be an ordinary one again; returns its id.

    Raises:
        ChatUnknown: none or several redacted chats have an id that begins so.
    """
    chat_id: str = _chat(connection, beginning)["chat_id"]
    connection.execute(postgres.queries("evals").unpin, {"chat_id": chat_id})
    return chat_id


def pins(connection: Connection) -> list[dict[str, Any]]:
    """Every pinned chat with its position, the oldest pin first."""
    return connection.execute(postgres.queries("evals").pins).fetchall()


def _chat(connection: Connection, beginning: str) -> Mapping[str, Any]:
    rows = connection.execute(postgres.queries("evals").chats_like, {"id": beginning}).fetchall()
    if len(rows) != 1:
        raise ChatUnknown(found="Several" if rows else "No", given=beginning)
    return rows[0]


def _answer_at(chat: Mapping[str, Any], position: int | None) -> int:
    answers = answers_of(chat["messages"])
    if not answers or (position is not None and position not in answers):
        told = ", ".join(map(str, answers)) or "no position at all"
        raise PinImpossible(position=position if position is not None else "?", chat=chat["chat_id"], answers=told)
    return answers[-1] if position is None else position


def answers_of(messages: Sequence[Mapping[str, Any]]) -> list[int]:
    """Positions of answers that every chat template can ask for: user and assistant by turns up to there."""
    turns = regular(from_json(messages))
    return [at for at, message in enumerate(turns) if message.role == "assistant"]
