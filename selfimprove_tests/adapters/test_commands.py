"""`selfimprove adapters …` as a person and as a program use it."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result

from selfimprove import postgres
from selfimprove import settings as settings_
from selfimprove.adapters import commands, show, table
from selfimprove.adapters.adapter import Adapter
from selfimprove.adapters.files import folder_of
from selfimprove.datasets.start import Line, Start, as_json
from selfimprove.errors import AdapterUnknown
from selfimprove.settings import Settings
from selfimprove_tests.adapters.make import add_dataset, kept


@pytest.fixture(autouse=True)
def _house(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFIMPROVE_HOME", str(settings.home))
    monkeypatch.setenv("SELFIMPROVE_DATABASE_URL", str(settings.database_url))
    settings_.current.cache_clear()


@pytest.fixture
def adapter(settings: Settings) -> Adapter:
    assert settings.database_url
    made = kept(settings.home)
    with postgres.connect(settings.database_url) as connection:
        add_dataset(connection)
        table.insert(connection, made, "run")
    return made


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(commands.adapters, arguments)


def test_list(adapter: Adapter) -> None:
    lines = [line.split() for line in invoke("list").stdout.splitlines()]
    assert lines == [
        ["ID", "NIGHT", "LOSS", "CHANGE", "STANDING"],
        [adapter.id[:12], "2026-03-04", "1.0000", "0.1000", "undecided"],
    ]


def test_list_as_json(adapter: Adapter) -> None:
    (row,) = json.loads(invoke("list", "--json").stdout)
    assert (row["id"], row["decision"], row["is_champion"], row["train_loss"]) == (adapter.id, None, False, 1.0)


def test_show_says_why_it_started_where_it_did(adapter: Adapter) -> None:
    begun = Start(None, "drifted", Line("c", nights=9, drift=0.03, allowed=0.05))
    said = show.words(replace(adapter, metrics={**adapter.metrics, "start": as_json(begun)}))
    assert "It began anew at the bare base model, with all lessons so far: its champion was 3.0 points below" in said
    assert "It " not in show.words(adapter), "an older adapter does not say"


def test_show(adapter: Adapter) -> None:
    out = invoke("show", adapter.id[:5]).stdout
    assert f"Adapter {adapter.id}" in out
    assert "Training loss 2.0000 to 1.0000 in 20 steps" in out
    assert "went on from the bare base model" in out
    shown = json.loads(invoke("show", adapter.id[:5], "--json").stdout)
    assert shown["recipe"]["rank"] == 16
    assert shown["files"] == dict(adapter.files)


def test_verify(adapter: Adapter) -> None:
    good = invoke("verify")
    assert (good.exit_code, good.stdout) == (0, f"{adapter.id[:12]}  ok\n")
    (folder_of(adapter) / "adapters.safetensors").write_text("damaged")
    bad = invoke("verify", adapter.id[:6], "--json")
    assert bad.exit_code == 1
    (row,) = json.loads(bad.stdout)
    assert row["ok"] is False
    assert "was changed since it was trained" in row["detail"]


def test_an_unknown_id_names_the_next_command() -> None:
    error = invoke("show", "zzz").exception
    assert isinstance(error, AdapterUnknown)
    assert "selfimprove adapters list" in str(error)


def test_an_empty_house() -> None:
    assert invoke("list").stdout == "There are no adapters yet. Run a night with `selfimprove night`.\n"
    assert json.loads(invoke("list", "--json").stdout) == []
    assert (invoke("verify").exit_code, invoke("verify").stdout) == (0, "There are no adapters yet.\n")


def test_pin_prune_and_unpin(adapter: Adapter, settings: Settings) -> None:
    assert settings.database_url
    with postgres.connect(settings.database_url) as connection:
        connection.execute("update adapters set night = night - 400")
    assert json.loads(invoke("pin", adapter.id[:6], "--reason", "dear", "--json").stdout)["pinned"] is True
    assert invoke("list").stdout.splitlines()[1].endswith("undecided, pinned")
    stays = invoke("prune", "--keep", "0").stdout
    assert f"{adapter.id[:12]}  2025-01-28  stays: pinned; waits for a decision" in stays
    assert invoke("unpin", adapter.id[:6]).stdout == f"Adapter {adapter.id} is pinned no more.\n"
    assert invoke("unpin", adapter.id[:6]).stdout == f"Adapter {adapter.id} was not pinned.\n"


def test_a_pruned_one_is_listed_shown_and_verified_as_that(adapter: Adapter, settings: Settings) -> None:
    assert settings.database_url
    with postgres.connect(settings.database_url) as connection:
        connection.execute("insert into pruned_adapters (adapter_id, bytes) values (%s, 1)", (adapter.id,))
    assert invoke("list").stdout.splitlines()[1].endswith("undecided, pruned")
    assert "Files: pruned on " in invoke("show", adapter.id).stdout
    verified = invoke("verify")
    assert verified.exit_code == 0
    assert verified.stdout.startswith(f"{adapter.id[:12]}  pruned on ")


def test_a_dry_run_of_prune_says_would(adapter: Adapter) -> None:
    told = json.loads(invoke("prune", "--dry-run", "--json").stdout)
    assert (told["adapters"], told["dry_run"], told["bytes"]) == ([], True, 0)
    assert told["kept"][0]["reasons"] == ["waits for a decision", "one of the 7 newest"]
    assert invoke("prune", "--dry-run").stdout.endswith("Would be pruned: 0 adapters and 0 folders, 0.0 MB.\n")
