"""The base models on this machine."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from selfimprove.models.base import TINY, Base, given_folder

SHAPE = ("model_type", "hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
         "intermediate_size", "vocab_size", "max_position_embeddings")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One model on disk."""

    name: str
    folder: Path
    bytes: int
    in_use: bool

    def as_json(self) -> dict[str, Any]:
        """The entry as JSON."""
        return {**asdict(self), "folder": str(self.folder)}


def known(chosen: str, home: Path) -> list[Entry]:
    """The built-in model, what is in HOME/models, and the chosen one when it is a folder of its own."""
    places = {"tiny": TINY}
    if (home / "models").is_dir():
        places |= {_name(folder): folder for folder in sorted((home / "models").iterdir()) if _is_model(folder)}
    if (folder := given_folder(chosen)) and _is_model(folder):
        places[chosen] = folder
    return [Entry(name, folder, _size(folder), name == chosen) for name, folder in places.items()]


def describe(base: Base) -> dict[str, Any]:
    """A model's identity, files and shape."""
    config = json.loads((base.folder / "config.json").read_text())
    manifest = base.folder / "manifest.json"
    return {
        "name": base.name,
        "id": base.id,
        "folder": str(base.folder),
        "suites": str(base.suites),
        "bytes": _size(base.folder),
        "shape": {key: config[key] for key in SHAPE if key in config},
        "quantization": config.get("quantization"),
        "manifest": json.loads(manifest.read_text()) if manifest.exists() else None,
    }


def _name(folder: Path) -> str:
    return folder.name.replace("--", "/") if "--" in folder.name else str(folder)


def _is_model(folder: Path) -> bool:
    return (folder / "config.json").is_file() and folder.suffix != ".part"


def _size(folder: Path) -> int:
    return sum(_sizes(folder))


def _sizes(folder: Path) -> Iterator[int]:
    return (file.stat().st_size for file in folder.iterdir() if file.is_file())
