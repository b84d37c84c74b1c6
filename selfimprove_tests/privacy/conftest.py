"""A house with a vault, and chats sealed into its days."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from selfimprove.chats import table
from selfimprove.chats.chat import Chat, Feedback, Message, Sealing
from selfimprove.chats.seal import seal
from selfimprove.postgres import Connection
from selfimprove.privacy.vault import Vault

DAY = date(2026, 1, 31)
Store = Callable[..., list[str]]


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def chat(*contents: str, day: date = DAY, name: str | None = None, feedback: Iterable[Feedback] = ()) -> Chat:
    """A conversation of user and assistant in turn."""
    roles = ("user", "assistant")
    messages = tuple(Message(roles[number % 2], content) for number, content in enumerate(contents))
    return Chat("test", name, "someone", noon(day), messages, tuple(feedback))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def vault(home: Path) -> Vault:
    return Vault.open(home)


@pytest.fixture
def store(connection: Connection, vault: Vault) -> Store:
    """Seals chats into the database and commits; returns their ids in order."""

    def write(*chats: Chat) -> list[str]:
        sealing = Sealing(vault.seal, vault.keyed_hash)
        rows = [seal(one, sealing, ZoneInfo("UTC")) for one in chats]
        table.write(connection, rows)
        connection.commit()
        return [row.id for row, _ in rows]

    return write
