"""Training against plain `mlx_lm.lora` from the same model on the same chats, in turn, in CPU seconds: real tokens a
second, and time to an equal loss on held-out answers. And how many steps fewer a warm start needs.

Equal is nine tenths of what the best stock setting gains in its time. Every arm is a process of its own with LoRA of
the same shape; what measuring takes is not counted. Both sides have the same learning rate, or with --full the better
of two each: theirs does not correct Adam's bias, and so begins with steps three times as long. Limits are for the
household's chats; the English and the code of the other sets is new to the tiny model, token by token.

Run: python benchmarks/training.py [--full [SET …]]
     (--full: three seeds, more time, and all sets or those named, which lie where SELFIMPROVE_TEST_DATA says)
"""

import contextlib
import gzip
import json
import os
import random
import re
import subprocess
import sys
import time
import types
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import geometric_mean
from tempfile import TemporaryDirectory
from typing import Any

Chat = list[dict[str, str]]
LONGEST, RANK, SCALE, RATE, FASTER = 512, 8, 20.0, 3e-4, 1e-3
STOCK: list[dict[str, Any]] = [{"batch": batch, "mask": mask} for batch in (4, 8) for mask in (False, True)]
FULL = [*STOCK, *({**setting, "rate": FASTER} for setting in STOCK[:2])]
LIMITS = {"time": 4.0, "installed": 15.0, "tokens": 2.0, "warm": 3.0}
WORDS = {
    "time": "CPU time to equal loss",
    "installed": "the same as each installs on Linux",
    "tokens": "real tokens a CPU second, against stock batching of 4",
    "warm": "steps, warm against scratch",
}
TRAIN, TEST = 240, 40


class Enough(Exception):
    """The arm's time is spent."""


# Chats


def talk(*texts: str) -> Chat:
    return [{"role": "assistant" if n % 2 else "user", "content": text} for n, text in enumerate(texts)]


def bundled(seed: int, chapter: int = 1) -> tuple[list[Chat], list[Chat]]:
    """The household's facts and small talk, one to seven exchanges a chat; the last phrasings are held out."""
    from selfimprove.chats.sample import facts, smalltalk
    from selfimprove.models.tiny import world
    from selfimprove.models.tiny.families import FAMILIES

    draw = random.Random(f"{seed}/{chapter}")
    known = sorted(facts.values(7, chapter).items())

    def exchange(phrasings: Sequence[str]) -> tuple[str, str]:
        if draw.random() < 0.5:
            name, value = draw.choice(known)
            return draw.choice(phrasings).format(name=name), world.KNOWN.format(name=name, value=value)
        family = draw.choice(FAMILIES)
        return smalltalk.exchange(family, draw.choice(sorted(family.items)), draw.choice(family.phrasings))

    def chats(number: int, phrasings: Sequence[str]) -> list[Chat]:
        lengths = [draw.randint(1, 7) for _ in range(number)]
        return [talk(*(text for _ in range(n) for text in exchange(phrasings))) for n in lengths]

    return chats(TRAIN, world.ASKING[:-4]), chats(TEST, world.ASKING[-4:])


def split(chats: list[Chat], seed: int) -> tuple[list[Chat], list[Chat]]:
    random.Random(seed).shuffle(chats)
    return chats[:TRAIN], chats[TRAIN : TRAIN + TEST]


def hh_rlhf(seed: int) -> tuple[list[Chat], list[Chat]]:
    path = Path(os.environ["SELFIMPROVE_TEST_DATA"]) / "chats" / "hh_rlhf_harmless_test_even.jsonl.gz"
    texts = [json.loads(line)["chosen"] for line in gzip.decompress(path.read_bytes()).splitlines()]
    turns = [re.split(r"\n\n(?:Human|Assistant): ?", text)[1:] for text in texts]
    return split([talk(*chat) for chat in turns if len(chat) % 2 == 0 and all(chat)], seed)


def code(seed: int) -> tuple[list[Chat], list[Chat]]:
    path = Path(os.environ["SELFIMPROVE_TEST_DATA"]) / "chats" / "code_alpaca_2k_even.json"
    rows = json.loads(path.read_text())
    return split([talk(f"{row['instruction']}\n{row['input']}", row["output"]) for row in rows if row["output"]], seed)


SETS = {"bundled": bundled, "hh-rlhf": hh_rlhf, "code": code}


def write(folder: Path, chats: tuple[list[Chat], list[Chat]]) -> Path:
    folder.mkdir(parents=True)
    for name, part in zip(("train", "valid"), chats, strict=True):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps({"messages": chat}) + "\n" for chat in part))
    return folder


# One arm, in a process of its own


class Meter:
    """CPU and wall seconds without those of measuring, and the curve of the held-out loss over the former."""

    def __init__(self, job: Mapping[str, Any], rows: Sequence[Any]) -> None:
        self.job, self.rows, self.spent, self.wall = job, rows, 0.0, 0.0
        self.go_on()
        self.curve: list[tuple[int, float, float]] = []

    def at(self, step: int, model: Any) -> None:
        self.spent += time.process_time() - self.mark
        self.wall += time.perf_counter() - self.since
        if self.job["measures"] or not self.curve:
            self.curve.append((step, self.spent, self.loss(model)))
        else:
            self.curve.append((step, self.spent, 0.0))
        self.go_on()
        if self.spent >= self.job["seconds"]:
            raise Enough

    def go_on(self) -> None:
        """What comes now counts."""
        self.mark, self.since = time.process_time(), time.perf_counter()

    def loss(self, model: Any) -> float:
        """Nats a token of all assistant turns of the held-out chats, the same for every arm."""
        import mlx.core as mx

        from selfimprove.models.batches import Batches
        from selfimprove.models.loss import loss
        from selfimprove.models.training import Plan

        model.eval()
        found = [loss(model, *batch) for batch in Batches(Plan(1, 0.0, 0, batch_tokens=4096))(self.rows)]
        mx.eval(found)
        model.train()
        return sum((value * count).item() for value, count in found) / sum(count.item() for _, count in found)


def arm(job: Mapping[str, Any]) -> dict[str, Any]:
    from selfimprove.models import blas

    if not job["fast"]:
        import mlx.core  # once it is loaded, no other BLAS is
    blas.use()
    from selfimprove.models import mlx
    from selfimprove.models.base import TINY
    from selfimprove.models.batch import fit
    from selfimprove.models.encode import encode

    tokenizer = mlx.load(TINY).tokenizer

    def read(name: str) -> list[Any]:
        lines = (Path(job["data"]) / f"{name}.jsonl").read_text().splitlines()
        return [encode(tokenizer, json.loads(line)["messages"]) for line in lines]

    meter = Meter(job, fit(read("valid"), LONGEST))
    real = (stock if job["kind"] == "stock" else ours)(job, meter, read("train"))
    spent = max(meter.spent, 1e-9)
    return {"curve": meter.curve, "tokens": real / spent, "wall": meter.wall / spent}


def stock(job: Mapping[str, Any], meter: Meter, rows: Sequence[Any]) -> float:
    """`mlx_lm.lora.run`, which is what its command line calls; returns the real tokens it read."""
    from importlib import import_module

    from selfimprove.models.base import TINY

    lora: Any = import_module("mlx_lm.lora")
    caught: list[Any] = []
    train_model = lora.train_model

    def catch(args: Any, model: Any, *rest: Any) -> None:
        caught.append(model)
        meter.at(0, model)
        train_model(args, model, *rest)

    class Callback:
        def on_train_loss_report(self, report: dict[str, Any]) -> None:
            meter.at(int(report["iteration"]), caught[0])

        def on_val_loss_report(self, report: dict[str, Any]) -> None:
            meter.go_on()

    lora.train_model, lora.get_reporting_callbacks = catch, lambda *_, **__: Callback()
    with TemporaryDirectory() as scratch:
        args = {**lora.CONFIG_DEFAULTS, "model": str(TINY), "train": True, "data": job["data"], "num_layers": -1,
                "batch_size": job["batch"], "mask_prompt": job["mask"], "iters": 10**6, "learning_rate": job["rate"],
                "val_batches": 1, "steps_per_eval": 10**9, "steps_per_report": job["every"], "save_every": 10**9,
                "max_seq_length": LONGEST, "adapter_path": scratch, "seed": job["seed"],
                "lora_parameters": {"rank": RANK, "dropout": 0.0, "scale": SCALE}}  # fmt: skip
        with contextlib.suppress(Enough):
            lora.run(types.SimpleNamespace(**args))
    mean = sum(min(len(row.tokens), LONGEST) for row in rows) / len(rows)
    return meter.curve[-1][0] * job["batch"] * mean


def ours(job: Mapping[str, Any], meter: Meter, rows: Sequence[Any]) -> float:
    """The package's own training; returns the real tokens it read."""
    from itertools import islice

    from selfimprove.adapters.recipe import Recipe, going_on_from
    from selfimprove.models import mlx
    from selfimprove.models.base import TINY
    from selfimprove.models.batch import fit
    from selfimprove.models.batches import drawn
    from selfimprove.models.training import Plan

    start = Path(job["start"]) if job.get("start") else None
    recipe = going_on_from(Recipe(), job["start"]) if start else Recipe()
    plan = Plan(job["steps"], job["rate"], job["seed"], warmup=recipe.warmup, report_every=job["every"],
                batch_tokens=job["batch_tokens"])  # fmt: skip
    loaded = mlx.load(TINY)
    config = mlx.add_lora(loaded, mlx.Lora(RANK, SCALE), seed=job["seed"], start=start)
    meter.at(0, loaded.model)
    with contextlib.suppress(Enough):
        mlx.train(loaded, rows, [], plan, lambda event: meter.at(event["step"], loaded.model))
    if job.get("out"):
        mlx.save_adapter(loaded, Path(job["out"]), config)
    windows = fit(rows, LONGEST)
    batches = islice(drawn(windows, plan, 0), meter.curve[-1][0])
    return float(sum(len(windows[index].tokens) for batch in batches for row in batch for index in row))


# The comparison


def run(job: dict[str, Any]) -> dict[str, Any]:
    job = {"fast": True, "rate": RATE, "every": 5, "measures": True, "steps": 600, "batch_tokens": 512, **job}
    output = subprocess.run(
        [sys.executable, "-W", "ignore", __file__, "--arm", json.dumps(job)],
        check=True, capture_output=True, text=True, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    ).stdout  # fmt: skip
    result: dict[str, Any] = json.loads(output.splitlines()[-1])
    return result


def crossing(curve: Iterable[Sequence[float]], target: float) -> tuple[float, float]:
    """Step and CPU seconds at which a curve is at a loss, between the points measured; infinite if it never is."""
    before: Sequence[float] | None = None
    for point in curve:
        if point[2] <= target:
            if before is None or before[2] == point[2]:
                return point[0], point[1]
            share = (before[2] - target) / (before[2] - point[2])
            return tuple(a + share * (b - a) for a, b in zip(before[:2], point[:2], strict=True))  # type: ignore[return-value]
        before = point
    return float("inf"), float("inf")


def compare(name: str, seed: int, full: bool, folder: Path) -> dict[str, float]:
    data = str(write(folder / f"{name}-{seed}", SETS[name](seed)))
    common = {"data": data, "seed": seed, "seconds": 20.0 if full else 9.0}
    stock = {setting_name(one): {**common, **one, "kind": "stock"} for one in (FULL if full else STOCK[:2])}
    mine = {f"ours{at(rate)}": {**common, "kind": "ours", "steps": 400 if full else 200, "rate": rate}
            for rate in ((RATE, FASTER) if full else (RATE,))}  # fmt: skip
    arms = {label: run(job) for label, job in (stock | mine).items()}
    begin = arms["ours"]["curve"][0][2]
    target = begin - 0.9 * (begin - min(min(p[2] for p in arms[label]["curve"]) for label in stock))
    reached = {label: crossing(arm["curve"], target) for label, arm in arms.items()}
    theirs, ours = (min(side, key=lambda label: reached[label][1]) for side in (stock, mine))
    slow = run({**stock[theirs], "fast": False, "measures": False, "seconds": 6.0, "every": 1})
    fast = run({**common, "kind": "ours", "batch_tokens": 1024, "measures": False, "seconds": 4.0})
    a_step = (slow["curve"][-1][1] - slow["curve"][1][1]) / max(1, slow["curve"][-1][0] - slow["curve"][1][0])
    print(f"{name:8} {seed} ours, 1024               {fast['tokens']:8.0f} real tokens/s")
    for label, arm in arms.items():
        steps, seconds = reached[label]
        print(f"{name:8} {seed} {label:24} {arm['tokens']:8.0f} real tokens/s   loss {begin:.3f} -> {target:.3f} after"
              f" {seconds:6.1f} CPU s, {seconds * arm['wall']:6.1f} of wall time, {steps:5.0f} steps", flush=True)
    return {
        "time": reached[theirs][1] / reached[ours][1],
        "installed": reached[theirs][0] * a_step / reached[ours][1],
        "tokens": fast["tokens"] / arms["stock 4"]["tokens"],
    }


def setting_name(setting: Mapping[str, Any]) -> str:
    return f"stock {setting['batch']}{' mask-prompt' if setting['mask'] else ''}{at(setting.get('rate', RATE))}"


def at(rate: float) -> str:
    return "" if rate == RATE else f" at {rate}"


def warm(seed: int, full: bool, folder: Path) -> float:
    """How many times fewer steps from the adapter of a first chapter to 0.97 of what the bare model gains of a second.

    The second chapter keeps some facts and changes others; what tests asks for both.
    """
    first, second = (str(write(folder / f"warm-{seed}-{n}", bundled(seed, n))) for n in (1, 2))
    common = {"kind": "ours", "seed": seed, "seconds": 60.0, "every": 5}
    run({**common, "data": first, "steps": 200, "out": str(folder / f"adapter-{seed}")})
    scratch = run({**common, "data": second, "steps": 200})
    again = run({**common, "data": second, "steps": 120, "start": str(folder / f"adapter-{seed}")})
    begin, end = scratch["curve"][0][2], min(point[2] for point in scratch["curve"])
    target = begin - 0.97 * (begin - end)
    steps = [crossing(arm["curve"], target)[0] for arm in (scratch, again)]
    print(f"warm     {seed} {steps[0]:.0f} steps from the bare model, {steps[1]:.0f} from the adapter before, to"
          f" {target:.3f}")  # fmt: skip
    return steps[0] / max(1.0, steps[1])


def main(full: bool, named: Sequence[str]) -> int:
    there = SETS if full and "SELFIMPROVE_TEST_DATA" in os.environ else ("bundled",)
    sets = [name for name in there if name in (named or SETS)]
    found: dict[str, dict[str, list[float]]] = {name: {measure: [] for measure in LIMITS} for name in sets}
    with TemporaryDirectory() as folder:
        for seed in range(3 if full else 1):
            for name in sets:
                for measure, value in compare(name, seed, full, Path(folder)).items():
                    found[name][measure].append(value)
            if "bundled" in sets:
                found["bundled"]["warm"].append(warm(seed, full, Path(folder)))
    for name, measured in found.items():
        for measure, values in measured.items():
            if values:
                every = " ".join(f"{value:.1f}" for value in values)
                limit = f"; limit {LIMITS[measure]}" if name == "bundled" else ""
                print(f"{name}: {WORDS[measure]}: {geometric_mean(values):.1f} times ({every}){limit}")
    limited = found.get("bundled", {})
    return int(any(geometric_mean(values) < LIMITS[measure] for measure, values in limited.items()))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--arm"]:
        print("\n" + json.dumps(arm(json.loads(sys.argv[2]))))
        sys.exit()
    sys.exit(main("--full" in sys.argv, [word for word in sys.argv[1:] if word != "--full"]))
