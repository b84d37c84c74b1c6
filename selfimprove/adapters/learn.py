"""From a dataset to a stored adapter: train in a child process, move the files to their place, write the row last."""

import fcntl
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from selfimprove.adapters import pseudonyms, table
from selfimprove.adapters.adapter import Adapter
from selfimprove.adapters.files import keep, verified_folder
from selfimprove.adapters.recipe import Recipe
from selfimprove.datasets import export
from selfimprove.datasets.build import Connect
from selfimprove.datasets.freeze import Dataset
from selfimprove.errors import DatasetChanged, TrainingBusy
from selfimprove.models import worker
from selfimprove.models.base import Base

CHILD = "selfimprove.adapters.train:train"
DRAFT = "adapter-"


@dataclass(frozen=True, slots=True)
class Bench:
    """Where training happens: the database, the state folder, the base model, and who hears of progress."""

    connect: Connect
    home: Path
    base: Base
    tell: Callable[[str], None]


def learn(bench: Bench, dataset: Dataset, recipe: Recipe, run_id: str) -> Adapter:
    """Train an adapter on a dataset; nothing of it is visible before all of it is there.

    Raises:
        TrainingBusy: another training is running in this state folder.
        DatasetChanged: the dataset's rows are no longer what was frozen.
        AdapterCorrupt: the adapter to go on from is not what was trained.
        ExampleDiverged, ModelWorkFailed: the training itself failed.
    """
    with _draft(bench.home) as draft:
        told = worker.call(CHILD, _job(bench, dataset, recipe, draft), log=lambda event: bench.tell(sentence(event)))
        (draft / "recipe.json").write_bytes(how_made(bench.base, dataset, recipe))
        id, files, url = keep(draft, bench.home)
        metrics = {**told["metrics"], "peak_memory_bytes": _peak(told["memory"]), "blas": told["memory"]["blas"]}
        adapter = Adapter(id, bench.base.id, dataset.id, recipe, metrics, url, files, dataset.night)
        with bench.connect() as connection:
            table.insert(connection, adapter, run_id)
    return adapter


def how_made(base: Base, dataset: Dataset, recipe: Recipe) -> bytes:
    """The file beside the weights that says what they were made from."""
    made = {"base_model": base.id, "dataset": dataset.id, "recipe": asdict(recipe)}
    return orjson.dumps(made, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2) + b"\n"


def sentence(event: dict[str, Any]) -> str:
    """A progress event as one line of a log."""
    if "validation_loss" in event:
        return f"Step {event['step']} of {event['steps']}: held-out loss {event['validation_loss']:.4f}."
    return f"Step {event['step']} of {event['steps']}: loss {event['train_loss']:.4f}, {event['seconds']:.1f} s."


def _job(bench: Bench, dataset: Dataset, recipe: Recipe, draft: Path) -> dict[str, Any]:
    folder = export.of(dataset, bench.home)
    changed = export.differences(dataset, folder)
    if changed:
        raise DatasetChanged(id=dataset.id, files=", ".join(changed))
    start = _folder_of(bench, recipe.warm_start) if recipe.warm_start else None
    seeds = pseudonyms.seeds(dataset) if recipe.pseudonyms == "substitutes" else None
    return {
        "base": str(bench.base.folder),
        "dataset": str(folder),
        "recipe": asdict(recipe),
        "start": str(start) if start else None,
        "out": str(draft),
        "seeds": seeds,
    }


def _folder_of(bench: Bench, id: str) -> Path:
    with bench.connect() as connection:
        return verified_folder(table.read(connection, id))


@contextmanager
def _draft(home: Path) -> Iterator[Path]:
    """An empty folder to train into, for one training at a time; what a killed one left behind is removed first."""
    work = home / "work"
    work.mkdir(parents=True, exist_ok=True)
    with (work / "training.lock").open("a") as lock:
        _take(lock.fileno(), work)
        for left_over in work.glob(f"{DRAFT}*"):
            shutil.rmtree(left_over)
        draft = work / f"{DRAFT}{uuid.uuid4().hex}"
        draft.mkdir(mode=0o700)
        try:
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _take(lock: int, work: Path) -> None:
    """The system frees this lock when its process ends, however it ends."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        raise TrainingBusy(home=work.parent) from exc
    os.ftruncate(lock, 0)


def _peak(memory: dict[str, Any]) -> int:
    return int(max(memory["peak_rss"], memory["peak_mlx"]))
