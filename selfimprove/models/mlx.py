"""The only file that calls mlx-lm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selfimprove.models.encode import Encoded


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in memory with its tokenizer."""

    model: Any
    tokenizer: Any


@dataclass(frozen=True, slots=True)
class Generation:
    """One answer; `seconds` is its share of the batch's time."""

    text: str
    tokens: int
    seconds: float


def load(folder: Path, adapter: Path | None = None) -> Loaded:
    """A model and its adapter; raises AdapterMismatch when the adapter does not fit whole."""
    raise NotImplementedError


def generate(
    loaded: Loaded, prompts: Sequence[Sequence[Mapping[str, str]]], *, max_tokens: int, temperature: float = 0.0, seed: int = 0
) -> list[Generation]:
    """Answers to all prompts, batched."""
    raise NotImplementedError


def add_lora(loaded: Loaded, *, rank: int = 8, scale: float = 20.0, dropout: float = 0.0, layers: int = -1) -> dict[str, Any]:
    """Freeze the model, put LoRA on every linear of the last `layers` layers, and return the adapter_config."""
    raise NotImplementedError


def save_adapter(loaded: Loaded, folder: Path, config: dict[str, Any]) -> None:
    """Write adapters.safetensors and adapter_config.json."""
    raise NotImplementedError


def train(loaded: Loaded, rows: Sequence[Encoded], validation: Sequence[Encoded], recipe: Any, **hooks: Any) -> Any:
    """Train what is not frozen, through mlx_lm.tuner.trainer.train."""
    raise NotImplementedError
