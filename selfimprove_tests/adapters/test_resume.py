"""Killed at any moment, a training goes on from its last checkpoint and ends as the same adapter."""

import multiprocessing
import os
import random
import signal
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from selfimprove.adapters.adapter import file_hash
from selfimprove.adapters.desk import desk, key
from selfimprove.adapters.learn import Bench, Pace, learn
from selfimprove.adapters.recipe import Recipe
from selfimprove.datasets import export
from selfimprove.datasets.freeze import Dataset
from selfimprove.errors import DatabaseDown, ExampleDiverged
from selfimprove.models.base import TINY, Base
from selfimprove.models.checkpoint import STATE

RECIPE = Recipe(
    steps=30, warmup=3, evaluate_every=8, patience=9, learning_rate=1e-3, rank=2, dropout=0.1, batch_tokens=128
)


def train_until(job: dict[str, Any], step: int | None) -> None:
    """What a child process does, until it is killed when it tells of a step."""
    from selfimprove.adapters.train import train

    def tell(event: dict[str, Any]) -> None:
        if step is not None and "train_loss" in event and event["step"] >= step:
            os.kill(os.getpid(), signal.SIGKILL)

    train(job, tell)


@pytest.fixture(scope="module")
def start() -> Callable[..., int]:
    """Run `train_until` in a process that needs to import nothing more; returns its exit code."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["selfimprove_tests.adapters.test_resume", "selfimprove_tests.adapters.preload"])

    def run(job: dict[str, Any], step: int | None = None) -> int:
        process = context.Process(target=train_until, args=(job, step))
        process.start()
        process.join()
        assert process.exitcode is not None
        return process.exitcode

    return run


def job(dataset: Dataset, folder: Path, out: Path, save_every: float = 0.0) -> dict[str, Any]:
    return {
        "base": str(TINY), "dataset": str(export.export(dataset, folder)), "recipe": asdict(RECIPE), "start": None,
        "out": str(out), "seeds": None, "memory_gb": 0.0,
        "segment": {"seconds": 600.0, "save_every": save_every, "budget": 600.0},
    }  # fmt: skip


@pytest.mark.parametrize("kills", [5, pytest.param(20, marks=pytest.mark.long)])
def test_kills_change_no_byte(dataset: Dataset, tmp_path: Path, start: Callable[..., int], kills: int) -> None:
    whole = job(dataset, tmp_path / "data", tmp_path / "whole" / "adapter")
    killed = job(dataset, tmp_path / "data", tmp_path / "killed" / "adapter", save_every=0.02)
    assert start(whole) == 0
    draw = random.Random(7)
    moments = [draw.randint(1, RECIPE.steps) for _ in range(kills)]
    assert [start(killed, at) for at in sorted(moments)] == [-signal.SIGKILL] * kills
    assert (tmp_path / "killed" / STATE).exists()
    assert start(killed) == 0
    for name in ("adapters.safetensors", "adapter_config.json"):
        assert file_hash(tmp_path / "killed" / "adapter" / name) == file_hash(tmp_path / "whole" / "adapter" / name)


SHORT = Recipe(steps=6, warmup=2, evaluate_every=3, learning_rate=1e-3)


def test_several_processes_make_the_adapter_of_one(bench: Bench, dataset: Dataset) -> None:
    heard: list[str] = []
    whole = learn(bench, dataset, replace(SHORT, steps=3), "one")
    parts = learn(replace(bench, tell=heard.append), dataset, replace(SHORT, steps=3), "two", Pace(seconds=0.0))
    assert parts.id == whole.id
    assert {**parts.metrics, "seconds": 0} | {"tokens_per_second": 0, "peak_memory_bytes": 0} == {
        **whole.metrics, "seconds": 0, "tokens_per_second": 0, "peak_memory_bytes": 0,
    }  # fmt: skip
    assert [line for line in heard if line.startswith("Going on")] == [
        "Going on after step 1 of 3.",
        "Going on after step 2 of 3.",
    ]


@pytest.fixture
def base() -> Base:
    return Base("base", "tiny", TINY, TINY)


def test_the_key_depends_on_all_that_decides(base: Base, dataset: Dataset) -> None:
    mine = key(base, dataset, SHORT)
    assert mine == key(base, dataset, replace(SHORT))
    others = {
        key(replace(base, id="other"), dataset, SHORT),
        key(base, replace(dataset, id="other"), SHORT),
        key(base, dataset, replace(SHORT, seed=1)),
        key(base, dataset, replace(SHORT, warm_start="a")),
    }
    assert len({mine, *others}) == 5


def break_off(home: Path, error: BaseException, has_checkpoint: bool) -> None:
    with desk(home, "one") as place:
        if has_checkpoint:
            (place / STATE).write_text("a checkpoint")
        raise error


def test_another_training_removes_what_was_given_up(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        break_off(tmp_path, KeyboardInterrupt(), has_checkpoint=True)
    (tmp_path / "work" / "training" / ".DS_Store").touch()
    with desk(tmp_path, "two") as place:
        assert [path.name for path in place.parent.iterdir()] == ["two"]
        assert list(place.iterdir()) == []
    assert not (tmp_path / "work" / "training").exists()


@pytest.mark.parametrize(
    ("error", "has_checkpoint", "stays"),
    [
        (DatabaseDown(reason="x"), True, True),
        (DatabaseDown(reason="x"), False, False),
        (ExampleDiverged(loss=1, step=1, examples="x"), True, False),
    ],
)
def test_a_checkpoint_outlives_what_may_pass(
    tmp_path: Path, error: Exception, has_checkpoint: bool, stays: bool
) -> None:
    with pytest.raises(type(error)):
        break_off(tmp_path, error, has_checkpoint)
    assert (tmp_path / "work" / "training" / "one" / STATE).exists() is stays
    with desk(tmp_path, "one") as place:
        assert (place / STATE).exists() is stays
