"""What a person does to a chat: rate an answer, correct it, exclude the chat, and take the last of these back."""

from datetime import datetime
from typing import Literal

from selfimprove import postgres
from selfimprove.chats import table as chats
from selfimprove.chats.chat import Feedback, Sealing
from selfimprove.chats.seal import seal_feedback
from selfimprove.errors import CorrectionEmpty, CorrectionUnchanged, NothingToRate
from selfimprove.postgres import Connection
from selfimprove.review import table
from selfimprove.review.table import SOURCE

Verdict = Literal["good", "bad", "correct"]
EXCLUDED = "excluded "  # begins the id of an act that is no feedback


def rate(connection: Connection, sealing: Sealing, chat_id: str, position: int, given: Feedback) -> str:
    """Store what a person says of an answer, sealed; returns the row's id. The next night reads it.

    Raises:
        NothingToRate: there is no such answer.
        CorrectionUnchanged: a correction says what the answer says.
    """
    messages = table.chat(connection, chat_id)["messages"] or []
    if not 0 <= position < len(messages) or messages[position]["role"] != "assistant":
        raise NothingToRate(position=position, chat=chat_id)
    if given.kind == "correction" and given.text == messages[position]["content"].strip():
        raise CorrectionUnchanged
    row = seal_feedback(given, chat_id, sealing)
    chats.write_feedback(connection, [row])
    return row.id


def said(position: int, verdict: Verdict, text: str, now: datetime) -> Feedback:
    """A person's word on an answer as feedback; a correction is what should have been said.

    Raises:
        CorrectionEmpty: a correction says nothing.
    """
    if verdict != "correct":
        return Feedback(position, "thumbs", 1.0 if verdict == "good" else -1.0, None, SOURCE, now)
    better = text.replace("\r\n", "\n").strip()
    if not better:
        raise CorrectionEmpty
    return Feedback(position, "correction", None, better, SOURCE, now)


def exclude(connection: Connection, chat_id: str) -> None:
    """Never learn from a chat, nor answer by a fact it told; what was learned from it before stays learned.

    Raises:
        ChatUnknown: there is no such chat.
    """
    table.chat(connection, chat_id)
    _execute(connection, "exclude", chat_id=chat_id)
    _execute(connection, "exclude_memories", chat_id=chat_id)


def include(connection: Connection, chat_id: str) -> None:
    """Let a chat teach again, from the next night on."""
    _execute(connection, "include", chat_id=chat_id)


def undo(connection: Connection, id: str) -> bool:
    """Take back one act of these pages by its id; whether there was anything to take back."""
    if id.startswith(EXCLUDED):
        return bool(_execute(connection, "include", chat_id=id.removeprefix(EXCLUDED)))
    return bool(_execute(connection, "take_back", id=id, source=SOURCE))


def _execute(connection: Connection, name: str, **given: object) -> int:
    return connection.execute(getattr(postgres.queries("review"), name), given).rowcount
