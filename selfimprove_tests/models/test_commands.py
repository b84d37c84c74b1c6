"""`selfimprove models …` as a person and as a program calls it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from selfimprove import settings
from selfimprove.models.base import TINY
from selfimprove.models.commands import models


@pytest.fixture(autouse=True)
def _house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state folder of this test's own, in the environment that the commands read."""
    monkeypatch.setenv("SELFIMPROVE_HOME", str(tmp_path))
    monkeypatch.delenv("SELFIMPROVE_BASE_MODEL", raising=False)
    settings.current.cache_clear()
    yield
    settings.current.cache_clear()


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(models, arguments, catch_exceptions=False)


def test_list_names_the_model_in_use(tmp_path: Path) -> None:
    kept = tmp_path / "models" / "someone--small"
    kept.mkdir(parents=True)
    (kept / "config.json").write_text("{}")
    (tmp_path / "models" / "someone--large.part").mkdir()
    (tmp_path / "models" / "someone--large.part" / "config.json").write_text("{}")
    found = json.loads(_run("list", "--json").stdout)
    assert [(one["name"], one["in_use"]) for one in found] == [("tiny", True), ("someone/small", False)]
    assert _run("list").stdout.startswith("* tiny ")


def test_show_tells_identity_and_shape() -> None:
    shown = json.loads(_run("show", "--json").stdout)
    assert (shown["name"], shown["folder"]) == ("tiny", str(TINY))
    assert shown["shape"]["model_type"] == "llama"
    assert shown["manifest"]["held_out_exact"]["core"] >= 0.95
    assert f"id: {shown['id']}" in _run("show", "tiny").stdout


def test_check_says_that_the_built_in_model_is_its_sources() -> None:
    done = _run("build-tiny", "--check", "--json")
    assert json.loads(done.stdout) == {"same": True, "differences": []}
    assert done.exit_code == 0


@pytest.mark.parametrize("command", ["list", "show", "build-tiny"])
def test_every_help_has_an_example(command: str) -> None:
    assert f"Example: selfimprove models {command}" in _run(command, "--help").stdout
