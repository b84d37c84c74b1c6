"""Base models whose layers are called the same here, in transformers and, by a table, in llama.cpp."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Architecture:
    """What llama.cpp calls it, and whether it keeps the rows of queries and keys in another order."""

    name: str
    permutes: bool


KNOWN = {
    "llama": Architecture("llama", True),
    "mistral": Architecture("llama", True),
    "qwen2": Architecture("qwen2", False),
    "qwen3": Architecture("qwen3", False),
    "phi3": Architecture("phi3", False),
    "gemma": Architecture("gemma", False),
    "gemma2": Architecture("gemma2", False),
}


def config(base: Path) -> dict[str, Any]:
    """A base model's config.json."""
    read: dict[str, Any] = orjson.loads((base / "config.json").read_bytes())
    return read


def problem(config: dict[str, Any]) -> str:
    """Why an adapter of such a base cannot be renamed for others; "" when it can."""
    kind = str(config.get("model_type"))
    if kind not in KNOWN:
        return f"the layers of {kind} models are not known here, only those of {', '.join(sorted(KNOWN))}"
    is_turned = config.get("rope_traditional")
    return "this base model rotates queries and keys in another way than transformers does" if is_turned else ""
