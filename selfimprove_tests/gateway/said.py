"""What tests of the keeping say: conversations as a client would send them, and a house that keeps them."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from selfimprove import postgres
from selfimprove.chats.chat import Message, Sealing
from selfimprove.gateway.archive import Archive
from selfimprove.gateway.deliver import Connect
from selfimprove.gateway.exchange import Exchange, Thread
from selfimprove.gateway.thread import Threads
from selfimprove.postgres import Connection
from selfimprove.privacy.vault import Vault

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")


def talk(*texts: str, system: str | None = None) -> tuple[Message, ...]:
    """A person and an assistant by turns."""
    said = tuple(Message("assistant" if at % 2 else "user", text) for at, text in enumerate(texts))
    return (Message("system", system), *said) if system else said


def exchange(thread: Thread, messages: Sequence[Message], answer: str | None, id: str, **more: Any) -> Exchange:
    """An exchange at noon, or at `at`; unanswered ones failed."""
    given: dict[str, Any] = {"at": NOON, "ending": "stop" if answer is not None else "failed", "model": "tiny"}
    return Exchange(id, thread, tuple(messages), answer, **given | more)


def sealing(home: Path) -> Sealing:
    """The seal of a house of this test's own."""
    vault = Vault.open(home)
    return Sealing(vault.seal, vault.keyed_hash)


class Clock:
    """A clock that tests turn."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now.timestamp()

    def later(self, **passed: float) -> None:
        self.now += timedelta(**passed)


class Client:
    """Whoever sends requests to threads, and gets answers that are kept there."""

    def __init__(self, threads: Threads, clock: Clock) -> None:
        self.threads, self.clock, self.count = threads, clock, 0

    def ask(self, *texts: str, answer: str | None = "ok", **more: Any) -> Exchange:
        """What is kept of one request."""
        system, given, who, guest = (more.pop(name, None) for name in ("system", "given", "who", "guest"))
        messages = talk(*texts, system=system)
        thread = self.threads.chat_of(messages, given, who or "", guest)
        self.count += 1
        kept = exchange(thread, messages, answer, f"c{self.count}", at=self.clock.now, **more)
        self.threads.keep(kept)
        return kept


def as_gateway(database: str) -> Connect:
    """Connections in the gateway's role."""

    @contextmanager
    def connect() -> Iterator[Connection]:
        with postgres.connect(database) as connection:
            connection.execute("set role gateway")
            connection.commit()
            yield connection

    return connect


def keeping(archive: Archive, work: Callable[[Archive], Coroutine[Any, Any, Any]]) -> Any:
    """What comes of work with an archive that lives as long; all it keeps is stored when Postgres is up."""

    async def lives() -> Any:
        await archive.start()
        try:
            return await work(archive)
        finally:
            await archive.close()

    return asyncio.run(lives())
