"""`selfimprove datasets …` as a person and as a program use it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from selfimprove import postgres
from selfimprove import settings as settings_
from selfimprove.datasets import commands, show
from selfimprove.datasets.build import build
from selfimprove.datasets.example import Rule
from selfimprove.datasets.routes import table
from selfimprove.errors import DatasetUnknown, FolderTaken, FolderUnwritable, RouteUnknown
from selfimprove.settings import Settings
from selfimprove_tests.datasets.house import add_chat, clean, correction, make_room
from selfimprove_tests.datasets.make import FIRST, chat
from selfimprove_tests.datasets.routing import FACT, OWN
from selfimprove_tests.datasets.test_memories import remember


@pytest.fixture
def dataset_id(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    """A house with one dataset, which the commands find through the environment."""
    assert settings.database_url
    room = make_room(settings.database_url, settings.home)
    with room.connect() as connection:
        for i in range(9):
            add_chat(connection, FIRST, chat(f"What is thing {i}?", "?"), feedback=correction("That."), name=str(i))
        add_chat(connection, FIRST, chat("What is pet 1?", "A cat."), scores={1: 0.9}, side="validation")
        add_chat(connection, FIRST, chat("What is pet 2?", "A cat."), scores={1: 0.2})
        clean(connection)
    found = build(room, Rule(), "run")
    monkeypatch.setenv("SELFIMPROVE_HOME", str(settings.home))
    monkeypatch.setenv("SELFIMPROVE_DATABASE_URL", settings.database_url)
    settings_.current.cache_clear()
    assert found.dataset_id
    return found.dataset_id


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(commands.datasets, arguments)


def test_list(dataset_id: str) -> None:
    out = invoke("list").stdout
    assert out.splitlines()[0].split() == ["ID", "NIGHT", "TRAIN", "VALIDATION", "FRESH", "REPLAY", "DECIDED"]
    assert out.splitlines()[1].split() == [dataset_id[:12], "2026-03-02", "9", "1", "0", "0", "no"]


def test_list_as_json(dataset_id: str) -> None:
    (row,) = json.loads(invoke("list", "--json").stdout)
    assert row["id"] == dataset_id
    assert (row["train"], row["validation"], row["fresh"], row["replay"], row["decided"]) == (9, 1, 0, 0, False)


def test_show(dataset_id: str) -> None:
    out = invoke("show", dataset_id[:6]).stdout
    assert f"Dataset {dataset_id}" in out
    assert "train: 9 examples (9 correction)" in out
    assert "Left out: 1 low_score." in out
    assert json.loads(invoke("show", dataset_id[:6], "--json").stdout)["chats"]["in"] == 11


def test_export(dataset_id: str, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert invoke("export", dataset_id, str(folder)).stdout.strip() == str(folder)
    assert len((folder / "train.jsonl").read_text().splitlines()) == 9
    (folder / "mine.txt").write_text("x")
    (folder / "train.jsonl").unlink()
    assert isinstance(invoke("export", dataset_id, str(folder)).exception, FolderTaken)
    nowhere = invoke("export", dataset_id, "/proc/nowhere/data").exception
    assert isinstance(nowhere, FolderUnwritable)
    assert "Name a folder that you may write to" in str(nowhere)
    assert (folder / "mine.txt").exists()


def test_an_unknown_id_names_the_next_command(dataset_id: str) -> None:
    error = invoke("show", "zzz").exception
    assert isinstance(error, DatasetUnknown)
    assert "selfimprove datasets list" in str(error)
    assert dataset_id


def test_a_new_house(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with postgres.connect(str(settings.database_url)) as connection:
        connection.execute("drop schema selfimprove cascade")
    monkeypatch.setenv("SELFIMPROVE_DATABASE_URL", str(settings.database_url))
    settings_.current.cache_clear()
    assert invoke("list").stdout.strip() == "There are no datasets yet. Run a night with `selfimprove night`."
    assert json.loads(invoke("list", "--json").stdout) == []


def test_routes_and_memories_before_any_lesson_was_routed(dataset_id: str) -> None:
    assert "No lesson has been routed yet" in invoke("routes").stdout
    assert "No fact is remembered" in invoke("memories").stdout
    assert [json.loads(invoke(name, "--json").stdout) for name in ("routes", "memories")] == [[], []]
    assert json.loads(invoke("memories", "Where is it?", "--json").stdout) == []


def test_no_text_of_a_chat_moves_the_cursor_or_turns_the_reading_around() -> None:
    told = show.facts([{"id": "f" * 32, "question": "What?\x1b]52;c;aGk=\x07\nNow", "fact": "\u202eon\x9b31m \u0007é"}])
    assert told.splitlines()[1].split(None, 2) == ["ffffffffffff", "holds", "What? ]52;c;aGk= Now  on 31m é"]


def test_a_person_says_where_a_lesson_belongs(dataset_id: str, settings: Settings) -> None:
    assert settings.database_url
    with postgres.connect(settings.database_url) as connection:
        remember(connection, OWN, f"{FACT} {'It stays there. ' * 5}")
        (row,) = table.listed(connection)
    assert json.loads(invoke("routes", "--json").stdout)[0]["example_id"] == row["example_id"]
    cells = invoke("routes").stdout.splitlines()[1].split()
    assert cells[:6] == [*row["example_id"][:12].split(), "memory", "0.90", "model", "fact"][:6]
    assert " holds " in invoke("memories").stdout
    assert "…" in invoke("memories").stdout
    assert invoke("route", row["example_id"][:20], "nowhere").stdout == f"{row['example_id']} belongs nowhere.\n"
    assert "corrected" in invoke("routes").stdout
    assert json.loads(invoke("memories", "--json").stdout) == []
    assert isinstance(invoke("route", "zzz", "weights").exception, RouteUnknown)
    assert invoke("route", "zzz", "elsewhere").exit_code == 2


def test_a_person_makes_a_fact_a_memory_which_is_found_again(dataset_id: str, settings: Settings) -> None:
    assert settings.database_url
    with postgres.connect(settings.database_url) as connection:
        remember(connection, OWN, FACT)
        (row,) = table.listed(connection)
        table.overrule(connection, row["example_id"], "weights")
    invoke("route", row["example_id"], "memory")
    (found,) = json.loads(invoke("memories", "Where did we put the pump?", "--json").stdout)
    assert (found["fact"], found["question"]) == (FACT, OWN)
    assert 0.3 < found["similarity"] <= 1
    assert f"{found['similarity']:.2f}" in invoke("memories", "Where did we put the pump?").stdout
