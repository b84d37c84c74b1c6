"""A hundred swaps of the champion while eight clients ask without a pause: failures, mixtures, and what they wait for.

The engine, Postgres and the swap are the real ones; the adapters are random ones of the tiny model, so that each says
something else, at another length. What each says is asked beforehand, of each alone. Swaps come in rounds, and after
each of them comes as much time without, with another of the voices every time: both sides hear all voices alike.

Run: python benchmarks/swap.py [--round 17]
"""

import argparse
import asyncio
import math
import sys
import tempfile
import time
from pathlib import Path

from selfimprove import postgres
from selfimprove.gateway.engine import Engine, Serving
from selfimprove.gateway.swap import Swap
from selfimprove.models.base import Base, resolve
from selfimprove.postgres import Connection
from selfimprove.settings import Settings, read
from selfimprove_tests.gateway.under_load import Load, champions, clients, greedy, swaps

CHAMPIONS = 6
RATIO, LIVE_SECONDS = 1.5, 2.0


async def measure(settings: Settings, connection: Connection, base: Base, count: int) -> int:
    """Print the table; 1 when a limit does not hold."""
    ids = champions(connection, settings.home, base, CHAMPIONS)
    engine = Engine(Serving(context=512))
    await engine.start(base)
    said = await greedy(engine, {id: settings.home / "adapters" / id for id in ids})
    swap = Swap(engine, settings, base)
    await swap.start()
    following = asyncio.create_task(swap.run())
    swapping, calm, times = Load(), Load(), list[float]()
    try:
        for start in range(0, CHAMPIONS * count, count):
            began = time.monotonic()
            async with clients(engine, swap, load=swapping):
                times += await swaps(connection, swap, [ids[(start + number) % CHAMPIONS] for number in range(count)])
            async with clients(engine, swap, load=calm):
                await asyncio.sleep(time.monotonic() - began)
    finally:
        following.cancel()
        await engine.stop()
    return table(swapping, calm, sorted(times), said)


def table(swapping: Load, calm: Load, times: list[float], said: dict[tuple[str, str], str]) -> int:
    """Print what was found; 1 when a limit does not hold."""
    mixtures, ratio = swapping.mixtures(said), swapping.p99() / calm.p99()
    voices, answers = len({one.slot for one in swapping.answers}), len(swapping.answers)
    print(f"{len(times)} swaps among {CHAMPIONS} adapters, 8 clients, {answers} answers of {voices} voices")
    print(f"  answers without swaps      {len(calm.answers)}, in as much time")
    print(f"  failed requests            {len(swapping.failed)}  {'; '.join(sorted(set(swapping.failed)))}")
    print(f"  answers that are mixtures  {mixtures}, of voices that give {len(set(said.values()))} different answers")
    print(f"  p99 of a request           {swapping.p99():.2f} s, without swaps {calm.p99():.2f} s: {ratio:.2f} times")
    print(f"  rollback live after        {times[len(times) // 2]:.2f} s, at most {times[-1]:.2f} s")
    held = not swapping.failed and not mixtures and ratio <= RATIO and times[-1] < LIVE_SECONDS
    print(f"Limits: none, none, {RATIO} times, {LIVE_SECONDS:g} s: {'held' if held else 'NOT HELD'}")
    return 0 if held else 1


def main() -> int:
    """In a house of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--round", type=int, default=17, help=f"swaps a round, of {CHAMPIONS} rounds")
    given = parser.parse_args()
    if math.gcd(given.round, CHAMPIONS) > 1:
        parser.error(f"--round shares a divisor with {CHAMPIONS}: some voices would never be heard without swaps")
    with tempfile.TemporaryDirectory(prefix="selfimprove-swap-") as folder:
        settings = read({"SELFIMPROVE_HOME": folder, "SELFIMPROVE_CHALLENGER_SHARE": "1"})
        try:
            with postgres.of_house(settings) as connection:
                base = resolve("tiny", Path(folder))
                return asyncio.run(measure(settings, connection, base, given.round))
        finally:
            postgres.stop_embedded(settings.home)


if __name__ == "__main__":
    sys.exit(main())
