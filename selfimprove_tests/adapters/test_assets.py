"""The asset in Dagster: what a night trains, from what, and which checks stop it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from selfimprove import postgres
from selfimprove.adapters import table
from selfimprove.adapters.adapter import Adapter
from selfimprove.adapters.assets import TrainingConfig, described, lora_adapter, tonight
from selfimprove.adapters.checks import files_complete, loss_fell, loss_is_finite
from selfimprove.adapters.files import folder_of
from selfimprove.adapters.recipe import Recipe
from selfimprove.datasets.example import Example, example
from selfimprove.datasets.freeze import Dataset
from selfimprove.errors import NothingToTrain
from selfimprove.models.base import Base
from selfimprove.resources import Database, Home, LanguageModel
from selfimprove_tests.adapters.make import METRICS, add_dataset, kept
from selfimprove_tests.datasets.house import decide
from selfimprove_tests.datasets.make import chat

CHECKS = [loss_is_finite, loss_fell, files_complete]
SHORT = {"steps": 4, "warmup": 1, "evaluate_every": 2}


class Tiny(LanguageModel):
    """The tiny model, wherever the tests have it."""

    folder: str
    id: str

    def base(self) -> Base:
        return Base(self.id, "tiny", Path(self.folder), Path(self.folder))


@pytest.fixture
def resources(database: str, home: Path, tiny: Base) -> dict[str, Any]:
    model = Tiny(name="tiny", home=str(home), folder=str(tiny.folder), id=tiny.id)
    return {"database": Database(url=database), "home": Home(folder=str(home)), "language_model": model}


def spend(resources: dict[str, Any], config: dict[str, Any] | None = None, **more: Any) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        [lora_adapter, *CHECKS],
        resources=resources,
        run_config={"ops": {"lora_adapter": {"config": config or SHORT}}} if not more else None,
        raise_on_error=False,
        **more,
    )


def judge(resources: dict[str, Any]) -> dict[str, bool]:
    result = spend(resources, selection=dg.AssetSelection.checks_for_assets(lora_adapter))
    return {c.check_name: c.passed for c in result.get_asset_check_evaluations()}


def test_a_night_trains_on_tonights_dataset(resources: dict[str, Any], dataset: Dataset, database: str) -> None:
    result = spend(resources, {**SHORT, "learning_rate": 2e-3, "seed": 5})
    assert result.success
    assert all(c.passed for c in result.get_asset_check_evaluations())
    (event,) = result.get_asset_materialization_events()
    materialization = event.step_materialization_data.materialization
    with postgres.connect(database) as connection:
        (adapter,) = table.every(connection)
    assert (adapter.dataset_id, adapter.night) == (dataset.id, dataset.night)
    assert (adapter.recipe.steps, adapter.recipe.learning_rate, adapter.recipe.seed) == (4, 2e-3, 5)
    metadata = materialization.metadata
    assert metadata["adapter"].value == adapter.id
    assert metadata["went_on_from"].value == "the bare base model"
    assert metadata["start"].value == "It began at the bare base model, since no adapter answers yet."
    assert adapter.metrics["start"] == dataset.manifest["start"]
    assert metadata["losses"].value.startswith("![Loss while training](data:image/svg+xml;base64,")
    assert metadata["recipe"].value["steps"] == 4
    assert materialization.tags is not None
    assert materialization.tags["dagster/data_version"] == adapter.id
    logged = [e.message for e in result.all_events if e.message and "It is" in e.message]
    assert logged == [], "no chat text in Dagster"


def test_nothing_to_train_on(resources: dict[str, Any]) -> None:
    result = spend(resources)
    assert not result.success
    (failure,) = (e for e in result.all_events if e.is_step_failure)
    error = failure.step_failure_data.error
    assert error
    assert error.cause
    assert NothingToTrain.__name__ in str(error.cause)
    assert "none waits for a decision" in str(error.cause)


def test_too_small_a_dataset_is_refused_though_its_check_was_in_another_run(
    resources: dict[str, Any], dataset: Dataset, database: str
) -> None:
    with postgres.connect(database) as connection:
        connection.execute("delete from dataset_examples where split = 'train' and position >= 3")
    result = spend(resources)
    (failure,) = (e for e in result.all_events if e.is_step_failure)
    assert "only 3 examples to train on" in str(failure.step_failure_data)
    assert dataset


def test_checks_by_hand_on_the_newest_adapter(resources: dict[str, Any], database: str, home: Path) -> None:
    with postgres.connect(database) as connection:
        add_dataset(connection)
        adapter = kept(home)
        table.insert(connection, adapter, "r")
    assert judge(resources) == {"loss_is_finite": True, "loss_fell": True, "files_complete": True}
    (folder_of(adapter) / "recipe.json").write_text("{}")
    assert judge(resources) == {"loss_is_finite": True, "loss_fell": True, "files_complete": False}


@pytest.mark.parametrize(
    ("metrics", "failed"),
    [
        ({"train_losses": [[1, 1.0], [2, 3.0]]}, "loss_fell"),
        ({"delta_norm": None}, "loss_is_finite"),
    ],
)
def test_bad_losses(resources: dict[str, Any], database: str, home: Path, metrics: dict, failed: str) -> None:
    with postgres.connect(database) as connection:
        add_dataset(connection)
        table.insert(connection, kept(home, metrics={**METRICS, **metrics}), "r")
    assert [name for name, passed in judge(resources).items() if not passed] == [failed]


def test_a_useless_adapter_goes_on_to_the_gates(resources: dict[str, Any], dataset: Dataset) -> None:
    result = spend(resources, {**SHORT, "learning_rate": 0.0})
    assert dataset
    assert result.success, "did_learn and improves_target refuse it, with numbers"


@pytest.fixture
def champion(home: Path) -> Callable[..., Adapter]:
    return lambda **recipe: kept(home, recipe=Recipe(**recipe))


def test_it_goes_on_from_a_champion_of_the_same_shape(champion: Callable[..., Adapter]) -> None:
    same, other = champion(seed=9), champion(rank=4)
    assert tonight(Recipe(), TrainingConfig(), same, made()).warm_start == same.id
    assert tonight(Recipe(), TrainingConfig(), other, made()).warm_start is None
    assert tonight(Recipe(), TrainingConfig(rank=4), other, made()).warm_start == other.id
    assert (
        tonight(Recipe(), TrainingConfig(), same, made()).steps
        < Recipe().steps
        == tonight(Recipe(), TrainingConfig(), other, made()).steps
    )
    assert tonight(Recipe(), TrainingConfig(steps=7), same, made()).steps == 7
    assert tonight(Recipe(), TrainingConfig(warm_start=False), same, made()).warm_start is None
    assert tonight(Recipe(), TrainingConfig(), None, made()).warm_start is None


def made(own: int = 0, base: int = 90, **start: Any) -> Dataset:
    """A dataset of ten lessons, shown twice, which practises own ones and the base model's, and where it starts."""
    lessons = {"train": [str(n) for n in range(10)], "replay": [f"own {n}" for n in range(own)]}
    splits: dict[Any, tuple[Example, ...]] = {
        split: tuple(example(id, "approved", chat(id, "yes")) for id in ids) for split, ids in lessons.items()
    }
    splits["replay"] += tuple(example(None, "replay", chat(f"base {n}", "yes")) for n in range(base))
    manifest = {"target_repeat": 2, "rule": {"remember": 40, "replay": 90}, "start": start}
    return Dataset("d", date(2026, 3, 4), date(2026, 3, 3), manifest, splits)


def test_a_night_that_begins_anew_sees_each_lesson_as_often_as_others_do(champion: Callable[..., Adapter]) -> None:
    same = champion(seed=9)
    anew, goes_on = {"champion": same.id, "adapter": None}, {"champion": same.id, "adapter": same.id}
    few, many = made(40, **anew), made(190, **anew)
    assert tonight(Recipe(), TrainingConfig(), same, few) == Recipe()
    assert tonight(Recipe(), TrainingConfig(), same, many) == replace(Recipe(), steps=600)
    assert tonight(Recipe(), TrainingConfig(), same, made(40, 240, **anew)).steps == 600
    assert tonight(Recipe(), TrainingConfig(steps=7), same, many).steps == 7
    assert tonight(Recipe(), TrainingConfig(), same, made(190, **goes_on)).warm_start == same.id
    first = made(0, champion=None, adapter=None)
    assert tonight(Recipe(), TrainingConfig(), None, first) == Recipe()


def test_config_changes_only_what_it_names() -> None:
    assert tonight(Recipe(), TrainingConfig(), None, made()) == Recipe()
    assert tonight(Recipe(), TrainingConfig(learning_rate=0.0), None, made()) == replace(Recipe(), learning_rate=0.0)


def test_the_champion_is_found_in_the_database(database: str) -> None:
    with postgres.connect(database) as connection:
        add_dataset(connection)
        id = decide(connection, "d")
        champion = table.champion(connection, "base")
    assert champion
    assert tonight(Recipe(), TrainingConfig(), champion, made()).warm_start == id


def test_the_asset_is_where_it_belongs(home: Path) -> None:
    spec = lora_adapter.get_asset_spec()
    assert (spec.group_name, spec.kinds) == ("adapters", {"mlx", "python"})
    assert lora_adapter.op.pool == "gpu"
    assert described(kept(home))["train_loss"] == 1.0
