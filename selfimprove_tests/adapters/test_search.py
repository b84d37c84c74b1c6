"""Which recipes are tried, and that validation data decides."""

from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from selfimprove.adapters.learn import Bench, learn
from selfimprove.adapters.recipe import Recipe
from selfimprove.adapters.search import Trial, search, told, variants
from selfimprove.adapters.train import paired
from selfimprove.datasets import export
from selfimprove.datasets.freeze import Dataset
from selfimprove.models import mlx
from selfimprove.models.base import TINY

RECIPE = Recipe(steps=40, learning_rate=1e-3, minutes=60.0, search=3, synthetic=False)


def test_the_best_by_validation_loss_is_taken() -> None:
    tried: list[Recipe] = []

    def attempt(number: int, recipe: Recipe) -> list[list[float]]:
        tried.append(recipe)
        return [[0, 9.0], [5, 2.0 - (recipe.learning_rate == 5e-4)], [9, 3.0]]

    best, trials = search(RECIPE, attempt)
    assert best == replace(RECIPE, learning_rate=5e-4)
    assert trials == [Trial({}, 2.0), Trial({"learning_rate": 2e-3}, 2.0), Trial({"learning_rate": 5e-4}, 1.0)]
    assert {(one.steps, one.minutes, one.evaluate_every) for one in tried} == {(10, 5.0, 2)}
    assert told(trials)[2] == {"changes": {"learning_rate": 5e-4}, "loss": 1.0}


def test_as_good_is_not_better() -> None:
    assert search(RECIPE, lambda *_: [[0, 1.0]])[0] == RECIPE


@pytest.mark.parametrize("recipe", [replace(RECIPE, search=0), RECIPE])
def test_without_search_or_validation_data_the_recipe_stays(recipe: Recipe) -> None:
    assert search(recipe, lambda *_: []) == (recipe, [])


def test_what_goes_on_from_an_adapter_keeps_its_shape() -> None:
    assert any("rank" in changes for changes in variants(RECIPE))
    warm = replace(RECIPE, warm_start="a")
    assert all(replace(warm, **changes).shape == warm.shape for changes in variants(warm))


def test_the_winners_recipe_is_stored_with_the_adapter(bench: Bench, dataset: Dataset) -> None:
    heard: list[str] = []
    recipe = Recipe(steps=8, warmup=1, evaluate_every=2, learning_rate=5e-4, search=2)
    adapter = learn(replace(bench, tell=heard.append), dataset, recipe, "run")
    best = min(adapter.metrics["search"], key=lambda trial: trial["loss"])
    assert adapter.recipe == replace(recipe, synthetic=False, **best["changes"])
    assert len(adapter.metrics["search"]) == 2
    assert [line for line in heard if "Trying" in line] == ["Trying recipe 1 of 2.", "Trying recipe 2 of 2."]
    assert not (bench.home / "work" / "training").exists()


def test_corrections_are_pairs_of_the_right_and_the_corrected_answer(
    bench: Bench, dataset: Dataset, tmp_path: Path
) -> None:
    corrected = [example for example in dataset.splits["train"] if example.kind == "correction"]
    assert {example.rejected for example in corrected} == {"?"}
    folder = export.export(dataset, tmp_path / "data")
    tokenizer = mlx.load(TINY).tokenizer
    pairs = paired(tokenizer, folder / "train.jsonl", 512, None)
    assert pairs.keys() == {example.id for example in corrected}
    assert all(pair.chosen != pair.rejected for pair in pairs.values())
    assert paired(tokenizer, folder / "train.jsonl", 3, None) == {}
    lines = [orjson.loads(line) for line in (folder / "train.jsonl").read_bytes().splitlines()]
    assert all(("rejected" in line) == (line["id"] in pairs) for line in lines)


def test_too_few_pairs_are_learned_as_chats(bench: Bench, dataset: Dataset) -> None:
    recipe = Recipe(steps=2, warmup=1, evaluate_every=2)
    plain = learn(bench, dataset, recipe, "one")
    few = learn(bench, dataset, replace(recipe, preference="dpo"), "two")
    assert few.files["adapters.safetensors"] == plain.files["adapters.safetensors"]
