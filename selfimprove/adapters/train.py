"""Training itself, a segment of it, in a process of its own."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from selfimprove.adapters.delta import factors, moved
from selfimprove.adapters.owner import step_back
from selfimprove.adapters.recipe import Recipe, read
from selfimprove.errors import ExampleDiverged, TrainingDiverged
from selfimprove.models import memory, mlx
from selfimprove.models.batch import fit
from selfimprove.models.batches import Row, drawn
from selfimprove.models.checkpoint import WHOLE, Segment
from selfimprove.models.encode import Encoded, encode
from selfimprove.models.packing import resolved
from selfimprove.models.preference import Pair, referenced
from selfimprove.models.serve import Log
from selfimprove.models.training import Plan, Training, trained
from selfimprove.privacy.substitute import substitute

LEAST_PAIRS = 20  # fewer would be learned by heart
POINTS = 60  # of a loss curve: more cannot be told apart in a chart
NAMED = 5
QUIET = 10.0  # seconds without a word, after which the next step speaks


def train(job: dict[str, Any], tell: Log) -> dict[str, Any]:
    """Train an adapter by `job`: "base" and "dataset" folders, "recipe", "start" folder or None, "out" folder, "seeds".

    "segment" says for how long, with the checkpoint beside "out"; without it all is trained at once. The result's
    "metrics" are None while there is more to do, and "ran" are the seconds of this segment.

    Raises:
        ExampleDiverged: a loss stopped being a finite number; the message names the examples of that step.
    """
    step_back()
    recipe, base = read(job["recipe"]), Path(job["base"])
    limit = memory.machine_limit(job.get("memory_gb", 0.0))
    memory.check(base, limit)
    loaded = mlx.load(base)
    start = Path(job["start"]) if job["start"] else None
    config = mlx.add_lora(loaded, lora(recipe), seed=recipe.seed, start=start)
    memory.check(base, limit, trained(loaded.model))  # nothing of the adapter is computed yet
    decided, ids, rows = _fitted(loaded, job, tell)
    _, validation = encoded(loaded.tokenizer, Path(job["dataset"]) / "valid.jsonl", decided.longest, job["seeds"])
    began, before = time.monotonic(), factors(loaded.model)
    segment = Segment(Path(job["out"]).parent, **job["segment"]) if "segment" in job else WHOLE
    try:
        training = mlx.train(loaded, rows, validation, decided, Progress(recipe, tell).hear, segment)
    except TrainingDiverged as exc:
        examples = named(ids, rows, decided, int(str(exc.details["step"])))
        raise ExampleDiverged(**exc.details, examples=examples) from exc
    ran = time.monotonic() - began
    if not training.stopped:
        return {"metrics": None, "ran": ran}
    mlx.save_adapter(loaded, Path(job["out"]), config)
    norms = {"delta_norm": number(moved(loaded.model, before)), "adapter_norm": number(moved(loaded.model))}
    return {"metrics": {**metrics(training), **norms, "plan": asdict(decided)}, "ran": ran}


def lora(recipe: Recipe) -> mlx.Lora:
    """The adapter's shape."""
    return mlx.Lora(recipe.rank, recipe.scale, recipe.dropout, recipe.layers, recipe.method)


def _fitted(loaded: mlx.Loaded, job: dict[str, Any], tell: Log) -> tuple[Plan, list[str], list[Row]]:
    """The plan that fits into memory, and what it trains on with the ids of the examples."""
    recipe = read(job["recipe"])
    wanted = resolved(loaded.model, plan(recipe))
    path = Path(job["dataset"]) / "train.jsonl"
    ids, rows = _rows(loaded, path, wanted, job["seeds"], synthetic=recipe.synthetic)
    shape, limit = memory.shape_of(Path(job["base"])), memory.machine_limit(job.get("memory_gb", 0.0))
    if shape is None or not any(any(row.supervised) for row in rows):
        return wanted, ids, rows
    decided, need = memory.fitted(shape, wanted, trained(loaded.model), rows, limit)
    predicted = (need.total + memory.PROCESS) / memory.GB
    tell({"predicted": predicted, "limit": limit / memory.GB, "how": memory.words(decided), "seconds": 0.0})
    if decided.longest < wanted.longest:
        ids, rows = _rows(loaded, path, decided, job["seeds"], synthetic=recipe.synthetic)
    return decided, ids, rows


def _rows(
    loaded: mlx.Loaded, path: Path, plan: Plan, seeds: Mapping[str, str] | None, *, synthetic: bool = True
) -> tuple[list[str], list[Row]]:
    """What is trained on: chats, and pairs where the plan has a preference and there are enough of them."""
    ids, chats = encoded(loaded.tokenizer, path, plan.longest, seeds, synthetic=synthetic)
    pairs = paired(loaded.tokenizer, path, plan.longest, seeds) if plan.preference != "none" else {}
    if len(pairs) < LEAST_PAIRS:
        return ids, [*chats]
    known = dict(zip(pairs, referenced(loaded.model, [*pairs.values()]), strict=True))
    return ids, [known.get(id, chat) for id, chat in zip(ids, chats, strict=True)]


def number(value: float) -> float | None:
    """The value, None when it is not a finite number: JSON has no word for that."""
    return value if math.isfinite(value) else None


def encoded(
    tokenizer: Any, path: Path, longest: int, seeds: Mapping[str, str] | None = None, *, synthetic: bool = True
) -> tuple[list[str], list[Encoded]]:
    """Rows of at most `longest` tokens, and the example each comes from; a repeated one is encoded once.

    With `seeds`, by example, made-up values stand in for pseudonyms; unless `synthetic`, a model's wordings stay out.
    """
    ids: list[str] = []
    rows: list[Encoded] = []
    known: dict[str, list[Encoded]] = {}
    for line in map(orjson.loads, path.read_bytes().splitlines()):
        if line.get("synthetic") and not synthetic:
            continue
        windows = known.get(line["id"])
        if windows is None:
            messages = said(line["messages"], seeds[line["id"]]) if seeds else line["messages"]
            windows = known[line["id"]] = fit([encode(tokenizer, messages)], longest)
        ids += [line["id"]] * len(windows)
        rows += windows
    return ids, rows


def paired(tokenizer: Any, path: Path, longest: int, seeds: Mapping[str, str] | None) -> dict[str, Pair]:
    """By example, those that have a rejected answer and whose two chats are no longer than a row."""
    found: dict[str, Pair] = {}
    for line in map(orjson.loads, path.read_bytes().splitlines()):
        if "rejected" not in line or line["id"] in found:
            continue
        chats = [line["messages"], [*line["messages"][:-1], {"role": "assistant", "content": line["rejected"]}]]
        chosen, rejected = (encode(tokenizer, said(chat, seeds[line["id"]]) if seeds else chat) for chat in chats)
        if max(len(chosen.tokens), len(rejected.tokens)) <= longest:
            found[line["id"]] = Pair(chosen, rejected)
    return found


def said(messages: Sequence[Mapping[str, str]], seed: str) -> list[dict[str, str]]:
    """A chat's messages with made-up values in place of pseudonyms."""
    texts = substitute([message["content"] for message in messages], seed)
    return [{**message, "content": text} for message, text in zip(messages, texts, strict=True)]


def plan(recipe: Recipe) -> Plan:
    """The recipe as the trainer reads it; every step reports, so that a bad one is known by its number."""
    return Plan(
        steps=recipe.steps,
        learning_rate=recipe.learning_rate,
        seed=recipe.seed,
        warmup=recipe.warmup,
        clip=recipe.clip,
        weight_decay=recipe.weight_decay,
        batch_tokens=recipe.batch_tokens,
        longest=recipe.longest,
        report_every=1,
        evaluate_every=recipe.evaluate_every,
        patience=recipe.patience,
        batching=recipe.batching,
        preference=recipe.preference,
        beta=recipe.beta,
    )


class Progress:
    """Passes progress on, about `POINTS` times or every few seconds."""

    def __init__(self, recipe: Recipe, tell: Log) -> None:
        self.every, self.tell = max(1, recipe.steps // POINTS), tell
        self.began = self.told = time.monotonic()

    def hear(self, event: dict[str, Any]) -> None:
        """One measured loss, or where the training goes on."""
        now = time.monotonic()
        if "train_loss" not in event or event["step"] % self.every == 0 or now >= self.told + QUIET:
            self.tell({**event, "seconds": now - self.began})
            self.told = now


def metrics(training: Training) -> dict[str, Any]:
    """What is stored of a training; train losses are means of as many steps as give `POINTS` points."""
    size = math.ceil(len(training.losses) / POINTS) or 1
    chunks = [training.losses[i : i + size] for i in range(0, len(training.losses), size)]
    return {
        "train_losses": [[chunk[-1][0], sum(loss for _, loss in chunk) / len(chunk)] for chunk in chunks],
        "validation_losses": [list(point) for point in training.validation],
        "steps": training.steps,
        "best_step": training.best_step,
        "trained_tokens": training.tokens,
        "tokens_per_second": training.tokens / training.seconds if training.seconds else 0.0,
        "seconds": training.seconds,
        "stopped": training.stopped,
    }


def named(ids: Sequence[str], rows: Sequence[Row], plan: Plan, step: int) -> str:
    """Ids of the examples in the batch of a step, the first few by name."""
    before = (max(step, 1) - 1) * plan.accumulate
    batches = islice(drawn(rows, plan, before), plan.accumulate)
    found = sorted({ids[index] for batch in batches for row in batch for index in row})
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return ", ".join(found[:NAMED]) + more
