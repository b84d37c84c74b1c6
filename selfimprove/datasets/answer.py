"""The base model's own answers to replay prompts, in a process of its own."""

from pathlib import Path
from typing import Any

from selfimprove.models import mlx
from selfimprove.models.serve import Log

CHUNK = 64


def answer(job: dict[str, Any], tell: Log) -> dict[str, Any]:
    """Greedy answers to `job["prompts"]`, told as they come; None where the model did not end or said nothing."""
    loaded = mlx.load(Path(job["base"]))
    for start in range(0, len(job["prompts"]), CHUNK):
        said = mlx.generate(loaded, job["prompts"][start : start + CHUNK], max_tokens=job["max_tokens"])
        answers = [g.text.strip() or None if g.tokens < job["max_tokens"] else None for g in said]
        tell({"start": start, "answers": answers})
    return {"prompts": len(job["prompts"])}
