"""The day, without a model."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from selfimprove import postgres
from selfimprove.gateway.archive import Archive
from selfimprove.settings import Settings
from selfimprove_tests.gateway.by_day import Day, made
from selfimprove_tests.gateway.fake_engine import FakeEngine
from selfimprove_tests.gateway.said import ZONE, as_gateway
from selfimprove_tests.promotion.house import House

Rows = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def day(connection: postgres.Connection, settings: Settings) -> Day:
    """A gateway that switches at once: no experiments."""
    engine = FakeEngine()
    return Day(House(connection, settings.home), engine, made(engine, replace(settings, challenger_share=1.0)))


@pytest.fixture
def rows(database: str) -> Rows:
    """What the database holds, by a query."""

    def read(query: str) -> list[dict[str, Any]]:
        with postgres.connect(database) as connection:
            return connection.execute(query).fetchall()

    return read


@pytest.fixture
def archive(tmp_path: Path, database: str) -> Archive:
    return Archive(tmp_path, as_gateway(database), ZONE)
