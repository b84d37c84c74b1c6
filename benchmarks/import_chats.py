"""Chats a second from JSONL into Postgres, sealed and hashed, against two peers on the same chats in the same run.

One-core rate: chats by the CPU seconds of the client and of its database backend together. Then how many conversations
of six turns each reader of an export reads in a CPU second, in one run, from their bytes to the chat that is sealed.

Run: python benchmarks/import_chats.py [--million | --readers]
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import psutil

from selfimprove import logins, postgres
from selfimprove.chats import formats, table
from selfimprove.chats.calendar import Calendar, calendar
from selfimprove.chats.chat import Sealing
from selfimprove.chats.formats import claude, librechat
from selfimprove.chats.importing import import_files
from selfimprove.chats.records import opened, records
from selfimprove.chats.seal import seal
from selfimprove.postgres import Connection
from selfimprove.privacy.vault import Vault
from selfimprove.settings import read

LEAST_RATE = 20_000
MOST_GROWTH = 1.2
DAY = "2026-03-03T09:00:00.000Z"
MARKS = ", ".join(["%s"] * 11)
INSERT = (
    "insert into chats (id, source, user_key, day, started_at, turns, side, digest, key_id, nonce, sealed)"
    f" values ({MARKS}) on conflict (id) do nothing"
)


def ours(connection: Connection, path: Path, sealing: Sealing, days: Calendar) -> None:
    """What `selfimprove chats import` does."""
    import_files(connection, [path], sealing, days)


def executemany(connection: Connection, path: Path, sealing: Sealing, days: Calendar) -> None:
    """The same rows through psycopg's executemany, 5000 at a time."""
    batch = []
    with opened(path) as (text, _):
        for record in records(text):
            batch.append(seal(formats.chat(record.data, days), sealing, ZoneInfo("UTC"))[0])
            if len(batch) == table.BATCH_CHATS:
                connection.cursor().executemany(INSERT, batch)
                batch = []
    connection.cursor().executemany(INSERT, batch)


def pandas(connection: Connection, path: Path, sealing: Sealing, days: Calendar) -> None:
    """pandas.read_json and DataFrame.to_sql; neither sealed nor hashed, and not safe to run twice."""
    import pandas
    import sqlalchemy
    from psycopg.rows import tuple_row

    connection.row_factory = tuple_row  # type: ignore[assignment]
    frame = pandas.read_json(path, lines=True)
    frame["messages"] = frame["messages"].map(json.dumps)
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://", creator=lambda: connection, poolclass=sqlalchemy.StaticPool
    )
    frame.to_sql("plain_chats", engine, if_exists="append", index=False)


WAYS: dict[str, Callable[[Connection, Path, Sealing, Calendar], None]] = {
    "selfimprove chats import": ours,
    "psycopg executemany": executemany,
    "pandas read_json + to_sql": pandas,
}


def measure(way: str, url: str, path: Path, home: Path) -> dict[str, float]:
    """Wall seconds, CPU seconds of client and backend, and peak memory, of one import in this process."""
    vault = Vault.open(home)
    days = calendar(read({}), datetime.now(UTC))
    with postgres.connect(url) as connection:
        backend = psutil.Process(connection.info.backend_pid)
        connection.commit()
        at, cpu, server = time.perf_counter(), time.process_time(), sum(backend.cpu_times()[:2])
        WAYS[way](connection, path, Sealing(vault.seal, vault.keyed_hash), days)
        connection.commit()
        return {
            "seconds": time.perf_counter() - at,
            "client": time.process_time() - cpu,
            "backend": sum(backend.cpu_times()[:2]) - server,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            / (1 << (20 if sys.platform == "darwin" else 10)),
        }


def in_process(way: str, url: str, path: Path, home: Path) -> dict[str, float]:
    """`measure` in a fresh interpreter and on empty tables."""
    with postgres.connect(url) as connection:
        connection.execute("truncate chats cascade")
    command = [sys.executable, "-W", "ignore", __file__, "--measure", way, url, str(path), str(home)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return found


def generate(path: Path, chats: int) -> None:
    """Short chats of two messages, one a line."""
    with path.open("wb") as file:
        for number in range(chats):
            asked = f"What is the name of the cat at number {number} in our street?"
            answered = f"The cat at number {number} is called Biscuit the {number * 7 % 1000}th."
            turns = [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}]
            file.write(orjson.dumps({"messages": turns}) + b"\n")


def rows(url: str, home: Path, sizes: list[int]) -> list[tuple[str, int, dict[str, float]]]:
    found = []
    for size in sizes:
        path = home / f"{size}.jsonl"
        generate(path, size)
        for way in WAYS if size <= 100_000 else list(WAYS)[:1]:
            if size > 10_000 and way.startswith("pandas"):
                continue
            found.append((way, size, in_process(way, url, path, home)))
        path.unlink()
    return found


def show(found: list[tuple[str, int, dict[str, float]]]) -> int:
    """Print the table; 1 when the import is slower or less flat than it should be."""
    mine = {size: rate(size, numbers) for way, size, numbers in found if way == next(iter(WAYS))}
    peaks = [numbers["peak"] for way, _, numbers in found if way == next(iter(WAYS))]
    heads = ("chats", "chats/s", "client s", "backend s", "one core/s", "peak MB", "ratio")
    print(f"{'way':26}" + "".join(f"{head:>11}" for head in heads))
    for way, size, numbers in found:
        figures = (
            f"{size:>11}{size / numbers['seconds']:>11.0f}{numbers['client']:>11.2f}{numbers['backend']:>11.2f}"
            f"{rate(size, numbers):>11.0f}{numbers['peak']:>11.0f}{mine[size] / rate(size, numbers):>10.1f}x"
        )
        print(f"{way:26}{figures}")
    slowest, growth = min(mine.values()), max(peaks) / min(peaks)
    print(
        f"one core: {slowest:.0f} chats/s (at least {LEAST_RATE}); memory grows by {growth:.2f} (at most {MOST_GROWTH})"
    )
    return int(slowest < LEAST_RATE or growth > MOST_GROWTH)


def rate(size: int, numbers: dict[str, float]) -> float:
    return size / (numbers["client"] + numbers["backend"])


def exports(turns: int = 6) -> dict[str, object]:
    """One conversation as the programs write it that keep trees."""
    texts = [f"What was said {n} times is true. " * 20 for n in range(turns)]
    said = [(str(n), str(n - 1) if n else None, n % 2 == 0, text) for n, text in enumerate(texts)]
    author = {True: "user", False: "assistant"}
    chatgpt = [
        {"id": key, "parent": parent, "children": [], "message": {"author": {"role": author[asked]}, "weight": 1.0,
         "recipient": "all", "metadata": {}, "content": {"content_type": "text", "parts": [text]}}}
        for key, parent, asked, text in said
    ]  # fmt: skip
    openwebui = [{"id": k, "parentId": p, "role": author[asked], "content": text} for k, p, asked, text in said]
    sender = {True: "human", False: "assistant"}
    blocks = [
        {"uuid": key, "parent_message_uuid": parent or claude.ROOT, "sender": sender[asked], "created_at": DAY,
         "text": text, "content": [{"type": "text", "text": text, "citations": []}], "attachments": [], "files": []}
        for key, parent, asked, text in said
    ]  # fmt: skip
    flat = [
        {"messageId": key, "parentMessageId": parent or librechat.ROOT, "isCreatedByUser": asked, "createdAt": DAY,
         "text": text, "sender": "User", "error": False, "unfinished": False, "model": "qwen"}
        for key, parent, asked, text in said
    ]  # fmt: skip
    nested: list[dict[str, object]] = []
    for message in reversed(flat):
        nested = [{**message, "children": nested}]
    return {
        "chatgpt": {"mapping": {node["id"]: node for node in chatgpt}, "current_node": said[-1][0]},
        "openwebui": {"chat": {"history": {"messages": {m["id"]: m for m in openwebui}, "currentId": said[-1][0]}}},
        "claude": {"uuid": "c", "name": "A title", "created_at": DAY, "chat_messages": blocks},
        "librechat, flat": {"conversationId": "l", "title": "A title", "messages": flat},
        "librechat, nested": {"conversationId": "l", "title": "A title", "messagesTree": nested},
    }


def readers(times: int = 5000) -> None:
    """Print what each reader reads in a CPU second, and that beside ChatGPT's; the best of five rounds."""
    days = calendar(read({}), datetime.now(UTC))
    data = {name: orjson.dumps(record) for name, record in exports().items()}
    best = dict.fromkeys(data, 0.0)
    for name in [*data] * 5:
        start = time.process_time()
        for _ in range(times):
            formats.chat(data[name], days)
        best[name] = max(best[name], times / (time.process_time() - start))
    print(f"\n{'reader':26}{'bytes':>11}{'chats/s':>11}{'ratio':>11}")
    for name, found in best.items():
        print(f"{name:26}{len(data[name]):>11}{found:>11.0f}{found / best['chatgpt']:>10.2f}x")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--million", action="store_true", help="10^6 chats too")
    parser.add_argument("--readers", action="store_true", help="the readers alone")
    parser.add_argument("--measure", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        way, url, path, home = options.measure
        print(json.dumps(measure(way, url, Path(path), Path(home))))
        return 0
    readers()
    if options.readers:
        return 0
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = read({"SELFIMPROVE_HOME": str(home)})
        try:
            postgres.prepare(settings)
            url = postgres.login(home, logins.OWNER)  # it empties tables between measurements
            return show(rows(url, home, [10_000, 100_000, *([1_000_000] if options.million else [])]))
        finally:
            postgres.stop_embedded(home)


if __name__ == "__main__":
    sys.exit(main())
