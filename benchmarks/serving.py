"""The engine against the stock `mlx_lm.server` on the same model, in turn, in CPU seconds of the process that answers:
tokens at eight clients, a batch mixed over three adapters, and the time until another adapter answers.

The model has random weights, so that it is as large as wanted and never says that it has finished. The stock server is
asked over HTTP, as it must be; what the gateway's own HTTP costs, benchmarks/gateway.py measures.

Run: python benchmarks/serving.py [--full]   (more rounds)
"""

import asyncio
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

CLIENTS = 8
MODELS = {  # sizes, tokens of an answer, answers that each client asks for
    "6M": ({"hidden_size": 256, "intermediate_size": 704, "num_hidden_layers": 6}, 48, 2),
    "90M": ({"hidden_size": 1024, "intermediate_size": 2816, "num_hidden_layers": 8}, 24, 1),
}
BARS = {"mixed": 0.8, "swap": 10.0}  # that of swaps for the larger one: reloading a toy takes no time
STOCK = (
    "import sys; from selfimprove.models import blas; blas.use(); sys.modules['torch'] = None; "
    "from mlx_lm.server import main; main()"
)


# What is served


def make_model(folder: Path, sizes: dict[str, int]) -> Path:
    import mlx.core as mx
    from mlx.utils import tree_flatten

    from selfimprove.models import mlx
    from selfimprove.models.base import TINY

    folder.mkdir()
    config = {**json.loads((TINY / "config.json").read_text()), **sizes, "num_attention_heads": 8}
    loaded = mlx.fresh(config, TINY, seed=0)
    mx.save_safetensors(str(folder / "model.safetensors"), dict(tree_flatten(loaded.model.parameters())))
    (folder / "config.json").write_text(json.dumps(config))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(TINY / name, folder)
    return folder


def make_adapter(folder: Path, base: Path, seed: int) -> Path:
    import mlx.core as mx
    from mlx.utils import tree_map

    from selfimprove.models import mlx

    loaded = mlx.load(base)
    config = mlx.add_lora(loaded, mlx.Lora(rank=8), seed=seed)
    moved = tree_map(lambda leaf: leaf + 0.01 * mx.random.normal(leaf.shape), loaded.model.trainable_parameters())
    loaded.model.update(moved)
    mlx.save_adapter(loaded, folder, config)
    return folder


def asked(number: int) -> list[dict[str, str]]:
    return [{"role": "user", "content": f"Tell me number {number} of the stories about the lamp and the boat."}]


# Who serves

Say = Callable[[str, int, int], Awaitable[int]]  # adapter, number of the question, tokens -> tokens it said


async def stock_server(model: Path, adapter: Path) -> tuple[subprocess.Popen[bytes], str]:
    import aiohttp

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["--model", str(model), "--adapter-path", str(adapter), "--port", str(port), "--log-level", "ERROR"]
    environment = {"OPENBLAS_NUM_THREADS": "1", **os.environ, "HF_HUB_OFFLINE": "1"}
    server = subprocess.Popen(
        [sys.executable, "-c", STOCK, *words], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession() as session:
        for _ in range(600):
            try:
                async with session.get(f"{url}/health") as answer:
                    if answer.status == 200:
                        return server, url
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
    raise SystemExit("the stock server did not start")


def by_stock(session: Any, url: str, model: Path, adapters: dict[str, Path]) -> Say:
    async def say(adapter: str, number: int, tokens: int) -> int:
        body = {"model": str(model), "messages": asked(number), "max_tokens": tokens, "temperature": 0}
        body |= {"adapters": str(adapters[adapter])} if adapter != "base" else {}
        async with session.post(f"{url}/v1/chat/completions", json=body) as answer:
            return int((await answer.json())["usage"]["completion_tokens"])

    return say


def by_engine(engine: Any) -> Say:
    from selfimprove.gateway.ask import Ask

    async def say(adapter: str, number: int, tokens: int) -> int:
        ask = Ask(str(number), adapter, tuple(asked(number)), tokens, temperature=0.0)
        return max([piece.completion_tokens async for piece in engine.say(ask)])

    return say


# Measurements


async def crowd(say: Say, names: Sequence[str], pid: int, work: tuple[int, int, int]) -> tuple[float, float]:
    """Tokens a CPU second of the process, and a second, at so many clients who ask again when they are answered."""
    import psutil

    process = psutil.Process(pid)
    first, tokens, times = work

    async def client(place: int) -> int:
        numbers = range(first + place * times, first + (place + 1) * times)
        return sum([await say(names[place % len(names)], number, tokens) for number in numbers])

    before, start = process.cpu_times(), time.perf_counter()
    said = sum(await asyncio.gather(*map(client, range(CLIENTS))))
    after = process.cpu_times()
    assert said == CLIENTS * times * tokens, f"only {said} tokens were said"
    cpu = after.user + after.system - before.user - before.system
    return said / cpu, said / (time.perf_counter() - start)


async def seconds(work: Callable[[], Awaitable[Any]]) -> float:
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start


async def swaps(engine: Any, stock: Say, folder: Path, rounds: int) -> dict[str, list[float]]:
    """Seconds that another adapter takes: to load it, and what a request to the stock server waits more for it."""
    found: dict[str, list[float]] = {"engine": [], "stock": []}
    for turn in range(rounds):
        found["engine"].append(await seconds(lambda turn=turn: engine.load(f"new {turn}", folder)))  # type: ignore[misc]
        await engine.unload(f"new {turn}")
        other = "two" if turn % 2 else "three"
        first = await seconds(lambda other=other: stock(other, 2 * turn, 1))  # type: ignore[misc]  # noqa: B023
        again = await seconds(lambda other=other: stock(other, 2 * turn + 1, 1))  # type: ignore[misc]  # noqa: B023
        found["stock"].append(first - again)
    return found


async def compare(model: Path, adapters: dict[str, Path], work: tuple[int, int, int]) -> dict[str, float]:
    import aiohttp
    import psutil

    from selfimprove.gateway.engine import Engine
    from selfimprove.models.base import Base

    tokens, times, rounds = work
    engine = Engine()
    await engine.start(Base(str(model), "random", model, model))
    for name, folder in adapters.items():
        await engine.load(name, folder)
    child = next(one.pid for one in psutil.Process().children() if "selfimprove.models.voices" in one.cmdline())
    server, url = await stock_server(model, adapters["one"])
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(600)) as session:
        ours, stock = by_engine(engine), by_stock(session, url, model, adapters)
        arms = {
            "stock": (stock, ["one"], server.pid),
            "one": (ours, ["one"], child),
            "mixed": (ours, ["one", "two", "three"], child),
            "base": (ours, ["base"], child),
        }
        rates: dict[str, list[tuple[float, float]]] = {name: [] for name in arms}
        for turn in range(rounds + 1):  # the first warms up
            for number, (name, (say, names, pid)) in enumerate(arms.items()):
                first = (turn * len(arms) + number) * CLIENTS * times
                rates[name].append(await crowd(say, names, pid, (first, tokens, times)))
        swapped = await swaps(engine, stock, adapters["one"], 2 * rounds + 1)
    server.terminate()
    server.wait()
    await engine.stop()
    result = {name: statistics.median(cpu for cpu, _ in several[1:]) for name, several in rates.items()}
    result |= {f"{name} wall": statistics.median(wall for _, wall in several[1:]) for name, several in rates.items()}
    return result | {f"swap {name}": statistics.median(several) for name, several in swapped.items()}


def row(name: str, found: dict[str, float]) -> tuple[str, bool]:
    mixed, swap = found["mixed"] / found["one"], found["swap stock"] / found["swap engine"]
    cells = [f"{found[arm]:.0f} ({found[f'{arm} wall']:.0f})" for arm in ("stock", "one", "base", "mixed")]
    cells += [f"{found['one'] / found['stock']:.2f}", f"{mixed:.2f}"]
    cells += [f"{1000 * found[f'swap {arm}']:.1f}" for arm in ("stock", "engine")]
    holds = mixed >= BARS["mixed"] and (swap >= BARS["swap"] or name == "6M")
    return f"| {name} | {' | '.join(cells)} | {swap:.0f} |", holds


def main() -> int:
    full, held = "--full" in sys.argv, True
    print(f"{CLIENTS} clients; medians of tokens a CPU second (a second), and of milliseconds until another adapter\n")
    print("| model | stock, one adapter | engine, one | engine, base | engine, three mixed | engine / stock "
          "| mixed / one | stock's reload | engine's load | times faster |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, (sizes, tokens, times) in MODELS.items():
        with TemporaryDirectory() as home:
            model = make_model(Path(home) / "model", sizes)
            adapters = {one: make_adapter(Path(home) / one, model, seed)
                        for seed, one in enumerate(("one", "two", "three"))}  # fmt: skip
            found = asyncio.run(compare(model, adapters, (tokens, times, 5 if full else 3)))
        line, holds = row(name, found)
        print(line, flush=True)
        held &= holds
    return int(not held)


if __name__ == "__main__":
    sys.exit(main())
