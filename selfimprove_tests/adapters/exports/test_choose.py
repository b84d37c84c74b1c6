"""`selfimprove adapters export`: the champion unless another is named, and nothing that people took back."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from selfimprove import postgres
from selfimprove import settings as settings_
from selfimprove.adapters import commands, table
from selfimprove.adapters.adapter import Adapter
from selfimprove.errors import AdapterPruned, ChampionMissing, ExportRefused
from selfimprove.settings import Settings
from selfimprove_tests.adapters.exports import make
from selfimprove_tests.adapters.make import add_dataset


@pytest.fixture
def adapter(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Adapter:
    monkeypatch.setenv("SELFIMPROVE_HOME", str(settings.home))
    monkeypatch.setenv("SELFIMPROVE_DATABASE_URL", str(settings.database_url))
    settings_.current.cache_clear()
    made = make.adapter(settings.home, make.tiny())
    with postgres.connect(str(settings.database_url)) as connection:
        add_dataset(connection)
        table.insert(connection, made, "run")
    return made


def _sql(settings: Settings, statement: str, *given: object) -> None:
    with postgres.connect(str(settings.database_url)) as connection:
        connection.execute(statement, given)


def _promote(settings: Settings, adapter: Adapter) -> None:
    _sql(settings, "insert into promotions (action, adapter_id) values ('rolled_back', %s)", adapter.id)


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(commands.adapters, ["export", *map(str, arguments)])


def test_the_champion_is_exported(adapter: Adapter, settings: Settings, tmp_path: Path) -> None:
    assert isinstance(invoke("--format", "peft", "--to", tmp_path / "out").exception, ChampionMissing)
    _promote(settings, adapter)
    done = invoke("--format", "peft", "--to", tmp_path / "out")
    assert done.stdout == f"{tmp_path}/out/{adapter.id[:12]}-peft\n"
    assert (tmp_path / "out" / f"{adapter.id[:12]}-peft" / "README.md").is_file()


def test_one_that_is_named_as_json(adapter: Adapter, tmp_path: Path) -> None:
    told = json.loads(invoke(adapter.id[:7], "--format", "gguf", "--to", tmp_path / "out", "--json").stdout)
    assert (told["id"], told["found"]) == (adapter.id, {"tensors": 42})


@pytest.mark.parametrize("why", ["vetoed", "forgotten"])
def test_what_people_took_back_is_not_given_away(
    adapter: Adapter, settings: Settings, tmp_path: Path, why: str
) -> None:
    if why == "vetoed":
        _sql(settings, "insert into promotions (action, replaced) values ('vetoed', %s)", adapter.id)
    else:
        _sql(
            settings,
            "insert into receipts (id, selector, selector_hash, counts, datasets, adapters, runs)"
            " values ('r', 'chat', 'h', '{}', '{d}', '{}', '{}')",
        )
        _sql(settings, "insert into tainted_datasets (dataset_id, receipt_id) values ('d', 'r')")
    refused = invoke(adapter.id, "--format", "peft", "--to", tmp_path / "out")
    assert isinstance(refused.exception, ExportRefused)
    assert why in str(refused.exception)
    assert "--even-so" in str(refused.exception)
    assert invoke(adapter.id, "--format", "peft", "--to", tmp_path / "out", "--even-so").exit_code == 0


def test_a_pruned_one_says_so(adapter: Adapter, settings: Settings, tmp_path: Path) -> None:
    _sql(settings, "insert into pruned_adapters (adapter_id, bytes) values (%s, 1)", adapter.id)
    assert isinstance(invoke(adapter.id, "--format", "mlx", "--to", tmp_path).exception, AdapterPruned)
