"""One soak from the empty folder to the audit."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from selfimprove.gateway import archive
from soak import trouble, voices
from soak.audit import Finding, Known, audit
from soak.books import Books
from soak.call import Caller
from soak.house import House
from soak.stored import Stored, read
from soak.talk import Client
from soak.trouble import CALMER

DRAIN = 90.0  # seconds in which the spool must be empty
LATEST = 180.0  # seconds that a soak goes on until everybody was killed once


@dataclass(frozen=True)
class Plan:
    """How long, by which seed, how many clients; `most` kills of these, which begin when the first night has ended."""

    seconds: float
    seed: str = "0"
    clients: int = 8
    kinds: tuple[str, ...] = ("engine", "postgres", "gateway", "code-server", "daemon", "up")
    most: int = 1000
    has_nights: bool = True


@dataclass
class Soak:
    """What a soak works with, and what it found."""

    plan: Plan
    house: House
    books: Books
    prepare: Callable[[str, Path], None]
    findings: list[Finding] = field(default_factory=list)
    stored: Stored | None = None
    known: Known = field(default_factory=dict)

    async def live(self) -> None:
        """Everything up, everything at once, everything up again, and the books held against the tables."""
        serving = asyncio.create_task(self.house.keep_up())
        asked = voices.prompts(self.house.settings.home, self.plan.seed)
        try:
            await self.house.come_up()
            self.prepare(self.house.url, self.house.settings.home)
            await self._talk(asked)
            await self.house.come_up()
            await self._drain()
            self.stored = await asyncio.to_thread(self._read)
        finally:
            left = await self.house.stop()
            await serving
        self.known = await voices.known(self.house.settings.home, self.stored.adapters(), asked)
        self.findings += audit(self.books, self.stored, self.known)
        self.findings += [("left running", words) for words in left]
        self.findings += [("complaint", words) for words in self.books.complaints]

    async def _talk(self, asked: list[Any]) -> None:
        is_over = asyncio.Event()
        async with aiohttp.ClientSession() as session:
            caller = Caller(session, self.house.address, self.books)
            names = [f"soak {self.plan.seed} client {number}" for number in range(self.plan.clients)]
            clients = [
                asyncio.create_task(Client(name, caller, asked, is_over).live(embeds=self.plan.has_nights))
                for name in names
            ]
            try:
                await self._trouble()
            finally:
                is_over.set()
                await asyncio.gather(*clients)

    async def _trouble(self) -> None:
        """Until the time is over and each kind was killed."""
        end, first = time.monotonic() + self.plan.seconds, asyncio.Event()
        works: list[Coroutine[Any, Any, None]] = [
            self._kill(first), trouble.swap(self.house, self.books, self.plan.seed)
        ]
        if self.plan.has_nights:
            works.append(trouble.nights(self.house, self.books, first))
        else:
            first.set()
        tasks = [asyncio.create_task(work) for work in works]
        while time.monotonic() < end or (self._lacks() and time.monotonic() < end + LATEST):
            await asyncio.sleep(0.1)
            for task in tasks:
                if task.done() and task.exception():
                    end = 0.0
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task

    async def _kill(self, first: asyncio.Event) -> None:
        """The engine from the beginning; the others once there was a whole night, which would not end otherwise."""
        if not first.is_set():
            alone = asyncio.create_task(trouble.kill(self.house, ["engine"], f"{self.plan.seed} first", calm=CALMER))
            await first.wait()
            alone.cancel()
            with suppress(asyncio.CancelledError):
                await alone
        await trouble.kill(self.house, list(self.plan.kinds), self.plan.seed, self.plan.most)

    def _lacks(self) -> bool:
        return bool(set(self.plan.kinds) - {outage.kind for outage in self.books.outages})

    async def _drain(self) -> None:
        """What waits is stored, nothing was set aside, nothing was lost."""
        home, deadline = self.house.settings.home, time.monotonic() + DRAIN
        while (found := archive.look(home))[0] and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
        waits, aside, lost = found
        for what, count in (("bytes wait", waits), ("records were set aside", aside), ("were not kept", lost.count)):
            if count:
                self.findings.append((f"of the spool: {what}", f"{count}"))

    def _read(self) -> Stored:
        return read(self.house.url, self.house.settings.home, {sent.user for sent in self.books.sent})


async def soak(
    plan: Plan, folder: Path, *, database_url: str | None = None,
    prepare: Callable[[str, Path], None] = lambda url, home: None,
) -> Soak:
    """A soak in an empty folder, of all that `selfimprove up` starts, or without nights of the gateway alone.

    `prepare` is called with the database's address and the state folder when the house is up for the first time.
    """
    books = Books()
    house = House(folder / "home", books, is_whole=plan.has_nights, database_url=database_url)
    one = Soak(plan, house, books, prepare)
    await one.live()
    return one
