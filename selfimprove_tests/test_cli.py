"""The command tree: every command helps with an example, errors are one line, choices reach Dagster."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from selfimprove import cli
from selfimprove_tests.conftest import _at, _execute


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


def test_every_command_helps_with_an_example() -> None:
    found = list(commands(cli.tree))
    assert [name for name, command in found if "Example: " not in (command.help or "")] == []
    assert len(found) > 20


def test_an_unknown_command_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["fly"])
    assert ended.value.code == 2
    assert "No such command 'fly'" in capsys.readouterr().err


def test_an_error_is_one_line_with_the_next_step(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SELFIMPROVE_DATABASE_URL", "postgresql://127.0.0.1:1/none")
    cli.current.cache_clear()
    try:
        with pytest.raises(SystemExit) as ended:
            cli.main(["promotion", "status"])
    finally:
        cli.current.cache_clear()
    assert ended.value.code == 1
    error = capsys.readouterr().err
    assert error.startswith("Error: The database does not answer")
    assert error.count("\n") == 1


LOOKS = (
    ["datasets", "list"], ["adapters", "list"], ["evals", "pins"], ["promotion", "status"],
    ["promotion", "history"], ["promotion", "margins"], ["reports", "list"], ["reports", "alerts"],
)  # fmt: skip


@pytest.fixture
def new_house(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A house whose database is there, and empty."""
    name = f"new_{uuid.uuid4().hex[:12]}"
    _execute(server, f"create database {name} template template0")
    monkeypatch.setenv("SELFIMPROVE_DATABASE_URL", _at(server, name))
    monkeypatch.setenv("SELFIMPROVE_HOME", str(tmp_path))
    cli.current.cache_clear()
    yield
    cli.current.cache_clear()
    _execute(server, f"drop database {name} with (force)")


@pytest.mark.parametrize("command", LOOKS, ids=" ".join)
def test_looking_around_a_new_house_is_no_error(command: list[str], new_house: None) -> None:
    cli.main(command)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_output_that_has_no_room_is_one_sentence() -> None:
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "selfimprove", "privacy", "redact", "--no-names"]
        done = subprocess.run(command, input="x", stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    told = "Error: what it is written to is full (No space left on device). Make room there, then run it again.\n"
    assert (done.returncode, done.stderr) == (1, told)
