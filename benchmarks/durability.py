"""Whether what the gateway acknowledged survives kill -9, of itself and of Postgres, at random moments.

Clients talk with a process that keeps their exchanges as the gateway does; whoever was not acknowledged asks again. In
the end every acknowledged exchange must stand in Postgres once, with its words in its chat. Then, how many exchanges a
second are made durable by one fsync for many, and by one for each.
`python benchmarks/durability.py [--kills 200] [--seed 0]`.
"""

import argparse
import asyncio
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import IO, Any
from zoneinfo import ZoneInfo

import orjson

from selfimprove import logins, postgres
from selfimprove.chats.chat import Message, Sealed
from selfimprove.errors import DatabaseDown
from selfimprove.gateway.archive import Archive
from selfimprove.gateway.exchange import Exchange
from selfimprove.gateway.segments import Segments
from selfimprove.gateway.spool import Spool
from selfimprove.privacy import journal
from selfimprove.privacy.vault import Vault

CLIENTS, TURNS = 8, 4
OF_POSTGRES = 0.7  # of the kills while it is up
PAUSE = (0.02, 0.5)  # seconds between two kills


@dataclass
class Client:
    """Somebody who talks: what was said so far, and the exchange that is under way."""

    number: int
    said: list[str] = field(default_factory=list)
    under_way: str = ""


@dataclass
class Books:
    """What clients were told, and what was killed."""

    acknowledged: dict[str, str] = field(default_factory=dict)  # answers by exchange
    asked: int = 0
    refused: int = 0
    kills: Counter[str] = field(default_factory=Counter)


class Gateway:
    """A process that keeps, reached by lines of JSON."""

    def __init__(self, home: Path, url: str) -> None:
        to_child, from_parent = os.pipe()
        to_parent, from_child = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            os.close(from_parent), os.close(to_parent)
            _child(home, url, to_child, from_child)
        os.close(to_child), os.close(from_child)
        self.orders: IO[bytes] = os.fdopen(from_parent, "wb", buffering=0)
        self.answers = to_parent
        self._rest = b""

    def ask(self, order: dict[str, Any]) -> None:
        with suppress(BrokenPipeError):
            self.orders.write(json.dumps(order).encode() + b"\n")

    def lines(self, seconds: float) -> list[dict[str, Any]] | None:
        """What it says within this time; None when it is gone."""
        if not select.select([self.answers], [], [], seconds)[0]:
            return []
        data = os.read(self.answers, 1 << 16)
        if not data:
            return None
        *whole, self._rest = (self._rest + data).split(b"\n")
        return [json.loads(line) for line in whole]

    def end(self, kill: bool) -> None:
        if kill:
            os.kill(self.pid, signal.SIGKILL)
        self.orders.close()
        if not kill:
            while self.lines(60) is not None:
                pass
        os.close(self.answers)
        os.waitpid(self.pid, 0)


def _child(home: Path, url: str, orders: int, answers: int) -> None:
    try:
        asyncio.run(_serve(home, url, orders, answers))
    finally:
        os._exit(0)


async def _serve(home: Path, url: str, orders: int, answers: int) -> None:
    archive = Archive(home, partial(postgres.connect, url), ZoneInfo("UTC"))
    await archive.start()
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(orders))
    tasks = set()
    while line := await reader.readline():
        tasks.add(asyncio.create_task(_answer(archive, json.loads(line), answers)))
    await asyncio.gather(*tasks)
    await archive.close()


async def _answer(archive: Archive, order: dict[str, Any], answers: int) -> None:
    messages = [Message("assistant" if at % 2 else "user", text) for at, text in enumerate(order["said"])]
    thread = archive.chat_of(messages, who=order["who"])
    kept = await archive.keep(
        Exchange(order["id"], thread, tuple(messages), order["answer"], datetime.now(UTC), model="none")
    )
    os.write(answers, json.dumps({"id": order["id"], "who": order["who"], "kept": kept}).encode() + b"\n")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--full", action="store_true", help="200 kills")
    parser.add_argument("--kills-only", action="store_true", help="without the speeds")
    parser.add_argument("--start", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.start:
        sys.exit(start(given.start))
    # a kill takes nothing from the system's memory: only a power failure does, so that no disk is needed here
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with TemporaryDirectory(prefix="selfimprove-durability-", dir=memory) as folder:
        books, found = survive(Path(folder), 200 if given.full else given.kills, given.seed)
    print("| kills of the gateway | of Postgres | asked | acknowledged | lost | doubled | there unacknowledged |")
    print("|---|---|---|---|---|---|---|")
    told = (books.asked, len(books.acknowledged), found["lost"], found["doubled"], found["more"])
    print(f"| {books.kills['gateway']} | {books.kills['postgres']} | {' | '.join(map(str, told))} |")
    print("\n| made durable | exchanges a second |\n|---|---|")
    for lanes in () if given.kills_only else (1, 8, 64):
        print(f"| {lanes} at a time{', an fsync each' if lanes == 1 else ''} | {commits(lanes):,.0f} |")
    sys.exit(bool(found["lost"] or found["doubled"]))


def survive(home: Path, kills: int, seed: int) -> tuple[Books, dict[str, int]]:
    """Kill at random while clients talk; returns what was told, and what of it is missing or twice in the end."""
    postgres.migrate(postgres.login(home, logins.OWNER))
    with postgres.connect(postgres.login(home, logins.OWNER)) as connection:
        Vault.open(home, connection)
        connection.execute(postgres.queries("migrations").hand_over)
    url = postgres.login(home, "gateway")
    books = Books()
    try:
        _talk(home, url, books, kills, Random(seed))
        return books, audit(home, books)
    finally:
        postgres.stop_embedded(home)


def start(home: Path) -> int:
    """Start Postgres again, which for a while may be taken for the one that was killed; 0 when it answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(DatabaseDown), postgres.connect(postgres.login(home, logins.OWNER)):
            return 0
        time.sleep(0.2)
    return 1


def _talk(home: Path, url: str, books: Books, kills: int, chance: Random) -> None:
    clients = {f"client {number}": Client(number) for number in range(CLIENTS)}
    gateway, server = Gateway(home, url), Server(home)
    for client in clients.values():
        _ask(gateway, client, books)
    next_kill = time.monotonic() + 1
    while sum(books.kills.values()) < kills:
        _hear(gateway, clients, books)
        if time.monotonic() < next_kill:
            continue
        next_kill = time.monotonic() + chance.uniform(*PAUSE)
        if chance.random() < OF_POSTGRES and server.is_up():
            books.kills["postgres"] += server.kill()
            continue
        books.kills["gateway"] += 1
        gateway.end(kill=True)
        gateway = Gateway(home, url)
        for client in clients.values():
            _ask(gateway, client, books)
    while not server.is_up():
        time.sleep(0.1)
    gateway.end(kill=False)
    Gateway(home, url).end(kill=False)  # whatever is left, with Postgres up


class Server:
    """Postgres, which is started again whenever it was killed."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._starting: subprocess.Popen[bytes] | None = None

    def is_up(self) -> bool:
        if self._starting and self._starting.poll():
            self._start()
        return self._starting is None or self._starting.poll() == 0

    def kill(self) -> bool:
        os.kill(int((self._home / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        self._start()
        return True

    def _start(self) -> None:
        command = [sys.executable, "-W", "ignore", __file__, "--start", str(self._home)]
        self._starting = subprocess.Popen(command, stderr=subprocess.DEVNULL)


def _ask(gateway: Gateway, client: Client, books: Books) -> None:
    """Say the next thing, or the same again where nobody acknowledged it."""
    if len(client.said) % 2 == 0:
        client.said = [] if len(client.said) >= 2 * TURNS else client.said
        client.said.append(f"question {books.asked} " + "of some length " * 5)
    books.asked += 1
    client.under_way = f"e{books.asked}"
    order = {"id": client.under_way, "who": f"client {client.number}", "said": client.said}
    gateway.ask(order | {"answer": f"answer to {client.under_way}"})


def _hear(gateway: Gateway, clients: dict[str, Client], books: Books) -> None:
    for line in gateway.lines(0.01) or ():
        client = clients[line["who"]]
        if line["id"] != client.under_way:
            continue
        books.refused += not line["kept"]
        if line["kept"]:
            books.acknowledged[line["id"]] = f"answer to {line['id']}"
            client.said.append(books.acknowledged[line["id"]])
        _ask(gateway, client, books)


def audit(home: Path, books: Books) -> dict[str, int]:
    """How many acknowledged answers are missing from the tables, or stand there twice where they were given."""
    with postgres.connect(postgres.login(home, logins.OWNER)) as connection:
        vault = Vault.open(home, connection)
        rows = connection.execute("select id, key_id, nonce, sealed from chats").fetchall()
        exchanges = connection.execute("select id, chat_id, position from exchanges").fetchall()
        inherited = {(r["chat_id"], r["position"]) for r in connection.execute("select * from inherited_answers")}
    given: Counter[str] = Counter()
    said: dict[tuple[str, int], str] = {}
    for row in rows:
        sealed = Sealed(row["key_id"], row["nonce"], row["sealed"])
        for position, message in enumerate(orjson.loads(vault.unseal(sealed, row["id"].encode()))):
            said[row["id"], position] = message["content"]
            if message["role"] == "assistant" and (row["id"], position) not in inherited:
                given[message["content"]] += 1
    stored = {row["id"]: said.get((row["chat_id"], row["position"])) for row in exchanges}
    lost = sum(stored.get(id) != answer for id, answer in books.acknowledged.items())
    more = len(stored.keys() - books.acknowledged.keys())
    return {"lost": lost, "doubled": sum(count > 1 for count in given.values()), "more": more}


def commits(lanes: int, seconds: float = 2.0) -> float:
    """Exchanges of 2 kB a second that are made durable when so many wait for it at a time."""

    async def write(folder: Path) -> float:
        vault = Vault.open(folder)
        spool = Spool(Segments(folder / "spool"), lambda reason: None)
        count, end = 0, time.perf_counter() + seconds

        async def lane() -> None:
            nonlocal count
            while time.perf_counter() < end:
                assert await spool.append(journal.pack("a" * 32, bytes(2000), vault.seal))
                count += 1

        await asyncio.gather(*(lane() for _ in range(lanes)))
        spool.close()
        spool.segments.close()
        return count / seconds

    with TemporaryDirectory(dir=".", prefix=".durability-") as folder:
        return asyncio.run(write(Path(folder)))


if __name__ == "__main__":
    main()
