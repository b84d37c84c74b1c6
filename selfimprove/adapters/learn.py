"""From a dataset to a stored adapter: train in child processes, move the files to their place, write the row last."""

import math
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from selfimprove.adapters import pseudonyms, table
from selfimprove.adapters.adapter import Adapter
from selfimprove.adapters.desk import desk, key
from selfimprove.adapters.files import keep, verified_folder
from selfimprove.adapters.owner import Blind, Manners, Sensor, awake
from selfimprove.adapters.recipe import Recipe
from selfimprove.adapters.search import search
from selfimprove.adapters.search import told as told_of
from selfimprove.adapters.train import plan
from selfimprove.datasets import export
from selfimprove.datasets.build import Connect
from selfimprove.datasets.freeze import Dataset
from selfimprove.datasets.start import started
from selfimprove.errors import DatasetChanged, ModelWorkFailed
from selfimprove.models import room, worker
from selfimprove.models.base import Base
from selfimprove.models.checkpoint import STATE
from selfimprove.models.memory import shape_of

CHILD = "selfimprove.adapters.train:train"
DRAFT = "adapter"


@dataclass(frozen=True, slots=True)
class Pace:
    """After how many seconds a process of a training ends and the next begins, and how much of its work a kill loses.

    Processes end so that what leaks on the way to the GPU goes back to the machine, and to look whether it is in use.
    """

    seconds: float = 120.0 if sys.platform == "darwin" else 600.0
    save_every: float = 60.0


@dataclass(frozen=True, slots=True)
class Bench:
    """Where training happens: the database, the state folder, the base model, and who hears of progress.

    `memory_gb` is how much it may take, 0 for what the machine has; `sensor` tells when it is in somebody's way.
    """

    connect: Connect
    home: Path
    base: Base
    tell: Callable[[str], None]
    memory_gb: float = 0.0
    sensor: Sensor = field(default_factory=Blind)


def learn(bench: Bench, dataset: Dataset, recipe: Recipe, run_id: str, pace: Pace = Pace()) -> Adapter:
    """Train an adapter on a dataset; nothing of it is visible before all of it is there.

    A training that was broken off goes on from its last checkpoint, and ends with the same bytes.

    Raises:
        TrainingBusy: another training is running in this state folder.
        DatasetChanged: the dataset's rows are no longer what was frozen.
        AdapterCorrupt: the adapter to go on from is not what was trained.
        ExampleDiverged, ModelWorkFailed: the training itself failed.
        GatewayInTheWay: the gateway kept memory that is needed.
    """
    worded = any(example.kind == "synthetic" for example in dataset.splits["train"])
    recipe = replace(recipe, synthetic=recipe.synthetic and worded)
    with desk(bench.home, key(bench.base, dataset, recipe)) as place, awake(), _room(bench, recipe):
        job = _job(bench, dataset, recipe, place)
        recipe, trials = search(recipe, lambda number, trial: _tried(bench, job, number, trial))
        told = _in_segments(bench, {**job, "recipe": asdict(recipe)}, pace) | {"search": told_of(trials)}
        told["start"] = started(dataset.manifest.get("start", {}), recipe.warm_start)
        (place / DRAFT / "recipe.json").write_bytes(how_made(bench.base, dataset, recipe))
        id, files, url = keep(place / DRAFT, bench.home)
        adapter = Adapter(id, bench.base.id, dataset.id, recipe, told, url, files, dataset.night)
        with bench.connect() as connection:
            table.insert(connection, adapter, run_id)
    return adapter


def _room(bench: Bench, recipe: Recipe) -> AbstractContextManager[None]:
    """Memory for the training: a gateway that is in the way leaves."""
    shape, most = shape_of(bench.base.folder), room.limit(bench.memory_gb)
    numbers = shape.trained(recipe.rank, recipe.layers) if shape else 0
    return room.asked_for(bench.home, room.to_train(shape, plan(recipe), numbers, most), most, bench.tell)


def _tried(bench: Bench, job: dict[str, Any], number: int, recipe: Recipe) -> list[list[float]]:
    """The validation losses of a trial, in a folder of its own; one that was finished before a break is not redone."""
    out = Path(job["out"]).parent / "trials" / str(number) / DRAFT
    bench.tell(f"Trying recipe {number + 1} of {recipe.search}.")
    told = _in_segments(bench, {**job, "recipe": asdict(recipe), "out": str(out)}, Pace())
    losses: list[list[float]] = told["validation_losses"]
    bench.tell(f"Recipe {number + 1} has a held-out loss of {min((loss for _, loss in losses), default=math.nan):.4f}.")
    return losses


def _in_segments(bench: Bench, job: dict[str, Any], pace: Pace) -> dict[str, Any]:
    """An adapter's metrics, after as many child processes as it took; the wait between them counts as time spent."""
    began, ran, peak, manners = time.monotonic(), 0.0, 0, Manners(bench.sensor, bench.tell)
    budget = job["recipe"]["minutes"] * 60
    while True:
        manners.wait(budget - (time.monotonic() - began))
        segment = {**asdict(pace), "budget": budget - (time.monotonic() - began - ran)}
        told = _segment(bench, {**job, "segment": segment})
        ran, peak = ran + told["ran"], max(peak, told["memory"]["peak_rss"], told["memory"]["peak_mlx"])
        if told["metrics"]:
            return {**told["metrics"], "peak_memory_bytes": peak, "blas": told["memory"]["blas"]}


def _segment(bench: Bench, job: dict[str, Any]) -> dict[str, Any]:
    """One child process, or several when one dies that got further than where it began."""
    state = Path(job["out"]).parent / STATE
    while True:
        before = _content(state)
        try:
            return worker.call(CHILD, job, log=lambda event: bench.tell(sentence(event)))
        except ModelWorkFailed as exc:
            if _content(state) == before:
                raise
            bench.tell(f"{exc} Going on from the last checkpoint.")


def _content(file: Path) -> bytes:
    return file.read_bytes() if file.exists() else b""


def how_made(base: Base, dataset: Dataset, recipe: Recipe) -> bytes:
    """The file beside the weights that says what they were made from."""
    made = {"base_model": base.id, "dataset": dataset.id, "recipe": asdict(recipe)}
    return orjson.dumps(made, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2) + b"\n"


def sentence(event: dict[str, Any]) -> str:
    """A progress event as one line of a log."""
    if "resumed" in event:
        return f"Going on after step {event['step']} of {event['steps']}."
    if "refused" in event:
        return f"The checkpoint cannot be used ({event['refused']}): training starts again."
    if "predicted" in event:
        return f"Training will need about {event['predicted']:.2f} GB of {event['limit']:.2f} GB, {event['how']}."
    if "validation_loss" in event:
        return f"Step {event['step']} of {event['steps']}: held-out loss {event['validation_loss']:.4f}."
    return f"Step {event['step']} of {event['steps']}: loss {event['train_loss']:.4f}, {event['seconds']:.1f} s."


def _job(bench: Bench, dataset: Dataset, recipe: Recipe, place: Path) -> dict[str, Any]:
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
        "out": str(place / DRAFT),
        "seeds": seeds,
        "memory_gb": bench.memory_gb,
    }


def _folder_of(bench: Bench, id: str) -> Path:
    with bench.connect() as connection:
        return verified_folder(table.read(connection, id))
