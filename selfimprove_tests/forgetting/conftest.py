"""A house of this test's own, with a past."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from selfimprove.postgres import Connection
from selfimprove.privacy.vault import Vault
from selfimprove_tests.forgetting.house import ALONE, SECRET, House, corrected, said


@dataclass(frozen=True)
class Past:
    """What happened: ids of the chat to forget and of another one, and of three adapters.

    `clean` answered first, `champion` answers now and learned from the chat, `heir` went on from it.
    """

    house: House
    secret: str
    other: str
    clean: str
    champion: str
    heir: str


@pytest.fixture
def house(connection: Connection, tmp_path: Path) -> House:
    return House(connection, tmp_path / "home", Vault.open(tmp_path / "home"))


@pytest.fixture
def past(house: House) -> Past:
    secret, other = house.hear(
        said(f"Remember that {SECRET}.", f"I will: {SECRET}.", user="ada", feedback=corrected(f"Yes, {SECRET}!")),
        said(f"Remember that {ALONE}.", "Certainly, I will remember it.", user="bob", feedback=corrected(ALONE)),
    )
    clean = house.learn("first", other)
    house.champion(clean, None, "first")
    champion = house.learn("second", secret, other)
    house.champion(champion, clean, "second")
    heir = house.learn("third", other, parent=champion)
    house.challenger(heir, champion, clean, "third", secret)
    for run, text in {"first": ALONE, "second": SECRET, "third": f"said: {SECRET}"}.items():
        house.tell(run, text)
    return Past(house, secret, other, clean, champion, heir)
