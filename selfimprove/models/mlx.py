"""Where mlx-lm is called, but for its evaluation harness: load, generate, train LoRA adapters or a fresh model."""

import contextlib
import io
import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from selfimprove.errors import AdapterMismatch, ModelBroken, NothingSupervised
from selfimprove.models import blas, exponential, heap
from selfimprove.models.batch import fit
from selfimprove.models.batches import Batches, HeldOut, Row
from selfimprove.models.checkpoint import WHOLE, Run, Segment
from selfimprove.models.decode import Engine, decode, samplers
from selfimprove.models.encode import Encoded, Messages, prompt
from selfimprove.models.mended import mend
from selfimprove.models.packing import resolved
from selfimprove.models.preference import loss_of, windows
from selfimprove.models.shared import share
from selfimprove.models.training import Log, Plan, Training, optimizer
from selfimprove.models.watch import Enough, Watch, go_on

WEIGHTS, CONFIG = "adapters.safetensors", "adapter_config.json"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in memory with its tokenizer."""

    model: Any
    tokenizer: Any


@dataclass(frozen=True, slots=True)
class Generation:
    """One answer; `seconds` is its share, by tokens, of the time its batch took."""

    text: str
    tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Lora:
    """Shape of an adapter on every linear layer of the last `layers` blocks, of all blocks when -1."""

    rank: int = 8
    scale: float = 20.0
    dropout: float = 0.0
    layers: int = -1
    method: Literal["lora", "dora"] = "lora"


def load(folder: Path, adapter: Path | None = None, *, beside: Loaded | None = None) -> Loaded:
    """A model, and its adapter; `beside` is one of the same folder, whose weights need not be in memory twice.

    Raises:
        ModelBroken: files are missing or do not make a model.
        AdapterMismatch: the adapter is damaged or does not fit this model whole.
    """
    blas.use()
    from mlx_lm.utils import load as load_files

    if not folder.is_dir():  # mlx-lm would take its path for a repository and ask the hub.
        raise ModelBroken(folder=folder, reason="there is no such folder")
    try:
        model, tokenizer = load_files(str(folder), lazy=beside is not None)
    except (OSError, ValueError, KeyError, RuntimeError) as exc:
        raise ModelBroken(folder=folder, reason=_first_line(exc)) from exc
    mend(model)
    if beside is not None:
        share(model, beside.model)
    if adapter is not None:
        _apply(model, adapter)
    model.eval()
    return Loaded(model, tokenizer)


def _first_line(exc: Exception) -> str:
    return f"{type(exc).__name__}: {exc}".splitlines()[0]


def _apply(model: Any, adapter: Path) -> None:
    """Lay an adapter over a bare model; every one of its tensors must be there and fit."""
    from mlx_lm.tuner.utils import load_adapters

    try:
        load_adapters(model, str(adapter))
        given = set(_read(adapter))
    except (OSError, ValueError, KeyError, AttributeError, RuntimeError) as exc:
        raise AdapterMismatch(folder=adapter, reason=_first_line(exc)) from exc
    missing = sorted(set(_adapter_weights(model)) - given)
    if missing:
        raise AdapterMismatch(folder=adapter, reason=f"it lacks {len(missing)} tensors, the first is {missing[0]}")


def _read(adapter: Path) -> dict[str, Any]:
    import mlx.core as mx

    weights: Any = mx.load(str(adapter / WEIGHTS))
    return dict(weights)


def _adapter_weights(model: Any) -> dict[str, Any]:
    from mlx.utils import tree_flatten

    leaves = ("lora_a", "lora_b", "m")
    return {name: value for name, value in tree_flatten(model.parameters()) if name.rsplit(".", 1)[-1] in leaves}


def generate(
    loaded: Loaded,
    prompts: Sequence[Messages],
    *,
    max_tokens: int,
    temperature: float = 0.0,
    seed: int | Sequence[int] = 0,
    shares: bool = True,
    begun: Sequence[str] = (),
) -> list[Generation]:
    """Answers to all prompts, made in batches in which equal beginnings are read once, unless it `shares` nothing.

    The same seed gives the same answers to the same list of prompts; with a seed a prompt, to the same prompt. `begun`
    has for each prompt how its answer begins; what is returned is what follows.
    """
    from importlib import import_module

    from mlx_lm.models.cache import make_prompt_cache

    if not prompts:
        return []
    starts = [loaded.tokenizer.encode(text, add_special_tokens=False) for text in begun or [""] * len(prompts)]
    encoded = [prompt(loaded.tokenizer, asked) + start for asked, start in zip(prompts, starts, strict=True)]
    stops = [[token] for token in loaded.tokenizer.eos_token_ids]
    # `mlx_lm.generate` is a function in the package's namespace: only import_module reaches the module.
    generator = partial(import_module("mlx_lm.generate").BatchGenerator, loaded.model, stop_tokens=stops)
    engine = Engine(generator, partial(make_prompt_cache, loaded.model), loaded.model, shares)
    start = time.perf_counter()
    said = decode(engine, encoded, max_tokens, samplers(temperature, seed, len(prompts)))
    per_token = (time.perf_counter() - start) / max(1, sum(map(len, said)))
    texts = [loaded.tokenizer.decode(ids).replace("\0", "\ufffd") for ids in said]  # Postgres stores no NUL
    return [Generation(text, len(ids), len(ids) * per_token) for text, ids in zip(texts, said, strict=True)]


def add_lora(loaded: Loaded, lora: Lora, *, seed: int, start: Path | None = None) -> dict[str, Any]:
    """Freeze the model, put a trainable adapter over it, and return the adapter_config.

    `start` is an adapter folder to go on from; it must have the same shape.

    Raises:
        AdapterMismatch: `start` has other tensors than this adapter.
    """
    import mlx.core as mx
    from mlx_lm.tuner.utils import linear_to_lora_layers

    mx.random.seed(seed)
    loaded.model.freeze()
    shape = {"rank": lora.rank, "scale": lora.scale, "dropout": lora.dropout}
    linear_to_lora_layers(loaded.model, lora.layers, shape, use_dora=lora.method == "dora")
    if start is not None:
        _go_on_from(loaded.model, start)
    return {"fine_tune_type": lora.method, "num_layers": lora.layers, "lora_parameters": shape}


def _go_on_from(model: Any, start: Path) -> None:
    try:
        weights = _read(start)
    except (OSError, ValueError, RuntimeError) as exc:
        raise AdapterMismatch(folder=start, reason=_first_line(exc)) from exc
    wanted = _adapter_weights(model)
    differing = [name for name in {*wanted, *weights} if _shape(wanted, name) != _shape(weights, name)]
    if differing:
        raise AdapterMismatch(folder=start, reason=f"{len(differing)} tensors differ, the first is {min(differing)}")
    model.load_weights(list(weights.items()), strict=False)


def _shape(weights: Mapping[str, Any], name: str) -> tuple[int, ...] | None:
    return tuple(weights[name].shape) if name in weights else None


def save_adapter(loaded: Loaded, folder: Path, config: Mapping[str, Any]) -> None:
    """Write adapters.safetensors and adapter_config.json into a folder."""
    import mlx.core as mx

    folder.mkdir(parents=True, exist_ok=True)
    mx.save_safetensors(str(folder / WEIGHTS), _adapter_weights(loaded.model))
    (folder / CONFIG).write_text(json.dumps(dict(config), indent=2, sort_keys=True) + "\n")


def fresh(config: Mapping[str, Any], tokenizer: Path, seed: int) -> Loaded:
    """An untrained Llama with the tokenizer of a folder."""
    blas.use()
    import mlx.core as mx
    from mlx_lm.models.llama import Model, ModelArgs
    from mlx_lm.utils import load_tokenizer

    mx.random.seed(seed)
    model = Model(ModelArgs.from_dict(dict(config)))
    mx.eval(model.parameters())
    return Loaded(model, load_tokenizer(tokenizer, eos_token_ids=config["eos_token_id"]))


def save_model(loaded: Loaded, file: Path) -> None:
    """Write the model's weights as safetensors."""
    import mlx.core as mx
    from mlx.utils import tree_flatten

    mx.save_safetensors(str(file), dict(tree_flatten(loaded.model.parameters())), metadata={"format": "mlx"})


def _aloud(log: Log) -> Log:
    """The same log, with the stdout of now: the trainer's own display is silenced while it runs."""
    stdout = sys.stdout

    def tell(event: dict[str, Any]) -> None:
        with contextlib.redirect_stdout(stdout):
            log(event)

    return tell


def train(
    loaded: Loaded,
    rows: Sequence[Row],
    validation: Sequence[Encoded],
    plan: Plan,
    log: Log | None = None,
    segment: Segment = WHOLE,
) -> Training:
    """Train what is not frozen, through mlx-lm's trainer with our batches and loss; `log` gets each measured loss.

    With a segment's folder it goes on from the checkpoint there and leaves one; the same bytes come out wherever it was
    broken off. What is returned has `stopped` "" while there is more to do.

    Raises:
        NothingSupervised: no row has an assistant answer.
        TrainingDiverged: a loss stopped being a finite number.
    """
    cut, tested = windows(rows, plan.longest), fit(validation, plan.longest)
    if not cut:
        raise NothingSupervised(rows=len(rows))
    plan = resolved(loaded.model, plan)
    run = Run(loaded.model, optimizer(plan, loaded.model), plan)
    log = log and _aloud(log)
    go_on(run, segment, log)
    if not run.training.stopped:
        batches = Batches(plan, run.training.steps)
        watch = Watch(run, batches, log, segment)
        _through_mlx_lm(watch, cut, HeldOut(tested, batches))
    if run.training.stopped:
        run.take_best()
    loaded.model.eval()
    return run.training


def _through_mlx_lm(watch: Watch, rows: Sequence[Row], held_out: HeldOut) -> None:
    """Every step reports, since sums of several would end with a segment; the callback sums them up."""
    from mlx_lm.tuner.trainer import TrainingArgs
    from mlx_lm.tuner.trainer import train as run

    plan = watch.plan
    left = (plan.steps - watch.batches.step) * plan.accumulate
    with tempfile.TemporaryDirectory() as scratch, contextlib.redirect_stdout(io.StringIO()):
        arguments = TrainingArgs(
            batch_size=1,
            iters=left,
            val_batches=-1,
            steps_per_report=1,
            steps_per_eval=1,
            steps_per_save=left + 1,
            max_seq_length=plan.longest,
            grad_checkpoint=plan.grad_checkpoint,
            grad_accumulation_steps=plan.accumulate,
            adapter_file=str(Path(scratch) / WEIGHTS),
            clear_cache_threshold=2**30,
        )
        with heap.kept(), exponential.ours(watch.run.model), contextlib.suppress(Enough):
            run(
                watch.run.model,
                watch.run.optimizer,
                rows,
                held_out,
                args=arguments,
                loss=loss_of(plan.preference, plan.beta),
                iterate_batches=watch.batches,
                training_callback=watch,
            )
    watch.finish()
