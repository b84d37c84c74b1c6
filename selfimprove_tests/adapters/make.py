"""Adapters without training: small files with the right hashes."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from selfimprove.adapters.adapter import FILES, Adapter, hashes, id_of
from selfimprove.adapters.files import keep
from selfimprove.adapters.recipe import Recipe
from selfimprove.postgres import Connection

METRICS: dict[str, Any] = {
    "train_losses": [[10, 2.0], [20, 1.0]],
    "validation_losses": [[0, 2.5], [20, 1.5]],
    "tokens_per_second": 1000.0,
    "peak_memory_bytes": 1,
    "seconds": 1.0,
    "delta_norm": 0.1,
    "trained_tokens": 1000,
    "steps": 20,
    "stopped": "steps",
}


def draft(folder: Path, content: str = "weights") -> Path:
    folder.mkdir(parents=True)
    for name in FILES:
        (folder / name).write_text(f"{name}: {content}")
    return folder


def kept(home: Path, dataset_id: str = "d", content: str = "weights", **more: Any) -> Adapter:
    """An adapter whose files are in their place."""
    id, files, url = keep(draft(home / "work" / content, content), home)
    adapter = Adapter(id, "base", dataset_id, Recipe(), METRICS, url, files, date(2026, 3, 4))
    return replace(adapter, **more)


def add_dataset(connection: Connection, id: str = "d") -> None:
    connection.execute(
        "insert into datasets (id, night, cutoff, manifest, run_id) values (%s, '2026-03-04', '2026-03-03', '{}', 'r')",
        (id,),
    )


def ids(folder: Path) -> tuple[str, dict[str, str]]:
    files = hashes(folder)
    return id_of(files), files
