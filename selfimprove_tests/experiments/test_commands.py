"""`selfimprove experiments …`: what a person and a script are told."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from click.testing import CliRunner

from selfimprove import settings as settings_
from selfimprove.errors import ExperimentUnknown
from selfimprove.experiments import table
from selfimprove.experiments.commands import experiments
from selfimprove_tests.experiments.conftest import Succession
from selfimprove_tests.experiments.make import talk


@pytest.fixture
def shell(database: str, succession: Succession, monkeypatch: pytest.MonkeyPatch) -> Iterator[Succession]:
    """The house as commands see it, with an experiment under way."""
    monkeypatch.setenv("SELFIMPROVE_DATABASE_URL", database)
    monkeypatch.setenv("SELFIMPROVE_HOME", str(succession.house.home))
    settings_.current.cache_clear()
    table.begin(succession.house.connection, succession.promotion, 0.5)
    succession.house.connection.commit()
    yield succession
    settings_.current.cache_clear()


def run(*arguments: str) -> str:
    found = CliRunner().invoke(experiments, arguments)
    if found.exception:
        raise found.exception
    return found.stdout


def test_the_list(shell: Succession) -> None:
    line = run("list")
    assert "running" in line
    assert f"{shell.second[:12]} against adapter {shell.first[:12]}" in line
    [row] = json.loads(run("list", "--json"))
    assert (row["challenger"], row["control"], row["outcome"]) == (shell.second, shell.first, "running")


def test_show_counts_anew_and_says_what_it_could_detect(shell: Succession) -> None:
    at = table.rows(shell.house.connection)[0]["started_at"]
    talk(shell.house.connection, "one", shell.second, at + timedelta(seconds=1))
    shell.house.connection.commit()
    told = run("show")
    assert "new adapter      1 chats, 0 displeased" in told
    assert "Evidence of harm 1, and that there is none 1; 20 decides." in told
    assert "If 15% of chats displease, it finds four times in five who displeases" in told
    found = json.loads(run("show", "--json"))
    assert found["figures"]["challenger"]["chats"] == 1
    assert 4 > found["detectable"]["20"] > found["detectable"]["40"] > found["detectable"]["60"] > 1


def test_stop_for_the_challenger(shell: Succession) -> None:
    assert run("stop") == f"Adapter {shell.second} answers every chat now.\n"


def test_stop_for_the_control(shell: Succession) -> None:
    found = json.loads(run("stop", "--keep", "control", "--json"))
    assert (found["outcome"], found["answers"]) == ("demoted", shell.first)


def test_an_unknown_one(shell: Succession) -> None:
    with pytest.raises(ExperimentUnknown, match="No experiment has an id that begins with 'x'"):
        run("show", "x")
