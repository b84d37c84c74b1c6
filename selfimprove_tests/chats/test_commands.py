"""The commands, as a person or a script runs them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from selfimprove.chats.commands import chats, load_samples
from selfimprove.settings import Settings, current


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setenv("SELFIMPROVE_HOME", str(settings.home))
    monkeypatch.setenv("SELFIMPROVE_DATABASE_URL", str(settings.database_url))
    current.cache_clear()
    yield
    current.cache_clear()


def run(*arguments: object) -> Result:
    return CliRunner().invoke(chats, [str(argument) for argument in arguments])


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines))
    return path


GOOD = json.dumps({"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "the secret"}]})


@pytest.mark.usefixtures("house")
def test_import_tells_its_sums_and_the_first_bad_lines(tmp_path: Path) -> None:
    result = run("import", write(tmp_path / "a.jsonl", GOOD, "oops", *["{}"] * 7))
    assert result.exit_code == 0
    sums = "9 read = 1 imported + 0 updated + 0 unchanged + 8 rejected (1 invalid_json, 7 unknown_format)"
    assert sums in result.stdout
    assert "a.jsonl:2: invalid_json" in result.stderr
    assert "… and 3 more: selfimprove chats rejections" in result.stderr
    assert "1 chats have no time and are placed on" in result.stderr
    assert "secret" not in result.output


@pytest.mark.usefixtures("house")
def test_many_files_have_one_bar_in_a_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    result = run("import", *(write(tmp_path / f"[red]{n}.jsonl", GOOD) for n in range(9)), "--day", "2026-03-01")
    assert "[red]8.jsonl" in result.stderr
    assert "\x1b[1A" not in result.stderr, "a line above is drawn again"


@pytest.mark.usefixtures("house")
def test_import_prints_one_json_value(tmp_path: Path) -> None:
    files = [write(tmp_path / "a.jsonl", GOOD, "oops"), write(tmp_path / "b.jsonl", GOOD)]
    found = json.loads(run("import", *files, "--json").stdout)
    assert {key: found[key] for key in ("read", "imported", "updated", "unchanged", "rejected")} == {
        "read": 3,
        "imported": 1,
        "updated": 0,
        "unchanged": 1,
        "rejected": {"invalid_json": 1},
    }
    assert [Path(file["file"]).name for file in found["files"]] == ["a.jsonl", "b.jsonl"]


@pytest.mark.usefixtures("house")
def test_a_file_of_which_nothing_can_be_read_fails_and_an_empty_one_does_not(tmp_path: Path) -> None:
    assert run("import", write(tmp_path / "a.jsonl", "oops")).exit_code == 1
    assert run("import", write(tmp_path / "b.jsonl", "")).exit_code == 0
    assert run("import", write(tmp_path / "a.jsonl", "oops"), write(tmp_path / "c.jsonl", GOOD)).exit_code == 0


@pytest.mark.usefixtures("house")
def test_a_day_places_undated_chats_without_a_note(tmp_path: Path) -> None:
    result = run("import", write(tmp_path / "a.jsonl", GOOD), "--day", "2026-03-01")
    assert result.stderr == ""
    (row,) = json.loads(run("list", "--json").stdout)
    assert (row["day"], row["source"], row["turns"]) == ("2026-03-01", "openai", 2)
    assert set(row) == {"id", "day", "source", "turns", "side"}
    assert json.loads(run("list", "--day", "2026-03-02", "--json").stdout) == []
    assert row["id"] in run("list", "--day", "2026-03-01").stdout


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("day", "message"),
    [("2001-01-01", "before SELFIMPROVE_FIRST_DAY"), ("2999-01-01", "future"), ("soon", "does not match")],
)
def test_a_day_that_cannot_be_is_refused(tmp_path: Path, day: str, message: str) -> None:
    result = run("import", write(tmp_path / "a.jsonl", GOOD), "--day", day)
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("day", "message"),
    [("0001-01-02", "before SELFIMPROVE_FIRST_DAY"), ("2999-01-01", "future"), ("9999-12-31", "future")],
)
def test_a_household_that_no_night_would_read_is_refused(day: str, message: str) -> None:
    result = run("sample", "--last-day", day)
    assert result.exit_code == 2
    assert message in result.stderr
    assert run("list").stdout == ""


@pytest.mark.usefixtures("house")
def test_rejections_are_listed(tmp_path: Path) -> None:
    assert "could be read" in run("rejections").stdout
    run("import", write(tmp_path / "a.jsonl", GOOD, "oops"))
    assert "a.jsonl:2: invalid_json" in run("rejections").stdout
    (row,) = json.loads(run("rejections", "--json").stdout)
    assert (row["line"], row["reason"]) == (2, "invalid_json")


@pytest.mark.usefixtures("house")
def test_the_sample_is_loaded_once(settings: Settings) -> None:
    assert "6 pinned" in run("sample").stdout
    assert "is here already" in run("sample").stdout
    assert json.loads(run("sample", "--json").stdout)["imported"] == 0
    assert load_samples(settings).written.imported == 0


@pytest.mark.parametrize("command", [chats, *chats.commands.values()], ids=lambda command: command.name)
def test_every_command_has_an_example(command: object) -> None:
    assert "Example: selfimprove chats" in (getattr(command, "help", "") or "")
