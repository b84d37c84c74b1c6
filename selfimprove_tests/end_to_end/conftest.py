"""Houses to spend nights in: one behind the command line, one in this process on the test's own database."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from selfimprove.settings import read
from selfimprove_tests import in_memory
from selfimprove_tests.conftest import clone
from selfimprove_tests.end_to_end.house import House
from selfimprove_tests.end_to_end.nights import Nights


@pytest.fixture
def house() -> Iterator[House]:
    with TemporaryDirectory(prefix="selfimprove-house-", dir=in_memory.folder()) as folder:
        house = House(Path(folder) / "home")
        try:
            yield house
        finally:
            house.close()


@pytest.fixture(scope="module")
def nights(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    """One house for a whole module, so that its nights follow one another."""
    home = tmp_path_factory.mktemp("nights") / "home"
    with clone(server, template) as url, pytest.MonkeyPatch.context() as patch:
        settings = read({"SELFIMPROVE_HOME": str(home), "SELFIMPROVE_DATABASE_URL": url})
        with Nights.open(settings, patch) as nights:
            yield nights


@pytest.fixture
def quiet_house(settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nights]:
    """A house without any chats, for one test."""
    with Nights.open(settings, monkeypatch) as nights:
        yield nights
