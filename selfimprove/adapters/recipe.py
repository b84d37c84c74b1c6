"""How an adapter is trained: data that is stored with it."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

import orjson

from selfimprove.models.base import Base
from selfimprove.models.training import Batching, Preference

Method = Literal["lora", "dora"]
Pseudonyms = Literal["placeholders", "substitutes"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """LoRA or DoRA on each linear layer of the last `layers` blocks (-1: all), by AdamW with warm-up and cosine decay.

    A batch holds up to `batch_tokens` tokens; a chat longer than `longest` is split. `patience` is after how many
    evaluations without a better validation loss training stops (0: never); `minutes` is its budget of wall time.
    `warm_start` is the adapter it goes on from, None for the bare base model. With `pseudonyms` "substitutes" the model
    reads made-up values in place of the pseudonyms that the dataset holds. `batching` "packed" puts several chats in
    a row, "buckets" those of similar length side by side; "auto" is the first on a GPU. `preference` learns pairs of a
    right and a rejected answer by DPO or ORPO, weighed by `beta`, where there are enough. `search` is how many recipes
    are tried for a quarter of the steps before the best of them, by validation loss, is trained. `synthetic`: it learns
    what the model itself worded, too, where the dataset holds such examples.
    """

    rank: int = 16
    scale: float = 20.0
    dropout: float = 0.0
    layers: int = -1
    learning_rate: float = 2e-4
    warmup: int = 20
    steps: int = 300
    batch_tokens: int = 512
    longest: int = 512
    clip: float = 1.0
    weight_decay: float = 0.01
    evaluate_every: int = 100
    patience: int = 0
    minutes: float = 120.0
    seed: int = 0
    warm_start: str | None = None
    pseudonyms: Pseudonyms = "placeholders"
    batching: Batching = "auto"
    method: Method = "lora"
    preference: Preference = "none"
    beta: float = 0.1
    search: int = 0
    synthetic: bool = True

    @property
    def id(self) -> str:
        """The first 32 hex digits of sha256 over the recipe."""
        return hashlib.sha256(orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]

    @property
    def shape(self) -> tuple[int, float, float, int, str]:
        """What two adapters must share for one to go on from the other."""
        return self.rank, self.scale, self.dropout, self.layers, self.method


def recommended(base: Base) -> Recipe:
    """What to begin with: measured for the tiny model, common practice for real ones."""
    if base.name == "tiny":
        return Recipe()
    return Recipe(learning_rate=1e-4, scale=10.0, batch_tokens=2048, longest=2048, evaluate_every=50)


def going_on_from(recipe: Recipe, champion: str) -> Recipe:
    """The recipe for a night that begins where the champion is: it needs fewer steps, and forgets less by them.

    The rate rises four times as fast: no loss ends higher for it, and the way there is 4 to 11 steps shorter.
    """
    steps, warmup = max(1, recipe.steps * 2 // 3), math.ceil(recipe.warmup / 4)
    return replace(recipe, warm_start=champion, steps=steps, warmup=warmup)


def anew(recipe: Recipe, shown: int, usual: int) -> Recipe:
    """The recipe for a night that begins at the base model again: each lesson is seen as often as on other nights."""
    return replace(recipe, steps=round(recipe.steps * max(1.0, shown / max(1, usual))))


def changed(recipe: Recipe, given: dict[str, Any]) -> Recipe:
    """The recipe with what was given; None leaves a field as it is."""
    return replace(recipe, **{name: value for name, value in given.items() if value is not None})


def read(stored: Mapping[str, Any]) -> Recipe:
    """A recipe out of its JSON; fields that this version does not know are left out."""
    known = {field.name for field in fields(Recipe)}
    return Recipe(**{name: value for name, value in stored.items() if name in known})
