"""The day, without a model."""

from dataclasses import replace

import pytest

from selfimprove import postgres
from selfimprove.settings import Settings
from selfimprove_tests.gateway.by_day import Day, made
from selfimprove_tests.gateway.fake_engine import FakeEngine
from selfimprove_tests.promotion.house import House


@pytest.fixture
def day(connection: postgres.Connection, settings: Settings) -> Day:
    """A gateway that switches at once: no experiments."""
    engine = FakeEngine()
    return Day(House(connection, settings.home), engine, made(engine, replace(settings, challenger_share=1.0)))
