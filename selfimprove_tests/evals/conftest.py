"""A small house to evaluate in: the tiny model with short suites, and adapters made here."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from psycopg.types.json import Jsonb

from selfimprove.adapters import files
from selfimprove.adapters.adapter import Adapter
from selfimprove.models.base import TINY, Base, resolve
from selfimprove.postgres import Connection
from selfimprove_tests.evals import rows

CORE, REFUSALS = 48, 8


@pytest.fixture(scope="session")
def tiny() -> Base:
    return resolve("tiny", Path())


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """The tiny model's files with every so-manyth line of its suites: the same model id in less time."""
    folder = tmp_path_factory.mktemp("models") / "small"
    shutil.copytree(TINY, folder)
    for task, kept in (("core", CORE), ("refusals", REFUSALS)):
        lines = (folder / f"{task}.jsonl").read_bytes().splitlines(keepends=True)
        (folder / f"{task}.jsonl").write_bytes(b"".join(lines[:: len(lines) // kept][:kept]))
    (folder / "manifest.json").unlink()  # which froze the whole suites
    return resolve(str(folder), Path())


MakeAdapter = Callable[..., Path]


@pytest.fixture(scope="session")
def make_adapter(base: Base, tmp_path_factory: pytest.TempPathFactory) -> MakeAdapter:
    """A function that writes an adapter whose every value of B is `value`, in a folder of its own."""

    def make(value: float) -> Path:
        import mlx.core as mx

        from selfimprove.models import mlx

        folder = tmp_path_factory.mktemp("adapter")
        loaded = mlx.load(base.folder)
        config = mlx.add_lora(loaded, mlx.Lora(), seed=3)
        mlx.save_adapter(loaded, folder, config)
        file = folder / "adapters.safetensors"
        weights = mx.load(str(file))
        weights |= {name: mx.full(old.shape, value) for name, old in weights.items() if name.endswith("lora_b")}
        mx.eval(weights)
        mx.save_safetensors(str(file), weights)
        (folder / "recipe.json").write_text(json.dumps({}))
        return folder

    return make


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def keep_adapter(base: Base, home: Path, make_adapter: MakeAdapter, connection: Connection) -> Callable[..., Adapter]:
    """A function that stores an adapter, its files and its row, as a training does."""

    def keep(value: float, **columns: object) -> Adapter:
        draft = home / "work" / "draft"
        shutil.copytree(make_adapter(value), draft)
        adapter_id, hashes, url = files.keep(draft, home)
        row = {"url": url, "files": Jsonb(hashes), **columns}
        return rows.adapter(connection, adapter_id, base.id, **row)

    return keep
