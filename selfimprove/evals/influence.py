"""The child process that asks which lessons moved an adapter the way that an answer wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from selfimprove.models import mlx
from selfimprove.models.batch import fit
from selfimprove.models.encode import Encoded, encode
from selfimprove.models.gradients import similar
from selfimprove.models.mlx import Loaded
from selfimprove.models.serve import Log

LONGEST = 512  # tokens of a chat that are compared: its end


def influence(job: dict[str, Any], _: Log) -> dict[str, Any]:
    """Cosines of gradients, a row for each chat of `job["answers"]` with one number for each of `job["lessons"]`."""
    loaded = mlx.load(Path(job["base"]), Path(job["adapter"]))
    answers, lessons = ([_end(loaded, chat) for chat in job[name]] for name in ("answers", "lessons"))
    return {"cosines": similar(loaded, answers, lessons).tolist()}


def _end(loaded: Loaded, chat: Sequence[Mapping[str, str]]) -> Encoded:
    return fit([encode(loaded.tokenizer, chat)], LONGEST)[-1]
