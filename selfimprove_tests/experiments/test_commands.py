"""`selfimprove experiments …`: what a person and a script are told."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from psycopg.types.json import Jsonb

from selfimprove import settings as settings_
from selfimprove.errors import ExperimentMissing, ExperimentUnknown
from selfimprove.experiments import table
from selfimprove.experiments.commands import experiments
from selfimprove_tests.experiments.conftest import Succession
from selfimprove_tests.experiments.make import react, talk


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


def test_show_tells_which_signs_of_guests_do_not_count_and_reckons_with_them(shell: Succession) -> None:
    connection, at = shell.house.connection, table.rows(shell.house.connection)[0]["started_at"]
    for number in range(41):
        root, later, token = f"one {number}", at + timedelta(minutes=number + 1), "0a0a0a0a" if number else None
        talk(connection, root, shell.first, later, token=token)
        if number < 21:
            react(connection, root, later + timedelta(seconds=1), source=f"gateway:{token}" if token else "gateway")
    connection.commit()
    told = run("show")
    assert "voice before    41 chats, 6 displeased, 0 pleased, 0 slow; 15 signs of guests not counted" in told
    assert "new adapter      0 chats, 0 displeased, 0 pleased, 0 slow\n" in told
    assert "If 50% of chats displease" in told
    figures = json.loads(run("show", "--json"))["figures"]
    assert (figures["control"]["displeased"], figures["control"]["uncounted_displeased"]) == (6, 15)
    connection.execute("update experiments set outcome = 'stopped', figures = %s", [Jsonb(older(figures))])
    connection.commit()
    assert "41 chats, 6 displeased, 0 pleased, 0 slow\n" in run("show")


def older(figures: dict[str, Any]) -> dict[str, Any]:
    """Figures as they were stored when nobody told apart what does not count."""
    arms = {name: {key: n for key, n in figures[name].items() if not key.startswith("uncounted")}
            for name in ("control", "challenger")}  # fmt: skip
    return {**figures, **arms}


def test_show_tells_what_nobody_heard(shell: Succession) -> None:
    connection = shell.house.connection
    assert "unheard" not in run("show").lower()
    connection.execute("update experiments set shadow = 0.25")
    experiment = table.running(connection)
    assert experiment is not None
    table.shadowed(connection, experiment.id, ("looping",), (), same=False)
    connection.commit()
    told = run("show")
    assert "Both answer 25% of new chats once more, unheard." in told
    assert "both answered 1 questions, 0 of them alike; rules object to the new adapter alone in 1" in told
    found = json.loads(run("show", "--json"))
    assert found["figures"]["shadows"] == {"both_answered": 1, "worse": 1, "better": 0, "same": 0}
    assert found["shadow"] == 0.25


def test_stop_for_the_challenger(shell: Succession) -> None:
    assert run("stop") == f"Adapter {shell.second} answers every chat now.\n"


def test_stop_for_the_control(shell: Succession) -> None:
    found = json.loads(run("stop", "--keep", "control", "--json"))
    assert (found["outcome"], found["answers"]) == ("demoted", shell.first)


def test_an_unknown_one(shell: Succession) -> None:
    with pytest.raises(ExperimentUnknown, match="No experiment has an id that begins with 'x'"):
        run("show", "x")
    shell.house.connection.execute("delete from experiments")
    shell.house.connection.commit()
    with pytest.raises(ExperimentMissing, match="There was no experiment yet"):
        run("show")
