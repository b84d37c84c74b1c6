"""`selfimprove evals …` on a real database: text for people, one JSON value for programs."""

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from selfimprove import settings as settings_
from selfimprove.chats.chat import Message
from selfimprove.errors import ChatUnknown, NothingEvaluated, ReportUnknown
from selfimprove.evals import table
from selfimprove.evals.commands import evals
from selfimprove.evals.report import Lineup, Report, Result, report_id
from selfimprove.evals.sandbox import Outcome
from selfimprove.evals.task import EvalExample
from selfimprove.models.base import Base
from selfimprove.postgres import Connection
from selfimprove_tests.evals import rows
from selfimprove_tests.evals.conftest import CORE, REFUSALS
from selfimprove_tests.evals.test_retrieval import numbered


@pytest.fixture(autouse=True)
def house(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SELFIMPROVE_DATABASE_URL", database)
    settings_.current.cache_clear()
    yield
    settings_.current.cache_clear()


def run(*arguments: str) -> tuple[str, str]:
    done = CliRunner().invoke(evals, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout, done.stderr


@pytest.fixture
def report(connection: Connection) -> Report:
    rows.dataset(connection)
    rows.adapter(connection, "new")
    example = EvalExample("core", "s", "exact", (Message("user", "Private question?"),), "yes")
    lineup = Lineup("b+new", "b", "b", "b")
    results = [Result("b+new", example.id, 0.25, True, "yes", 2), Result("b", example.id, None, False, "", 1)]
    measured = {"latency_ratio": 1.25, "leaks": [], "note": ""}
    report = Report(report_id(lineup, [example.id]), rows.NIGHT, "new", lineup, (example.id,), measured, "r")
    table.insert_results(connection, [example], results)
    table.insert_report(connection, report)
    connection.commit()
    return report


def test_a_report_is_a_table_of_tasks_and_models(report: Report) -> None:
    told, _ = run("report")
    assert told.splitlines() == [
        f"Report {report.id} of the night of 2024-03-31, adapter new",
        "passed, %",
        "      examples  challenger  champion, anchor, base",
        "core         1       100.0                     0.0",
        "loss, nats a token",
        "      challenger  champion, anchor, base",
        "core       0.250                       -",
        "leaks: 0",
        "latency ratio: 1.25",
    ]


@pytest.mark.parametrize("name", ["latest", "beginning"])
def test_a_report_is_one_json_object(report: Report, name: str) -> None:
    told = json.loads(run("report", "latest" if name == "latest" else report.id[:8], "--json")[0])
    assert (told["id"], told["night"], told["challenger"]) == (report.id, "2024-03-31", "b+new")
    assert told["scores"][1] == {"task": "core", "model": "b", "examples": 1, "passed": 0.0, "loss": None}
    assert told["measurements"]["latency_ratio"] == 1.25


def test_a_report_that_is_not_there_is_named() -> None:
    with pytest.raises(ReportUnknown, match="No reports have an id that begins with 'zz'"):
        run("report", "zz")


def test_before_the_first_report_it_is_said_how_to_come_to_one() -> None:
    with pytest.raises(NothingEvaluated, match=r"Nothing was evaluated yet.*`selfimprove night`"):
        run("report", "latest")


def test_chats_are_pinned_listed_and_unpinned(connection: Connection) -> None:
    rows.chat(connection, "abc1", rows.asked("What?", "This", "That"))
    connection.commit()
    assert run("pins")[0] == "No chat is pinned.\n"
    assert run("pin", "abc")[0] == "Pinned message 3 of chat abc1.\n"
    assert json.loads(run("pin", "abc", "--position", "1", "--json")[0]) == {
        "chat_id": "abc1", "position": 1, "trained_on": [],
    }  # fmt: skip
    assert run("pins")[0] == "abc1  message 1\n"
    assert [pin["chat_id"] for pin in json.loads(run("pins", "--json")[0])] == ["abc1"]
    assert run("unpin", "abc1")[0] == "Chat abc1 is not pinned now.\n"
    with pytest.raises(ChatUnknown):
        run("unpin", "zz")


def test_pinning_what_was_learned_is_noted_apart_from_the_answer(connection: Connection) -> None:
    rows.dataset(connection)
    rows.chat(connection, "abc1", rows.asked("What?", "This"))
    rows.example(connection, "train", rows.asked("What?", "This"), "abc1")
    connection.commit()
    told, noted = run("pin", "abc1", "--json")
    assert json.loads(told)["trained_on"] == ["2024-03-31"]
    assert noted == "It was trained on before, in the night of 2024-03-31.\n"


def test_suites_are_told_with_their_families_and_version() -> None:
    core, refusals = json.loads(run("suites", "--json")[0])
    assert (core["task"], core["examples"], core["frozen"]) == ("core", 949, True)
    assert core["families"]["capital"] == 42
    assert len(refusals["sha256"]) == 64
    told = run("suites")[0]
    assert told.startswith(f"core      949  {core['sha256'][:12]}  ")


def test_what_contains_programs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    held = ("network", "processes", "files", "hook")
    monkeypatch.setattr("selfimprove.evals.sandbox.walls", lambda: Outcome("passed", "", held))
    assert json.loads(run("sandbox", "--json")[0])["held"] == list(held)
    assert "no network" in run("sandbox")[0]
    monkeypatch.setattr("selfimprove.evals.sandbox.walls", lambda: Outcome("passed", "", ("hook",)))
    weak = CliRunner().invoke(evals, ["sandbox"])
    assert (weak.exit_code, "not by the kernel" in weak.output) == (1, True)


def test_the_search_is_measured_on_seeded_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("selfimprove.evals.grading.embed_apart", numbered)
    assert json.loads(run("retrieval", "--json")[0])["recall@10"] > 0.8
    assert run("retrieval")[0].splitlines()[0].split() == ["questions", "64"]


def test_the_base_is_tried_on_its_suites(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFIMPROVE_BASE_MODEL", str(base.folder))
    settings_.current.cache_clear()
    told, noted = run("run", "--json")
    assert [(score["task"], score["examples"]) for score in json.loads(told)] == [
        ("core", CORE), ("refusals", REFUSALS),
    ]  # fmt: skip
    assert f"{CORE + REFUSALS} of {CORE + REFUSALS} answered" in noted
    again, _ = run("run", "--adapter", "base")
    assert again.splitlines()[1].split() == ["examples", "base"]
    assert [line.split()[:2] for line in again.splitlines()[2:4]] == [["core", str(CORE)], ["refusals", str(REFUSALS)]]
