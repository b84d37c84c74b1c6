"""A recipe is data: stored, hashed, changed by name."""

from dataclasses import asdict, replace
from pathlib import Path

import orjson
import pytest

from selfimprove.adapters.recipe import Recipe, anew, changed, going_on_from, read, recommended
from selfimprove.models.base import Base

HERE = Path()


def test_the_tiny_models_recipe_is_the_measured_one() -> None:
    recipe = recommended(Base("id", "tiny", HERE, HERE))
    assert (recipe.rank, recipe.scale, recipe.learning_rate, recipe.clip) == (16, 20.0, 2e-4, 1.0)
    assert (recipe.steps, recipe.batch_tokens, recipe.warmup, recipe.warm_start) == (300, 512, 20, None)


def test_a_real_model_learns_more_slowly_from_longer_chats() -> None:
    recipe = recommended(Base("id", "org/model", HERE, HERE))
    assert recipe.learning_rate < recommended(Base("id", "tiny", HERE, HERE)).learning_rate
    assert recipe.longest == 2048


def test_nothing_given_changes_nothing() -> None:
    assert changed(Recipe(), {"steps": None, "seed": None}) == Recipe()


def test_a_warm_start_needs_fewer_steps() -> None:
    assert going_on_from(Recipe(steps=300), "a") == Recipe(steps=200, warmup=5, warm_start="a")
    least = going_on_from(Recipe(steps=1, warmup=1), "a")
    assert (least.steps, least.warmup) == (1, 1)
    assert going_on_from(Recipe(warmup=0), "a").warmup == 0


@pytest.mark.parametrize(("shown", "usual", "steps"), [(200, 200, 300), (500, 200, 750), (100, 200, 300), (5, 0, 1500)])
def test_a_beginning_anew_has_the_steps_for_all_it_shows(shown: int, usual: int, steps: int) -> None:
    assert anew(Recipe(steps=300), shown, usual) == Recipe(steps=steps)


def test_zero_is_a_value() -> None:
    assert changed(Recipe(), {"learning_rate": 0.0, "steps": 5}) == replace(Recipe(), learning_rate=0.0, steps=5)


@pytest.mark.parametrize("change", [{"seed": 1}, {"warm_start": "a"}, {"learning_rate": 2.1e-4}, {"minutes": 1.0}])
def test_the_id_depends_on_every_field(change: dict) -> None:
    assert replace(Recipe(), **change).id != Recipe().id
    assert len(Recipe().id) == 32


def test_a_recipe_comes_back_from_json() -> None:
    recipe = Recipe(warm_start="a", learning_rate=1e-5)
    assert read(orjson.loads(orjson.dumps(asdict(recipe)))) == recipe


def test_fields_of_another_version_do_not_stop_an_adapter_from_being_read() -> None:
    assert read({"rank": 4, "of_the_future": True}) == Recipe(rank=4)


@pytest.mark.parametrize(
    ("change", "same"), [({"learning_rate": 1.0, "seed": 3}, True), ({"rank": 4}, False), ({"scale": 1.0}, False)]
)
def test_shape_is_what_a_warm_start_needs(change: dict, same: bool) -> None:
    assert (replace(Recipe(), **change).shape == Recipe().shape) is same
