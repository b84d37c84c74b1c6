"""A hundred swaps of the champion while eight clients ask without a pause: failures, mixtures, and what they wait for.

The engine, Postgres and the swap are the real ones; the adapters are random ones of the tiny model, so that each says
something else. What each says is asked beforehand, of each alone.

Run: python benchmarks/swap.py [--swaps 100]
"""

import argparse
import asyncio
import sys
import tempfile
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
    try:
        order = [ids[number % CHAMPIONS] for number in range(count)]
        async with clients(engine, swap) as swapping:
            times = await swaps(connection, swap, order)
        async with clients(engine, swap) as calm:
            while len(calm.answers) < len(swapping.answers):
                await asyncio.sleep(0.2)
    finally:
        following.cancel()
        await engine.stop()
    return table(swapping, calm, sorted(times), said)


def table(swapping: Load, calm: Load, times: list[float], said: dict[tuple[str, str], str]) -> int:
    """Print what was found; 1 when a limit does not hold."""
    mixtures, ratio = swapping.mixtures(said), swapping.p99() / calm.p99()
    voices, answers = len({one.slot for one in swapping.answers}), len(swapping.answers)
    print(f"{len(times)} swaps among {CHAMPIONS} adapters, 8 clients, {answers} answers of {voices} voices")
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
    parser.add_argument("--swaps", type=int, default=100)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="selfimprove-swap-") as folder:
        settings = read({"SELFIMPROVE_HOME": folder, "SELFIMPROVE_CHALLENGER_SHARE": "1"})
        try:
            with postgres.of_house(settings) as connection:
                base = resolve("tiny", Path(folder))
                return asyncio.run(measure(settings, connection, base, given.swaps))
        finally:
            postgres.stop_embedded(settings.home)


if __name__ == "__main__":
    sys.exit(main())
