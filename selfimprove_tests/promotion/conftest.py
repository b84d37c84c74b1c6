"""A house of this test's own."""

from pathlib import Path

import pytest

from selfimprove import postgres
from selfimprove_tests.promotion.house import House


@pytest.fixture
def house(connection: postgres.Connection, tmp_path: Path) -> House:
    """An empty house: no adapters, the base model answers."""
    return House(connection, tmp_path / "home")
