"""`selfimprove forget` as a person uses it."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from selfimprove import stack
from selfimprove.cli import tree
from selfimprove.errors import ForgetBusy, ForgetUnconfirmed, ForgetUnknown, TextUndecodable
from selfimprove.settings import current
from selfimprove_tests.forgetting.conftest import Past
from selfimprove_tests.forgetting.house import ALONE, SECRET, House, files_that_hold, rows_that_hold, said


@pytest.fixture(autouse=True)
def at_home(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SELFIMPROVE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SELFIMPROVE_DATABASE_URL", database)
    current.cache_clear()
    yield
    current.cache_clear()


class Terminal(BytesIO):
    """What somebody types at a terminal."""

    def isatty(self) -> bool:
        return True


def forget(*arguments: str, stdin: str | BytesIO | None = None) -> Result:
    return CliRunner().invoke(tree, ["forget", *arguments], input=stdin)


def test_it_is_gone_with_its_files_and_the_receipt_is_told(past: Past) -> None:
    done = forget("--matching", SECRET.upper(), "--json", "--yes")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["counts"]["chats"], told["dry_run"], set(told["adapters"])) == (1, False, {past.champion, past.heir})
    assert Path(told["file"]).exists()
    assert rows_that_hold(past.house.connection, SECRET) == []
    assert list(files_that_hold(past.house.home, SECRET)) == []
    assert past.house.answers() == past.clean


def test_nor_do_the_server_s_samples_hold_it(past: Past) -> None:
    """By which it plans, and which whoever may read a column may read."""
    past.house.connection.execute("analyze")
    past.house.connection.commit()
    assert "pg_stats" not in rows_that_hold(past.house.connection, SECRET)
    assert forget("--matching", SECRET, "--yes").exit_code == 0
    assert rows_that_hold(past.house.connection, SECRET) == []


def test_a_dry_run_says_what_would_go(past: Past) -> None:
    done = forget("--user", "ada", "--dry-run")
    assert done.exit_code == 0
    assert "Would be forgotten: 1 chats, 1 feedback" in done.stdout
    assert "Datasets that held them: 1; adapters that learned from those: 2." in done.stdout
    assert f"adapter {past.clean[:12]} answers from now on" in done.stdout
    assert "That night is asked for" in done.stdout
    assert "What `selfimprove adapters export` wrote of these adapters knows it still" in done.stdout
    assert past.house.count("chats") == 2


def test_nothing_is_asked_for_where_no_adapter_learned_it(house: House) -> None:
    house.hear(said("one", "two"))
    told = forget("--matching", "two", "--dry-run").stdout
    assert "asked for" not in told
    assert "export" not in told


def test_copies_go_too_when_they_are_asked_for(house: House) -> None:
    first, _ = house.hear(said(SECRET, "I see."), said(f"{SECRET} ", "I see.", user="bob"))
    assert json.loads(forget("--user", "ada", "--dry-run", "--json").stdout)["stays"]["copies"] == 1
    told = json.loads(forget("--user", "ada", "--copies", "--yes", "--json").stdout)
    assert (told["counts"]["chats"], told["stays"]["copies"]) == (2, 0)
    assert house.count("chats") == 0
    assert isinstance(forget("--chat", first, "--yes").exception, ForgetUnknown)


def test_text_comes_from_standard_input_so_that_no_shell_remembers_it(past: Past) -> None:
    assert json.loads(forget("--matching", "-", "--json", "--yes", stdin=f"{ALONE}\n").stdout)["counts"]["chats"] == 1
    assert rows_that_hold(past.house.connection, ALONE) == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_what_is_read_may_be_in_any_encoding_that_says_so(house: House, encoding: str) -> None:
    house.hear(said(f"I met Müller {ALONE}", "two"))
    told = forget("--matching", "-", "--dry-run", "--json", stdin=BytesIO(f"Müller {ALONE}\r\n".encode(encoding)))
    assert json.loads(told.stdout)["counts"]["chats"] == 1


@pytest.mark.parametrize("typed", ["Müller".encode("latin-1"), "Müller".encode("utf-16-le"), b"two\0"])
def test_what_cannot_be_read_is_refused_and_not_looked_for_in_vain(house: House, typed: bytes) -> None:
    house.hear(said("I met Müller", "two"))
    assert isinstance(forget("--matching", "-", "--dry-run", stdin=BytesIO(typed)).exception, TextUndecodable)


@pytest.mark.parametrize(("text", "stdin"), [("two", None), ("-", "two\n")])
def test_without_a_yes_nothing_goes_where_nobody_can_be_asked(house: House, text: str, stdin: str | None) -> None:
    house.hear(said("one", "two"))
    assert isinstance(forget("--matching", text, stdin=stdin).exception, ForgetUnconfirmed)
    assert house.count("chats") == 1


def test_at_a_terminal_it_is_asked_first(house: House) -> None:
    house.hear(said("one", "two"))
    asked = forget("--matching", "two", stdin=Terminal(b"n\n"))
    assert (asked.exit_code, house.count("chats")) == (1, 1)
    assert "Would be forgotten: 1 chats" in asked.stderr
    house.connection.commit()
    assert forget("--matching", "two", stdin=Terminal(b"y\n")).exit_code == 0
    assert house.count("chats") == 0


def test_nothing_that_fits_is_said_and_no_error(house: House) -> None:
    house.hear(said("one", "two"))
    assert forget("--user", "nobody", "--yes").stdout == "No chat fits; nothing was forgotten.\n"
    assert json.loads(forget("--user", "nobody", "--json", "--yes").stdout)["counts"] == {"chats": 0}


@pytest.mark.parametrize("arguments", [[], ["--chat", "a", "--user", "b"], ["--before", "yesterday"]])
def test_one_selector_is_needed(arguments: list[str]) -> None:
    assert forget(*arguments, "--yes").exit_code == 2


def test_days_before_one(house: House) -> None:
    house.hear(said("one", "two"))
    assert "Forgotten: 1 chats" in forget("--before", "2031-05-01", "--yes").stdout
    assert house.count("chats") == 0


def test_a_file_that_is_imported_again_counts_what_was_forgotten(tmp_path: Path) -> None:
    file = tmp_path / "chats.jsonl"
    texts = [(SECRET, "I see."), ("What is a heron?", "A bird.")]
    lines = [[{"role": "user", "content": asked}, {"role": "assistant", "content": said}] for asked, said in texts]
    file.write_text("\n".join(json.dumps({"messages": line}) for line in lines))

    def imports(*options: str) -> str:
        return CliRunner().invoke(tree, ["chats", "import", str(file), *options]).stdout

    assert "2 read = 2 imported" in imports()
    assert forget("--matching", SECRET, "--yes").exit_code == 0
    assert "2 read = 0 imported + 0 updated + 1 unchanged + 1 forgotten + 0 rejected" in imports()
    assert json.loads(imports("--json"))["forgotten"] == 1


def test_a_night_under_way_is_not_written_behind(house: House) -> None:
    house.hear(said("one", "two"))
    house.connection.execute("create table dagster.runs (run_id text, status text)")
    house.connection.execute("insert into dagster.runs values ('r', 'STARTED')")
    house.connection.commit()
    with stack._locked(current()) as state:
        stack._remember(state, [], current().port)
        done = forget("--matching", "two", "--yes")
        assert isinstance(done.exception, ForgetBusy)
        assert forget("--matching", "two", "--dry-run").exit_code == 0
        house.connection.execute("update dagster.runs set status = 'SUCCESS'")
        house.connection.commit()
        assert forget("--matching", "two", "--yes").exit_code == 0
    assert house.count("chats") == 0
