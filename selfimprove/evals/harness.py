"""Tasks of EleutherAI's lm-evaluation-harness on the base model or an adapter, where the harness is installed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from selfimprove.adapters.adapter import Adapter
from selfimprove.adapters.files import verified_folder
from selfimprove.errors import HarnessMissing
from selfimprove.models.base import Base
from selfimprove.models.worker import Worker


@dataclass(frozen=True, slots=True)
class Asked:
    """Tasks by name, a folder of one's own YAML tasks, how many items of each, and whether data may be fetched."""

    tasks: Sequence[str]
    include: Path | None = None
    limit: int | None = None
    download: bool = False


def run(base: Base, adapter: Adapter | None, asked: Asked) -> dict[str, dict[str, float]]:
    """Metrics by task.

    Raises:
        HarnessMissing: it is not installed; the message has the command.
        HarnessFailed: a task is unknown, or its data cannot be had.
    """
    if find_spec("lm_eval") is None:
        raise HarnessMissing
    job: dict[str, Any] = {
        "base": str(base.folder), "adapter": str(verified_folder(adapter)) if adapter else None,
        "tasks": list(asked.tasks), "include": str(asked.include.resolve()) if asked.include else None,
        "limit": asked.limit, "download": asked.download,
    }  # fmt: skip
    with closing(Worker("selfimprove.models.harness:load")) as worker:
        return dict(worker.do("selfimprove.models.harness:work", job)["results"])


def text(found: dict[str, dict[str, float]]) -> str:
    """A line a metric."""
    rows = [(task, name, value) for task, metrics in found.items() for name, value in metrics.items()]
    width = max((len(task) for task, _, _ in rows), default=0)
    return "\n".join(f"{task:{width}}  {name:20} {value:g}" for task, name, value in rows)
