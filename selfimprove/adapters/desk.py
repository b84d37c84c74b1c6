"""The folder in which a training's checkpoints lie until its adapter is stored, `work/training/<key>`.

The key says what is trained, so a start finds the checkpoint of the same training, and never that of another.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

import orjson

from selfimprove.adapters.recipe import Recipe
from selfimprove.datasets.freeze import Dataset
from selfimprove.errors import DatasetChanged, ExampleDiverged, TrainingBusy
from selfimprove.models.base import Base
from selfimprove.models.checkpoint import STATE

FOLDER = "training"
LOCK = "training.lock"
FORMAT = 1  # of a checkpoint: another one is not gone on from
ENDS = (ExampleDiverged, DatasetChanged)  # what would happen again


def key(base: Base, dataset: Dataset, recipe: Recipe) -> str:
    """32 hex digits over what decides the adapter: dataset, recipe, the adapter it starts from, base, versions."""
    versions = [FORMAT, *map(metadata.version, ("mlx", "mlx-lm"))]
    decides = orjson.dumps([base.id, dataset.id, asdict(recipe), versions], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(decides).hexdigest()[:32]


@contextmanager
def desk(home: Path, key: str) -> Iterator[Path]:
    """The folder of one training, for one training at a time; that of another one, which was given up, is removed.

    It outlives an error or a kill if it holds a checkpoint, unless the error would happen again.

    Raises:
        TrainingBusy: another training is running in this state folder.
    """
    work = home / "work"
    work.mkdir(parents=True, exist_ok=True)
    with (work / LOCK).open("a") as lock:
        _take(lock.fileno(), work)
        place = work / FOLDER / key
        for other in place.parent.glob("*"):
            if other.is_symlink() or other.is_file():  # Finder leaves a file where somebody looked
                other.unlink()
            elif other != place:
                shutil.rmtree(other)
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            yield place
        except ENDS:
            shutil.rmtree(place.parent)
            raise
        except BaseException:
            if not any(place.rglob(STATE)):
                shutil.rmtree(place.parent)
            raise
        shutil.rmtree(place.parent)


def _take(lock: int, work: Path) -> None:
    """The system frees this lock when its process ends, however it ends."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        raise TrainingBusy(home=work.parent) from exc
    os.ftruncate(lock, 0)
