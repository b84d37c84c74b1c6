"""A house in which one adapter took over from another."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from selfimprove import postgres
from selfimprove_tests.experiments.make import enthrone
from selfimprove_tests.promotion.house import House


@dataclass(frozen=True)
class Succession:
    """Two champions, one after the other."""

    house: House
    first: str
    second: str
    promotion_id: int

    @property
    def promotion(self) -> dict[str, object]:
        """The row of the second one's promotion."""
        return {"promotion_id": self.promotion_id, "adapter_id": self.second, "replaced": self.first}


@pytest.fixture
def succession(connection: postgres.Connection, tmp_path: Path) -> Succession:
    """The second adapter is champion, the first one was."""
    house = House(connection, tmp_path / "home")
    first, _ = enthrone(house, "first")
    second, promotion_id = enthrone(house, "second", replaced=first)
    return Succession(house, first, second, promotion_id)
