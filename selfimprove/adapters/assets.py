"""What was learned, as a Dagster asset."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from pydantic import Field

from selfimprove import charts
from selfimprove.adapters import recipe as recipes
from selfimprove.adapters import table
from selfimprove.adapters.adapter import Adapter
from selfimprove.adapters.learn import Bench, learn
from selfimprove.adapters.owner import of_this_machine
from selfimprove.adapters.recipe import Method, Pseudonyms, Recipe
from selfimprove.datasets import table as datasets
from selfimprove.datasets.freeze import Dataset
from selfimprove.datasets.start import words
from selfimprove.datasets.verify import enough
from selfimprove.errors import NothingToTrain
from selfimprove.models.training import Batching, Preference
from selfimprove.postgres import Connection
from selfimprove.resources import Database, Home, LanguageModel

COLUMNS = dg.TableSchema(
    [
        dg.TableColumn("id", "text", description="sha256 over the files' hashes"),
        dg.TableColumn("base_model", "text"),
        dg.TableColumn("dataset_id", "text"),
        dg.TableColumn("recipe", "jsonb", description="how it was trained"),
        dg.TableColumn("metrics", "jsonb", description="losses, speed, memory, and how far weights moved"),
        dg.TableColumn("url", "text"),
        dg.TableColumn("files", "jsonb", description="sha256 of each file"),
    ]
)


class TrainingConfig(dg.Config):
    """What differs from the recommended recipe; `warm_start` goes on from the champion where that is possible."""

    rank: int | None = Field(None, ge=1)
    scale: float | None = Field(None, gt=0)
    dropout: float | None = Field(None, ge=0, lt=1)
    layers: int | None = Field(None, ge=-1)
    learning_rate: float | None = Field(None, ge=0)
    warmup: int | None = Field(None, ge=0)
    steps: int | None = Field(None, ge=1)
    batch_tokens: int | None = Field(None, ge=16)
    longest: int | None = Field(None, ge=16)
    clip: float | None = Field(None, gt=0)
    weight_decay: float | None = Field(None, ge=0)
    evaluate_every: int | None = Field(None, ge=1)
    patience: int | None = Field(None, ge=0)
    minutes: float | None = Field(None, gt=0)
    seed: int | None = Field(None, ge=0)
    pseudonyms: Pseudonyms = "placeholders"
    batching: Batching = "auto"
    method: Method = "lora"
    preference: Preference = "none"
    beta: float | None = Field(None, gt=0)
    search: int | None = Field(None, ge=0)
    warm_start: bool = True


@dg.asset(
    deps=["training_dataset"],
    group_name="adapters",
    kinds={"mlx", "python"},
    pool="gpu",
    metadata={"dagster/column_schema": COLUMNS, "dagster/table_name": "selfimprove.adapters"},
    output_required=False,
)
def lora_adapter(
    context: dg.AssetExecutionContext,
    config: TrainingConfig,
    database: Database,
    home: Home,
    language_model: LanguageModel,
) -> Iterator[dg.MaterializeResult[None]]:
    """LoRA weights learned tonight, named by their hash, with the recipe, dataset and base model they come from.

    A night that found too little to learn from trains nothing, and what comes after it is skipped.
    """
    model, run_id = language_model, context.run.run_id
    bench = Bench(database.connect, home.path, model.base(), context.log.info, model.memory_gb, of_this_machine())
    with database.connect() as connection:
        dataset = to_train_on(connection, run_id)
        champion = table.champion(connection, bench.base.id)
    if dataset is None:
        context.log.info("Tonight has too little to learn from: nothing is trained.")
        return
    recipe = tonight(recipes.recommended(bench.base), config, champion, dataset)
    adapter = learn(bench, dataset, recipe, run_id)
    yield dg.MaterializeResult(metadata=described(adapter), data_version=dg.DataVersion(adapter.id))


def to_train_on(connection: Connection, run_id: str) -> Dataset | None:
    """Tonight's dataset, None where this run looked for one and found too little; the check of it only warns.

    Raises:
        NothingToTrain: this run did not look, and what waits for a decision is too little.
    """
    dataset = datasets.of_run(connection, run_id)
    judged = enough(dataset) if dataset else None
    if judged and judged.passed:
        return dataset
    if datasets.found_in(connection, run_id) is None:
        raise NothingToTrain(reason=f"{judged.sentence if judged else 'none waits for a decision'}.")
    return None


def tonight(recommended: Recipe, config: TrainingConfig, champion: Adapter | None, dataset: Dataset) -> Recipe:
    """The recipe with the night's changes; it goes on from the champion where both have the same shape.

    A dataset that was made to begin anew holds all lessons so far, and is trained on from the base model.
    """
    given = config.model_dump()
    wanted = given.pop("warm_start")
    recipe = recipes.changed(recommended, given)
    start = dataset.manifest.get("start", {})
    if start.get("champion") and start["adapter"] is None:
        return recipes.changed(recipes.anew(recommended, *lengths(dataset)), given)
    if not wanted or champion is None or champion.recipe.shape != recipe.shape:
        return recipe
    return recipes.changed(recipes.going_on_from(recommended, champion.id), given)


def lengths(dataset: Dataset) -> tuple[int, int]:
    """How many examples one pass shows, and how many it would if no more than usual were practised again."""
    rule, new = dataset.manifest["rule"], len(dataset.splits["train"]) * dataset.manifest["target_repeat"]
    again = len(dataset.splits["replay"])
    own = sum(e.chat_id is not None for e in dataset.splits["replay"])
    return new + again, new + min(own, rule["remember"]) + min(again - own, rule["replay"])


def described(adapter: Adapter) -> dict[str, Any]:
    """What the UI shows of an adapter."""
    metrics = adapter.metrics
    curves = {"training": metrics["train_losses"], "held out": metrics["validation_losses"]}
    chart = charts.lines(curves, "Loss while training", "step", "nats a token")
    numbers = ("tokens_per_second", "seconds", "delta_norm", "trained_tokens", "steps", "peak_memory_bytes")
    return {
        "adapter": adapter.id,
        "dataset": adapter.dataset_id,
        "base_model": adapter.base_model,
        "went_on_from": adapter.recipe.warm_start or "the bare base model",
        "start": words(metrics.get("start", {})),
        "losses": dg.MetadataValue.md(charts.markdown_image(chart, "Loss while training")),
        "train_loss": metrics["train_losses"][-1][1],
        "stopped": metrics["stopped"],
        "recipe": dg.MetadataValue.json({name: getattr(adapter.recipe, name) for name in Recipe.__slots__}),
        "url": dg.MetadataValue.url(adapter.url),
        **{name: metrics[name] for name in numbers},
    }
