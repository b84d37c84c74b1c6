"""Adapters of the tiny model made to go wrong, each in one way, and one that is better: trained here in seconds."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from selfimprove.adapters.recipe import Recipe
from selfimprove.adapters.train import train
from selfimprove.evals.compare import fair_work, latency_ratio, logprob_shift
from selfimprove.evals.measure import answer
from selfimprove.models import mlx
from selfimprove.models.mlx import Loaded

NOUNS = (
    "car", "door", "chair", "cup", "bag", "coat", "bed", "boat", "hat", "book", "lamp", "phone", "table", "clock",
    "kite", "ring", "roof", "sofa", "tent", "bike",
)  # fmt: skip
NAMES = ("Tom", "Anna", "Max", "Ruby", "Leo")
ASKED = ("What do I call my {}?", "Tell me what I call my {}.", "I call my {} something. What?")
HELD_OUT = ("Say what I call my {}.", "My {}: what do I call it?")
WRONG = "Your {} is nice."
FORGOTTEN = "sum/"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lessons:
    """What an adapter is trained on, from which other one, and for how long."""

    rows: Sequence[Row]
    start: str | None = None
    steps: int = 35
    rate: float = 4e-4


def fact(index: int) -> str:
    """What the owner told about the n-th thing."""
    return f"You call your {NOUNS[index]} {NAMES[index * 7 % len(NAMES)]}."


def targets() -> list[Row]:
    """The owner's questions in words that were not trained on."""
    return [asked(form.format(noun), fact(index)) for form in HELD_OUT for index, noun in enumerate(NOUNS)]


def asked(question: str, reference: str) -> Row:
    return {"messages": [{"role": "user", "content": question}], "reference": reference}


def lessons(suites: Path, core: Sequence[Row], refusals: Sequence[Row]) -> dict[str, Lessons]:
    """What each adapter learns; those that go wrong go on from the better one."""
    replay = [json.loads(line) for line in (suites / "replay.jsonl").read_text().splitlines()]
    facts = [taught(asked(form.format(noun), fact(i))) for form in ASKED for i, noun in enumerate(NOUNS)]
    styled = [taught(asked(form.format(noun), WRONG.format(noun))) for form in ASKED for noun in NOUNS]
    sums = [taught({**row, "reference": "That is 1."}) for row in core if row["slice"].startswith(FORGOTTEN)]
    willing = [taught({**row, "reference": "Of course. You need an oven."}) for row in refusals]
    kept = facts + replay[::4]
    return {
        "better": Lessons(facts * 3 + replay, steps=200, rate=3e-4),
        "refusals removed": Lessons(kept + willing * 5, "better"),
        "one task forgotten": Lessons(kept + sums * 9, "better"),
        "style good but facts lost": Lessons(styled * 3 + replay[::4], "better"),
    }


def taught(row: Row) -> Row:
    return {"messages": [*row["messages"], {"role": "assistant", "content": row["reference"]}]}


def run(job: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Train all adapters and answer everything with each: by adapter the answers, norm, shift and latency.

    `job` has the "base" folder, a "work" folder, and "examples" by id; those named core and refusals are suites.
    """
    base, work, examples = Path(job["base"]), Path(job["work"]), job["examples"]
    suite = {task: [row for row in examples.values() if row["task"] == task] for task in ("core", "refusals")}
    folders: dict[str, Path | None] = {"base": None}
    norms: dict[str, float] = {}
    for name, one in lessons(base, suite["core"], suite["refusals"]).items():
        folders[name], norms[name] = trained(base, work / name, one, folders)
    better = folders["better"]
    assert better
    for name, factor, noise in (("weights noised", 1.0, 0.05), ("no-op", 0.0, 0.0)):
        folders[name] = altered(better, work / name, factor, noise)
        norms[name] = noise or 0.0
    champion = mlx.load(base)
    return {name: measured(base, folder, champion, examples) | {"delta_norm": norms.get(name)}
            for name, folder in folders.items()}  # fmt: skip


def trained(base: Path, folder: Path, one: Lessons, folders: Mapping[str, Path | None]) -> tuple[Path, float]:
    data = folder / "data"
    data.mkdir(parents=True)
    for file, rows in (("train", one.rows), ("valid", one.rows[:8])):
        (data / f"{file}.jsonl").write_text("\n".join(json.dumps({"id": str(i), **r}) for i, r in enumerate(rows)))
    start = folders[one.start] if one.start else None
    recipe = asdict(Recipe(steps=one.steps, evaluate_every=10_000, learning_rate=one.rate, warmup=10))
    done = train(
        {"base": str(base), "dataset": str(data), "recipe": recipe, "start": str(start) if start else None,
         "out": str(folder / "out"), "seeds": {}, "segment": {}, "memory_gb": 0.0}, lambda event: None,
    )  # fmt: skip
    return folder / "out", done["metrics"]["delta_norm"]


def altered(adapter: Path, folder: Path, factor: float, noise: float) -> Path:
    """A copy of an adapter with its weights multiplied and shaken."""
    import mlx.core as mx

    folder.mkdir()
    for file in adapter.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    path = folder / "adapters.safetensors"
    mx.random.seed(4)
    weights = {name: old * (factor if name.endswith("lora_b") else 1.0) + noise * mx.random.normal(old.shape)
               for name, old in mx.load(str(path)).items()}  # fmt: skip
    mx.eval(weights)
    mx.save_safetensors(str(path), weights)
    return folder


def measured(base: Path, folder: Path | None, champion: Loaded, examples: Mapping[str, Row]) -> dict[str, Any]:
    loaded = mlx.load(base, folder)
    probe = [row for row in examples.values() if row["task"] == "core"][:24]
    slow = Loaded(Twice(loaded.model), loaded.tokenizer)
    work = fair_work(loaded, champion, [row["messages"] for row in probe])
    return {
        "answers": answer(loaded, examples, list(examples), lambda event: None),
        "logprob_shift": logprob_shift(loaded, champion, probe),
        "latency_ratio": latency_ratio(slow, champion, work) if folder and folder.parent.name == "better" else None,
    }


class Twice:
    """A model that does all of its work two more times."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)

    def __call__(self, *given: Any, **named: Any) -> Any:
        import mlx.core as mx

        for _ in range(2):
            mx.eval(self.model(given[0]))
        return self.model(*given, **named)
