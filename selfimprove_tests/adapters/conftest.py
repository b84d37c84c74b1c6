"""A house with a frozen dataset and the tiny model, so that real training is a matter of seconds."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from selfimprove.adapters.learn import Bench
from selfimprove.datasets import table
from selfimprove.datasets.build import build
from selfimprove.datasets.example import Rule
from selfimprove.datasets.freeze import Dataset
from selfimprove.models.base import TINY, Base, content_hash
from selfimprove_tests.datasets.house import add_chat, clean, connect_to, correction, make_room
from selfimprove_tests.datasets.make import FIRST, chat


@pytest.fixture(scope="session")
def tiny() -> Base:
    """The built-in model."""
    return Base(content_hash(TINY), "tiny", TINY, TINY)


@pytest.fixture
def bench(database: str, home: Path, tiny: Base) -> Bench:
    """A place to train."""
    return Bench(connect_to(database), home, tiny, lambda _: None)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A state folder."""
    return tmp_path / "home"


@pytest.fixture
def freeze(database: str, home: Path, tiny: Base) -> Callable[[], Dataset]:
    """Freeze a dataset of a few corrected questions."""

    def make(run_id: str = "run") -> Dataset:
        room = make_room(database, home, tiny)
        with room.connect() as connection:
            teach(connection)
        build(room, Rule(replay=40), run_id)
        with room.connect() as connection:
            dataset = table.of_run(connection, run_id)
        assert dataset
        return dataset

    return make


def teach(connection: object) -> None:
    """Three days of facts, the last of which only tests."""
    for i in range(30):
        side = "validation" if i % 10 == 9 else "train"
        prompt = f"What is my favourite thing number {i}?"
        day = FIRST + timedelta(days=i // 10)
        add_chat(connection, day, chat(prompt, "?"), side=side, feedback=correction(f"It is {i}."))  # type: ignore[arg-type]
    clean(connection)  # type: ignore[arg-type]


@pytest.fixture
def dataset(freeze: Callable[[], Dataset]) -> Dataset:
    """A frozen dataset."""
    return freeze()
