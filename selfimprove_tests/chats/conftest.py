"""What the chats' tests share: a vault of their own, a calendar, and a look at what was stored."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import orjson
import pytest

from selfimprove.chats.calendar import Calendar, calendar
from selfimprove.chats.chat import Sealed, Sealing
from selfimprove.postgres import Connection
from selfimprove.privacy.vault import Vault
from selfimprove.settings import read

NOW = datetime(2026, 3, 15, 2, tzinfo=UTC)

hypothesis.settings.register_profile("unhurried", deadline=None)  # a busy machine is no bug
hypothesis.settings.load_profile("unhurried")

CHATS = "select * from chats order by started_at, id"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.open(tmp_path / "vault")


@pytest.fixture
def sealing(vault: Vault) -> Sealing:
    return Sealing(vault.seal, vault.keyed_hash)


@pytest.fixture
def today() -> Calendar:
    """The night of 15 March 2026 in Berlin; files without times belong to the day before."""
    return calendar(read({"SELFIMPROVE_TIMEZONE": "Europe/Berlin"}), NOW)


@pytest.fixture
def stored(connection: Connection, vault: Vault) -> Callable[[], list[list[tuple[str, str]]]]:
    """Reads every stored chat back: its turns as (role, content)."""

    def read_back() -> list[list[tuple[str, str]]]:
        found = []
        for row in connection.execute(CHATS):
            sealed = Sealed(row["key_id"], row["nonce"], row["sealed"])
            messages = orjson.loads(vault.unseal(sealed, row["id"].encode()))
            found.append([(message["role"], message["content"]) for message in messages])
        return found

    return read_back
