"""The noun of the room: LoRA weights with what they were made from."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from selfimprove.adapters.recipe import Recipe

FILES = ("adapters.safetensors", "adapter_config.json", "recipe.json")


@dataclass(frozen=True, slots=True)
class Adapter:
    """A trained adapter; `files` holds the sha256 of each file, `url` the folder they are in.

    `metrics` holds `train_losses` and `validation_losses` as [[step, nats a token], …], `tokens_per_second`,
    `peak_memory_bytes`, `seconds`, `trained_tokens`, `delta_norm` (how far this training moved the weights, relative to
    the base weights), `adapter_norm` (how far all trainings before it did too) and `stopped`: "steps", "early" or
    "budget".
    """

    id: str
    base_model: str
    dataset_id: str
    recipe: Recipe
    metrics: Mapping[str, Any]
    url: str
    files: Mapping[str, str]
    night: date
    pruned_at: datetime | None = None  # when its files were deleted to save room


def hashes(folder: Path) -> dict[str, str]:
    """The sha256 of each of an adapter's files.

    Raises:
        FileNotFoundError: one is missing.
    """
    return {name: file_hash(folder / name) for name in FILES}


def file_hash(path: Path) -> str:
    """The sha256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def id_of(files: Mapping[str, str]) -> str:
    """An adapter's id: sha256 over its files' names and hashes."""
    return hashlib.sha256(orjson.dumps(sorted(files.items()))).hexdigest()
