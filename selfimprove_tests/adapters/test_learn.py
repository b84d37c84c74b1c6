"""Real training on the tiny model, a few steps at a time: same in, same out; nothing visible before it is whole."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import psutil
import pytest

from selfimprove.adapters import table
from selfimprove.adapters.adapter import Adapter
from selfimprove.adapters.files import folder_of, verified_folder
from selfimprove.adapters.learn import Bench, learn
from selfimprove.adapters.recipe import Recipe
from selfimprove.datasets.freeze import Dataset
from selfimprove.errors import (
    AdapterCorrupt,
    AdapterMismatch,
    DatasetChanged,
    ExampleDiverged,
    MemoryTooSmall,
    ModelWorkFailed,
    TrainingBusy,
)
from selfimprove.settings import CHECKOUT

SHORT = Recipe(steps=6, warmup=2, evaluate_every=3, learning_rate=1e-3)


def rows(bench: Bench) -> list[Adapter]:
    with bench.connect() as connection:
        return table.every(connection)


def work_left(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "work").iterdir() if path.is_dir())


def kept_folders(home: Path) -> list[Path]:
    return sorted((home / "adapters").glob("*"))


def test_a_short_training(bench: Bench, dataset: Dataset) -> None:
    heard: list[str] = []
    adapter = learn(replace(bench, tell=heard.append), dataset, SHORT, "run")
    assert rows(bench) == [adapter]
    folder = verified_folder(adapter)
    assert folder == bench.home / "adapters" / adapter.id
    made = orjson.loads((folder / "recipe.json").read_bytes())
    assert (made["dataset"], made["base_model"], made["recipe"]["steps"]) == (dataset.id, bench.base.id, 6)
    metrics = adapter.metrics
    assert metrics["plan"]["batching"] == "buckets"
    assert [step for step, _ in metrics["train_losses"]] == [1, 2, 3, 4, 5, 6]
    assert [step for step, _ in metrics["validation_losses"]] == [0, 2, 5]
    assert metrics["validation_losses"][-1][1] < metrics["validation_losses"][0][1]
    assert 0 < metrics["delta_norm"] < 1
    assert metrics["stopped"] == "steps"
    assert metrics["peak_memory_bytes"] > 2**25
    assert metrics["tokens_per_second"] > 0
    assert heard[-1].startswith("Step 6 of 6: loss ")
    assert work_left(bench.home) == []


def test_the_same_in_gives_the_same_bytes_out(bench: Bench, dataset: Dataset) -> None:
    first, again = (learn(bench, dataset, SHORT, run) for run in ("one", "two"))
    assert first.id == again.id
    assert first.metrics["train_losses"] == again.metrics["train_losses"]
    assert len(rows(bench)) == len(kept_folders(bench.home)) == 1
    other = learn(bench, dataset, replace(SHORT, seed=1), "three")
    assert other.files["adapters.safetensors"] != first.files["adapters.safetensors"]


def test_a_null_night_is_an_adapter_without_effect(bench: Bench, dataset: Dataset) -> None:
    adapter = learn(bench, dataset, replace(SHORT, learning_rate=0.0), "run")
    assert adapter.metrics["delta_norm"] == adapter.metrics["adapter_norm"] == 0.0
    assert verified_folder(adapter)


def test_a_null_night_that_went_on_from_another_moved_nothing(bench: Bench, dataset: Dataset) -> None:
    first = learn(bench, dataset, SHORT, "one")
    null = learn(bench, dataset, replace(SHORT, warm_start=first.id, learning_rate=0.0), "two")
    assert null.metrics["delta_norm"] == 0.0
    assert null.metrics["adapter_norm"] == pytest.approx(first.metrics["adapter_norm"])
    assert null.files["adapters.safetensors"] == first.files["adapters.safetensors"]


def test_it_goes_on_from_another_adapter(bench: Bench, dataset: Dataset) -> None:
    first = learn(bench, dataset, replace(SHORT, steps=12), "one")
    warm = learn(bench, dataset, replace(SHORT, warm_start=first.id), "two")
    cold = learn(bench, dataset, SHORT, "three")
    assert warm.metrics["validation_losses"][0][1] == pytest.approx(first.metrics["validation_losses"][-1][1], abs=0.1)
    assert warm.metrics["delta_norm"] < warm.metrics["adapter_norm"]
    assert cold.metrics["delta_norm"] == cold.metrics["adapter_norm"]
    assert cold.metrics["start"] == dataset.manifest["start"]
    assert warm.metrics["start"] == {"adapter": first.id, "reason": "recipe"}
    assert warm.metrics["validation_losses"][0][1] < cold.metrics["validation_losses"][0][1]


def test_it_does_not_go_on_from_a_damaged_or_other_adapter(bench: Bench, dataset: Dataset) -> None:
    first = learn(bench, dataset, SHORT, "one")
    with pytest.raises(AdapterMismatch, match="does not fit this model"):
        learn(bench, dataset, replace(SHORT, warm_start=first.id, rank=4), "two")
    (folder_of(first) / "adapters.safetensors").write_bytes(b"damaged")
    with pytest.raises(AdapterCorrupt, match="was changed"):
        learn(bench, dataset, replace(SHORT, warm_start=first.id), "two")
    assert work_left(bench.home) == []
    assert len(rows(bench)) == 1


def test_a_loss_that_is_not_a_number_names_the_examples(bench: Bench, dataset: Dataset) -> None:
    with pytest.raises(ExampleDiverged, match=r"at step \d+; nothing was kept.*examples were") as caught:
        learn(bench, dataset, replace(SHORT, steps=60, learning_rate=1e30, warmup=1, clip=1e30), "run")
    ids = {e.id for split in dataset.splits.values() for e in split}
    assert str(caught.value.details["examples"]).split(",")[0] in ids
    assert rows(bench) == []
    assert kept_folders(bench.home) == []
    assert work_left(bench.home) == []


def test_the_budget_ends_the_night_with_what_it_has(bench: Bench, dataset: Dataset) -> None:
    adapter = learn(bench, dataset, replace(SHORT, steps=5000, minutes=0.03), "run")
    assert adapter.metrics["stopped"] == "budget"
    assert 0 < adapter.metrics["steps"] < 5000
    assert verified_folder(adapter)


def test_too_little_memory_is_refused_with_the_figures(bench: Bench, dataset: Dataset) -> None:
    with pytest.raises(MemoryTooSmall, match=r"need 0\.\d+ GB at the least .* and 0\.20 GB are allowed"):
        learn(replace(bench, memory_gb=0.2), dataset, SHORT, "run")
    with pytest.raises(MemoryTooSmall, match=r"the adapter 34\.\d\d, .* lower rank"):
        learn(replace(bench, memory_gb=3.0), dataset, replace(SHORT, rank=300_000), "run")
    assert work_left(bench.home) == []


def test_little_memory_makes_smaller_batches(bench: Bench, dataset: Dataset) -> None:
    heard: list[str] = []
    recipe = replace(SHORT, steps=2, batch_tokens=4096)
    adapter = learn(replace(bench, memory_gb=0.42, tell=heard.append), dataset, recipe, "run")
    assert heard[0].startswith("Training will need about 0.")
    assert adapter.metrics["plan"]["accumulate"] > 1
    assert adapter.metrics["plan"]["batch_tokens"] * adapter.metrics["plan"]["accumulate"] == 4096
    assert adapter.metrics["steps"] == 2


def test_patience_keeps_the_best_weights(bench: Bench, dataset: Dataset) -> None:
    recipe = replace(SHORT, steps=400, evaluate_every=2, patience=1, learning_rate=0.05)
    adapter = learn(bench, dataset, recipe, "run")
    assert adapter.metrics["stopped"] == "early"
    losses = dict(map(tuple, adapter.metrics["validation_losses"]))
    assert losses[adapter.metrics["best_step"]] == min(losses.values())


def test_a_dataset_that_lost_examples_is_not_trained_on(bench: Bench, dataset: Dataset) -> None:
    forgotten = replace(dataset, splits={**dataset.splits, "train": dataset.splits["train"][1:]})
    with pytest.raises(DatasetChanged, match=r"train\.jsonl"):
        learn(bench, forgotten, SHORT, "run")


def test_one_training_at_a_time(bench: Bench, dataset: Dataset) -> None:
    import fcntl

    (bench.home / "work").mkdir(parents=True)
    with (bench.home / "work" / "training.lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(TrainingBusy, match="Another training is running"):
            learn(bench, dataset, SHORT, "run")
    assert learn(bench, dataset, SHORT, "run")


@pytest.fixture
def training(bench: Bench, dataset: Dataset, database: str) -> Iterator[subprocess.Popen[str]]:
    """A process in the middle of a long training."""
    assert dataset
    arguments = [database, str(bench.home), str(bench.base.folder), bench.base.id]
    command = [sys.executable, "-m", "selfimprove_tests.adapters.parent", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)
    assert process.stdout
    for line in process.stdout:
        if line.startswith("Step") and "held-out" not in line:
            break
    yield process
    process.kill()
    process.stdout.close()
    process.wait()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert holds()


def test_a_killed_night_leaves_nothing_and_can_be_run_again(
    bench: Bench, dataset: Dataset, training: subprocess.Popen[str]
) -> None:
    (child,) = psutil.Process(training.pid).children()
    training.send_signal(signal.SIGKILL)
    training.wait()
    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    assert rows(bench) == []
    assert kept_folders(bench.home) == []
    assert work_left(bench.home) == ["training"]
    adapter = learn(bench, dataset, SHORT, "again")
    assert rows(bench) == [adapter]
    assert work_left(bench.home) == []


def test_a_killed_child_fails_the_night_with_its_reason(bench: Bench, dataset: Dataset) -> None:
    started = threading.Event()
    killer = threading.Thread(target=_kill_child, args=(started,))
    killer.start()
    with pytest.raises(ModelWorkFailed, match=r"selfimprove\.adapters\.train:train ended with SIGKILL"):
        learn(replace(bench, tell=lambda _: started.set()), dataset, replace(SHORT, steps=3000), "run")
    killer.join()
    assert rows(bench) == []
    assert kept_folders(bench.home) == []
    assert work_left(bench.home) == []
    assert learn(bench, dataset, SHORT, "again")


def _kill_child(started: threading.Event) -> None:
    assert started.wait(60)
    for child in psutil.Process().children():
        if "selfimprove.models.serve" in child.cmdline():
            os.kill(child.pid, signal.SIGKILL)


def test_files_without_a_row_are_not_an_adapter(bench: Bench, dataset: Dataset) -> None:
    """As after a kill between the rename and the row: training again gives the row, on the files that lie there."""
    adapter = learn(bench, dataset, SHORT, "run")
    with bench.connect() as connection:
        connection.execute("delete from adapters")
    assert rows(bench) == []
    assert learn(bench, dataset, SHORT, "again").id == adapter.id
    assert rows(bench)[0].id == adapter.id
