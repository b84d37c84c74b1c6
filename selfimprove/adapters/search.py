"""A small search over recipes: each is tried for a quarter of the steps, and validation data alone decides."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any

from selfimprove.adapters.recipe import Recipe

STEPS, MINUTES = 4, 4  # the part of the recipe's steps that a trial has, and of its time that all trials have
FACTORS: Sequence[Mapping[str, float]] = (
    {}, {"synthetic": 0.0}, {"learning_rate": 2.0}, {"learning_rate": 0.5}, {"scale": 0.5}, {"learning_rate": 4.0},
    {"rank": 0.5}, {"rank": 2.0}, {"weight_decay": 10.0},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trial:
    """A recipe by what differs from the wanted one, and the lowest validation loss it had."""

    changes: Mapping[str, Any]
    loss: float


def variants(recipe: Recipe) -> Iterator[dict[str, Any]]:
    """What to change, the recipe as it is first; one that goes on from an adapter keeps its shape.

    Where the model's own wordings would be learned, the next is without them.
    """
    for factors in FACTORS:
        if "synthetic" in factors and not recipe.synthetic:
            continue
        changes = {name: type(value := getattr(recipe, name))(value * factor) for name, factor in factors.items()}
        if recipe.warm_start is None or replace(recipe, **changes).shape == recipe.shape:
            yield changes


def search(recipe: Recipe, attempt: Callable[[int, Recipe], Sequence[Sequence[float]]]) -> tuple[Recipe, list[Trial]]:
    """The best recipe and all trials; `attempt` trains one and returns its validation losses by step.

    Without validation data nothing is tried twice, and the recipe stays as it is.
    """
    trials: list[Trial] = []
    for number, changes in enumerate(islice(variants(recipe), recipe.search)):
        losses = attempt(number, _shorter(replace(recipe, **changes)))
        if not losses:
            return recipe, []
        trials.append(Trial(changes, min(loss for _, loss in losses)))
    if not trials:
        return recipe, []
    return replace(recipe, **min(trials, key=lambda trial: trial.loss).changes), trials


def _shorter(recipe: Recipe) -> Recipe:
    minutes = recipe.minutes / MINUTES / max(1, recipe.search)
    steps = max(2, recipe.steps // STEPS)
    return replace(recipe, steps=steps, minutes=minutes, evaluate_every=max(1, steps // 4))


def told(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """What is stored of a search."""
    return [asdict(trial) for trial in trials]
